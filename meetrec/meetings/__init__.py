"""Meetings, rooms, and who sits at the table."""
