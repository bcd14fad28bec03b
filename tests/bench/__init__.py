"""Measured figures: `./dev bench` prints a table and writes JSON. Nothing here asserts a number of seconds."""
