"""What the timetable does with mail: send what is due, and empty the texts of what ended long ago."""

from datetime import timedelta

from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail import Tell, empty_old_texts, send_due
from meetrec.platform.settings import Settings
from meetrec.platform.timetable import TimetableEntry

SEND_EVERY = timedelta(seconds=15)  # not the worker's duty: a transcription of two hours would hold the mail up
EMPTY_EVERY = timedelta(hours=1)


def mail_entries(database: Database, settings: Settings, tell: Tell) -> list[TimetableEntry]:
    """The timetable's lines for mail."""
    return [
        TimetableEntry("outgoing mail", SEND_EVERY, lambda: send_due(database, settings, clock.now(), tell)),
        TimetableEntry("bodies of old mail", EMPTY_EVERY, lambda: empty_old_texts(database, clock.now())),
    ]
