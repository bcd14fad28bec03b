"""What the server says of this room, as plain data: its armed meetings and today's others; of pupils only the initials (W-01)."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

LONGEST_INITIALS = 12  # a pupil stands on the screen as initials, whatever the server sends
LONGEST_DEVICE = 120
MOST_MEETINGS = 200
DOES_NOT_READ = (KeyError, TypeError, ValueError, AttributeError, OverflowError)  # what reading a stranger's answer may raise


@dataclass(frozen=True)
class ArmedMeeting:
    """A meeting that may be recorded. `kind` is "IEP" or "SECTION_504"; start and planned_end are aware, in UTC.

    `device` is what the notice named, empty where it named none (G6.b); `objection_stops` is the state profile's word (X-4).
    `main` is how the room's main kiosk stands, told to a reserve kiosk alone (reserve.MAIN_WORDS).
    """

    recording: str
    initials: str
    kind: str
    start: datetime
    planned_end: datetime
    device: str = ""
    objection_stops: bool = False
    main: str = ""


@dataclass(frozen=True)
class OtherMeeting:
    """A meeting of this room without an armed recording: a parent may give notice of it on the spot."""

    meeting: str
    initials: str
    kind: str
    start: datetime
    planned_end: datetime
    objection_stops: bool = False

    def armed_as(self, recording: str, device: str) -> ArmedMeeting:
        """The same meeting once notice was given here."""
        return ArmedMeeting(recording, self.initials, self.kind, self.start, self.planned_end, device, self.objection_stops)


@dataclass(frozen=True)
class RoomNews:
    """What the server said of this room: the kiosk's id, the room's name, the district's zone, the armed meetings by start, and the others.

    `is_reserve`: this is the room's reserve kiosk.
    """

    kiosk: str
    room: str
    zone: str
    meetings: tuple[ArmedMeeting, ...]
    others: tuple[OtherMeeting, ...] = ()
    is_reserve: bool = False

    def on_day_of(self, now: datetime) -> list[ArmedMeeting]:
        """The meetings of today by the district's calendar, and one that began yesterday and is still going on."""
        today = self._day(now)
        return [meeting for meeting in self.meetings if self._day(meeting.start) == today or meeting.start <= now <= meeting.planned_end]

    def others_on_day_of(self, now: datetime) -> list[OtherMeeting]:
        """Today's meetings without an armed recording; the server may have told them days ago. Those planned to be over stand last: one may run late."""
        today = self._day(now)
        of_today = [meeting for meeting in self.others if self._day(meeting.start) == today or meeting.start <= now <= meeting.planned_end]
        return sorted(of_today, key=lambda meeting: meeting.planned_end < now)

    def find_other(self, meeting: str, now: datetime) -> OtherMeeting | None:
        """One of them."""
        return next((other for other in self.others_on_day_of(now) if other.meeting == meeting), None)

    def after_day_of(self, now: datetime) -> list[ArmedMeeting]:
        """The meetings of the next seven days, without today's."""
        today = self._day(now)
        return [meeting for meeting in self.meetings if today < self._day(meeting.start) <= today + timedelta(days=7)]

    def on_no_day_near(self, now: datetime) -> list[ArmedMeeting]:
        """The armed meetings before today and after seven days: put off, or this machine's clock is wrong."""
        near = [*self.on_day_of(now), *self.after_day_of(now)]
        return [meeting for meeting in self.meetings if meeting not in near]

    def is_same_day(self, one: datetime, other: datetime) -> bool:
        """Whether both moments are of one day by the district's calendar."""
        return self._day(one) == self._day(other)

    def find(self, recording: str) -> ArmedMeeting | None:
        """The armed meeting of a recording, if it is still armed."""
        return next((meeting for meeting in self.meetings if meeting.recording == recording), None)

    def _day(self, moment: datetime) -> Any:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def news_from(answer: Any) -> RoomNews:
    """The server's answer as data. Raises one of DOES_NOT_READ when something is missing or is of another kind."""
    meetings = [meeting_from(entry) for entry in answer["meetings"][:MOST_MEETINGS]]
    others = [_other_from(entry) for entry in answer.get("others", [])[:MOST_MEETINGS]]
    ZoneInfo(str(answer["zone"]))
    return RoomNews(
        kiosk=str(UUID(answer["kiosk"])),
        room=str(answer["room"])[:120],
        zone=str(answer["zone"]),
        meetings=by_start(meetings),
        others=tuple(sorted(others, key=lambda other: (other.start, other.meeting))),
        is_reserve=answer.get("is_reserve") is True,
    )


def by_start(meetings: list[ArmedMeeting]) -> tuple[ArmedMeeting, ...]:
    """The meetings in the order of their start."""
    return tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.recording)))


def meeting_from(entry: dict[str, Any]) -> ArmedMeeting:
    """One armed meeting. Raises one of DOES_NOT_READ."""
    device, main = str(entry.get("device") or "")[:LONGEST_DEVICE], str(entry.get("main") or "")
    return ArmedMeeting(recording=str(UUID(entry["recording"])), device=device, main=main, **_planned_in(entry))


def _other_from(entry: dict[str, Any]) -> OtherMeeting:
    return OtherMeeting(meeting=str(UUID(entry["meeting"])), **_planned_in(entry))


def _planned_in(entry: dict[str, Any]) -> dict[str, Any]:
    """What armed and other meetings have in common."""
    return {
        "initials": str(entry["initials"])[:LONGEST_INITIALS],
        "kind": str(entry["kind"]),
        "start": _moment(entry["start"]),
        "planned_end": _moment(entry["planned_end"]),
        "objection_stops": entry.get("objection_stops") is True,
    }


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)


def news_as_json(news: RoomNews) -> dict[str, Any]:
    """As news_from reads them again."""
    fields = asdict(news)
    return {**fields, "meetings": [*map(moments_as_text, fields["meetings"])], "others": [*map(moments_as_text, fields["others"])]}


def moments_as_text(fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, datetimes in ISO 8601."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
