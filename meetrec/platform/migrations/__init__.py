"""Alembic migrations, and the two commands that run them."""
