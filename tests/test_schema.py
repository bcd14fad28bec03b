"""What the database may never hold, and what it may never link."""

import re

import pytest

from meetrec.custody.models import Record
from meetrec.meetings.models import Meeting, MeetingKind
from meetrec.people.models import Student
from meetrec.people.roster_models import RosterRefusal
from meetrec.platform.database import Base
from meetrec.platform.tables import load_tables

load_tables()
COLUMNS = [f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns]


@pytest.mark.requirement("B-08")
@pytest.mark.requirement("B-09")
@pytest.mark.requirement("B-13")
@pytest.mark.requirement("W-01")
def test_no_column_asks_for_social_security_citizenship_ethnicity_or_religion() -> None:
    forbidden = re.compile(r"ssn|social|citizen|immigra|visa|birth_?place|national|ethnic|race\b|religio|accent")
    assert [name for name in COLUMNS if forbidden.search(name)] == []
    assert {column.name for column in Student.__table__.columns} == {
        *("id", "given_name", "family_name", "name_key", "birth_date", "postsecondary_from", "postsecondary_until"),
        *("school_id", "source_id", "address", "email", "account_id", "joined_to_id", "joined_at", "joined_by"),
    }


@pytest.mark.requirement("G9.a")
@pytest.mark.requirement("G9.b")
@pytest.mark.requirement("G9.c")
def test_nothing_links_a_recording_or_a_transcript_to_an_iep_or_504_document() -> None:
    assert [table for table in Base.metadata.tables if re.search(r"iep|504|plan|evaluation|document|attachment|packet", table)] == []
    assert [name for name in COLUMNS if re.search(r"iep_|plan_id|document|attachment|packet", name)] == []
    pointing_at_meetings = {table.name for table in Base.metadata.tables.values() for key in table.foreign_keys if key.column.table is Meeting.__table__}
    assert pointing_at_meetings == {
        *("meeting_move", "meeting_room_change", "participant", "notice", "recording", "record", "district_copy_answer"),
        "dissemination_request",
    }


@pytest.mark.requirement("G0.3")
def test_a_meeting_is_an_iep_or_a_section_504_meeting_and_nothing_else() -> None:
    assert {kind.value for kind in MeetingKind} == {"IEP", "SECTION_504"}


@pytest.mark.requirement("G10")
def test_secret_recordings_leave_no_trace_on_a_family() -> None:
    assert [name for name in COLUMNS if re.search(r"secret|violation|penalt|sanction", name)] == []


@pytest.mark.requirement("G0.2")
def test_no_column_can_say_that_a_notice_was_approved_or_denied() -> None:
    assert [name for name in COLUMNS if re.search(r"approv|den(y|ied)|permit|granted", name)] == []


@pytest.mark.requirement("D-44.a")
def test_a_record_is_not_directory_information_unless_somebody_says_so() -> None:
    assert Record.__table__.columns["directory_eligible"].default.arg is False


@pytest.mark.requirement("B-08")
def test_a_refused_row_of_a_roster_keeps_no_word_of_what_it_said() -> None:
    kept = {column.name for column in RosterRefusal.__table__.columns}
    assert kept == {"roster_import_id", "number", "file", "line", "field", "reason"}


def test_no_row_goes_because_another_went() -> None:
    assert [str(key.parent) for table in Base.metadata.tables.values() for key in table.foreign_keys if key.ondelete] == []


def test_of_links_codes_and_addresses_that_open_something_only_the_hash_is_kept() -> None:
    tables = ("account_invitation", "calendar_feed", "identity_code", "kiosk", "kiosk_invitation", "notice", "recorded_person")
    kept = {name: Base.metadata.tables[name].columns for name in tables}
    assert all(any(column.name.endswith("_hash") and column.type.length == 64 for column in columns) for columns in kept.values())
    assert [f"{name}.{column.name}" for name, columns in kept.items() for column in columns if re.search(r"(^|_)(token|code|link|address)$", column.name)] == []
