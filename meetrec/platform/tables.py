"""Loads every feature's tables, so that migrations and the session know all of them."""

from importlib import import_module

TABLE_MODULES = (
    "meetrec.platform.jobs",
    "meetrec.platform.timetable",
    "meetrec.platform.mail_models",
    "meetrec.journal.models",
    "meetrec.people.models",
    "meetrec.people.roster_models",
    "meetrec.people.rights_models",
    "meetrec.people.duty_models",
    "meetrec.district.models",
    "meetrec.meetings.models",
    "meetrec.meetings.table_models",
    "meetrec.notices.models",
    "meetrec.notices.version_models",
    "meetrec.custody.models",
    "meetrec.recordings.models",
    "meetrec.recordings.district_copy_models",
    "meetrec.transcripts.models",
    "meetrec.consents.models",
)


def load_tables() -> None:
    """Import every module that holds tables. By name, since the platform knows no feature."""
    for module in TABLE_MODULES:
        import_module(module)
