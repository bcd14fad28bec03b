"""The parent's notice that a meeting will be recorded, and its 24-hour rule."""
