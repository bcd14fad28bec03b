"""Microphones to sealed pieces. Imports nothing of ours: it runs alone in the room."""
