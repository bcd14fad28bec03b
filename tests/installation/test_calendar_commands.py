"""`meetrec meetings import`: the same as on the page, for a nightly export."""

from datetime import UTC, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from meetrec.installation.calendar_commands import meetings
from meetrec.meetings.models import Meeting
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.models import Recording
from tests.fixtures.recordings import notice, recording_id

__all__ = ["notice", "recording_id"]


def written(folder: Path, district: SimpleNamespace, hours: int, *lines: str) -> str:
    start = (district.meeting.start + timedelta(hours=hours)).astimezone(UTC)
    times = [f"{name}:{moment:%Y%m%dT%H%M%SZ}" for name, moment in (("DTSTART", start), ("DTEND", start + timedelta(hours=1)))]
    event = ["BEGIN:VEVENT", "UID:u1", *times, "SUMMARY:IEP Mateo Rivera", "LOCATION:Conference Room A", *lines, "END:VEVENT"]
    (folder / "c.ics").write_text("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *event, "END:VCALENDAR", ""]))
    return str(folder / "c.ics")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("MEETREC_DATA_DIR", str(settings.data_dir))
    return CliRunner()


def test_calendar_is_taken_in_and_names_nobody(run: CliRunner, database: Database, district: SimpleNamespace, tmp_path: Path) -> None:
    tried = run.invoke(meetings, ["import", written(tmp_path, district, 5), "--dry-run"])
    assert (tried.exit_code, "Nothing was changed" in tried.output) == (0, True), tried.output
    done = run.invoke(meetings, ["import", written(tmp_path, district, 5)])
    assert (done.exit_code, done.output) == (0, "u1: Entered as a meeting.\n")
    assert "Mateo" not in done.output
    with database.reading() as session:
        assert session.scalars(select(Meeting).where(Meeting.calendar_uid == "u1")).one().start == district.meeting.start + timedelta(hours=5)


@pytest.mark.requirement("G5.a")
def test_armed_room_follows_the_calendar(run: CliRunner, database: Database, district: SimpleNamespace, recording_id: str, tmp_path: Path) -> None:
    run.invoke(meetings, ["import", written(tmp_path, district, 0)])
    gone = run.invoke(meetings, ["import", written(tmp_path, district, 0, "STATUS:CANCELLED")])
    assert gone.output == "u1: Cancelled.\n"
    with database.reading() as session:
        from meetrec.journal.models import JournalEntry

        verbs = set(session.scalars(select(JournalEntry.verb).where(JournalEntry.subject == f"recording:{recording_id}")))
        assert "room.stood_down" in verbs
        assert session.get_one(Recording, recording_id).meeting.cancelled_at is not None


def test_what_is_left_to_a_person_ends_with_one(run: CliRunner, district: SimpleNamespace, tmp_path: Path) -> None:
    path = Path(written(tmp_path, district, 5))
    path.write_text(path.read_text().replace("Conference Room A", "By telephone"))
    asked = run.invoke(meetings, ["import", str(path)])
    assert (asked.exit_code, "To be entered by you" in asked.output) == (1, True)
