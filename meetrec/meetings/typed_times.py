"""Dates and times that people type: read in `platform/typed_times.py`, named here for meetings, notices and recordings."""

from meetrec.platform.typed_times import day_begins, read_date, read_time, start_at

__all__ = ["day_begins", "read_date", "read_time", "start_at"]
