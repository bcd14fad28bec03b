"""What a parent says when giving notice: on the form, to staff, or on the kiosk in the room. Plain values, no database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from meetrec.notices.models import RecorderRole


@dataclass(frozen=True)
class NoticeStatement:
    """What a parent says in a notice, as they say it. Date and time are those of the school's clock."""

    recorder_name: str
    recorder_role: RecorderRole
    student_name: str
    school_name: str
    meeting_date: date
    meeting_time: time
    device: str  # empty when not said; asked again at the meeting (G6.b)
    reason: str | None
    accommodation_request: str | None
    needs_recording_to_understand: bool
    language: str

    def content(self) -> Mapping[str, object]:
        """The statement as a mapping of plain values."""
        return asdict(self)


@dataclass(frozen=True)
class StatedInTheRoom:
    """What a parent says on the kiosk in the meeting room (A-04, G4); pupil, school and time are those of the meeting. `stated_at` is by the room's clock."""

    recorder_name: str
    recorder_role: RecorderRole
    device: str
    language: str
    reason: str | None
    stated_at: datetime
