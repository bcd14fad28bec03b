"""MeetRec: the recording manager for a district's IEP and Section 504 meetings."""

__version__ = "0.1.0"
