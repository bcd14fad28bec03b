"""The room's meetings as the server last told them, on disk, so that the kiosk works after a restart with the network down."""

import base64
import json
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.platform import clock
from meetrec.platform.durable_files import make_private_folder, write_durably

NEWS_FILE = "meetings.json"
KEY_FILE = "district-public-key"
DELIVERED_FILE = "delivered.json"
ON_THE_SPOT_FILE = "on-the-spot.json"
CLOCK_FILE = "clock-offset.json"
KEY_BYTES = 32
LONGEST_INITIALS = 12  # a pupil stands on the screen as initials, whatever the server sends
LONGEST_DEVICE = 120
MOST_MEETINGS = 200
DELIVERED_KEPT = timedelta(days=30)
ON_THE_SPOT_KEPT = timedelta(days=30)
OFFSET_WORTH_WRITING = 0.1  # seconds; a clock that is a little off every time does not wear the disk

_DOES_NOT_READ = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


@dataclass(frozen=True)
class ArmedMeeting:
    """A meeting that may be recorded. `kind` is "IEP" or "SECTION_504"; start and planned_end are aware, in UTC.

    `device` is what the notice named, empty where it named none (G6.b); `objection_stops` is the state profile's word (X-4).
    """

    recording: str
    initials: str
    kind: str
    start: datetime
    planned_end: datetime
    device: str = ""
    objection_stops: bool = False


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
    """What the server said of this room: the kiosk's id, the room's name, the district's zone, the armed meetings by start, and the others."""

    kiosk: str
    room: str
    zone: str
    meetings: tuple[ArmedMeeting, ...]
    others: tuple[OtherMeeting, ...] = ()

    def on_day_of(self, now: datetime) -> list[ArmedMeeting]:
        """The meetings of today by the district's calendar, and one that began yesterday and is still going on."""
        today = self._day(now)
        return [meeting for meeting in self.meetings if self._day(meeting.start) == today or meeting.start <= now <= meeting.planned_end]

    def others_on_day_of(self, now: datetime) -> list[OtherMeeting]:
        """Today's meetings without an armed recording; the server may have told them days ago."""
        today = self._day(now)
        return [meeting for meeting in self.others if self._day(meeting.start) == today or meeting.start <= now <= meeting.planned_end]

    def find_other(self, meeting: str, now: datetime) -> OtherMeeting | None:
        """One of them."""
        return next((other for other in self.others_on_day_of(now) if other.meeting == meeting), None)

    def after_day_of(self, now: datetime) -> list[ArmedMeeting]:
        """The meetings of the next seven days, without today's."""
        today = self._day(now)
        return [meeting for meeting in self.meetings if today < self._day(meeting.start) <= today + timedelta(days=7)]

    def is_same_day(self, one: datetime, other: datetime) -> bool:
        """Whether both moments are of one day by the district's calendar."""
        return self._day(one) == self._day(other)

    def find(self, recording: str) -> ArmedMeeting | None:
        """The armed meeting of a recording, if it is still armed."""
        return next((meeting for meeting in self.meetings if meeting.recording == recording), None)

    def _day(self, moment: datetime) -> Any:
        return moment.astimezone(ZoneInfo(self.zone)).date()


class MeetingsCache:
    """The last news, the pinned district key, what was delivered, notices given here, the clock's offset: small private files in `folder`.

    `clock_offset` is in seconds, the server's clock minus this machine's as last measured; None if never. Safe for several threads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        make_private_folder(folder)
        self._told: RoomNews | None = self._news_on_disk()
        self._on_the_spot = self._on_the_spot_on_disk()
        self.district_public_key: bytes | None = self._key_on_disk()
        self.clock_offset: float | None = self._offset_on_disk()

    @property
    def news(self) -> RoomNews | None:
        """What the server said last, with the meetings of which notice was given at this kiosk and which the server does not know yet."""
        told = self._told
        if told is None or not self._on_the_spot:
            return told
        own = [armed for armed, _ in self._on_the_spot.values() if told.find(armed.recording) is None]
        noticed = {meeting for armed, meeting in self._on_the_spot.values()}
        others = tuple(other for other in told.others if other.meeting not in noticed)
        return replace(told, meetings=_by_start([*told.meetings, *own]), others=others)

    def take_in(self, answer: dict[str, Any]) -> None:
        """Keep what the server answered. Raises ServerTrouble when it does not read as news, or names another district key."""
        try:
            news, key = _news_from(answer), base64.b64decode(answer["district_public_key"], validate=True)
        except _DOES_NOT_READ:
            raise ServerTrouble(Trouble.HALF_ANSWER) from None
        with self._lock:
            self._pin(key)
            if news != self._told:
                write_durably(self.folder / NEWS_FILE, json.dumps(_as_json(news)).encode())
                self._told = news
            self._let_go_of_known(news)

    def _let_go_of_known(self, news: RoomNews) -> None:
        """A notice that the server tells of is the server's from now on; one it never took is let go after a month."""
        oldest = clock.now() - ON_THE_SPOT_KEPT
        kept = {name: one for name, one in self._on_the_spot.items() if news.find(name) is None and one[0].start > oldest}
        if kept != self._on_the_spot:
            self._write_on_the_spot(kept)

    def note_on_the_spot(self, recording: str, other: OtherMeeting, device: str) -> None:
        """Remember that notice of this meeting was given here, so that it can be recorded before the server knows. Raises OSError."""
        with self._lock:
            self._write_on_the_spot({**self._on_the_spot, recording: (other.armed_as(recording, device), other.meeting)})

    def _write_on_the_spot(self, noticed: dict[str, tuple[ArmedMeeting, str]]) -> None:
        content = [{**_moments_as_text(asdict(armed)), "meeting": meeting} for armed, meeting in noticed.values()]
        write_durably(self.folder / ON_THE_SPOT_FILE, json.dumps(content).encode())
        self._on_the_spot = noticed

    def on_the_spot_recording_of(self, meeting: str) -> str | None:
        """The recording of which notice was given here and which the server does not tell of yet."""
        return next((recording for recording, (_, noticed) in self._on_the_spot.items() if noticed == meeting), None)

    def note_clock_offset(self, seconds: float) -> None:
        """Remember how far this machine's clock is from the server's, also over a restart with the network down."""
        known, self.clock_offset = self.clock_offset, round(seconds, 3)
        if known is None or abs(known - seconds) > OFFSET_WORTH_WRITING:
            write_durably(self.folder / CLOCK_FILE, json.dumps(self.clock_offset).encode())

    def _pin(self, key: bytes) -> None:
        """The first key is kept for good: sound is never sealed to a key that appeared later (a stranger's server, a mistake)."""
        if len(key) != KEY_BYTES:
            raise ServerTrouble(Trouble.HALF_ANSWER)
        if self.district_public_key is None:
            write_durably(self.folder / KEY_FILE, base64.b64encode(key))
            self.district_public_key = key
        if key != self.district_public_key:
            raise ServerTrouble(Trouble.OTHER_DISTRICT_KEY)

    def begin_anew(self, kiosk: str, district_public_key: bytes) -> None:
        """Take the district's key from an enrolment: a person vouched for that server. News told to another kiosk's id are forgotten.

        Raises OSError when the disk refuses.
        """
        with self._lock:
            write_durably(self.folder / KEY_FILE, base64.b64encode(district_public_key))
            self.district_public_key = district_public_key
            if self.news is not None and self.news.kiosk != kiosk:
                (self.folder / NEWS_FILE).unlink(missing_ok=True)
                self.news = None

    def note_delivered(self, recording: str, pieces: int, now: datetime) -> None:
        """Remember that a recording reached the server whole, before its folder goes; old entries leave."""
        with self._lock:
            entries = {name: entry for name, entry in self._delivered().items() if entry["at"] > (now - DELIVERED_KEPT).isoformat()}
            entries[recording] = {"at": now.isoformat(), "pieces": pieces}
            write_durably(self.folder / DELIVERED_FILE, json.dumps(entries).encode())

    def delivered_pieces(self, recording: str) -> int | None:
        """How many pieces a delivered recording had; None when it was not delivered from here."""
        entry = self._delivered().get(recording)
        return None if entry is None else int(entry["pieces"])

    def _delivered(self) -> dict[str, dict[str, Any]]:
        found = _read_json(self.folder / DELIVERED_FILE)
        return found if isinstance(found, dict) else {}

    def _news_on_disk(self) -> RoomNews | None:
        try:
            return _news_from(_read_json(self.folder / NEWS_FILE))
        except _DOES_NOT_READ:
            return None  # a damaged cache is no reason to keep the room from starting: the server tells it again

    def _on_the_spot_on_disk(self) -> dict[str, tuple[ArmedMeeting, str]]:
        try:
            return {entry["recording"]: (_meeting_from(entry), str(UUID(entry["meeting"]))) for entry in _read_json(self.folder / ON_THE_SPOT_FILE) or []}
        except _DOES_NOT_READ:
            return {}

    def _offset_on_disk(self) -> float | None:
        found = _read_json(self.folder / CLOCK_FILE)
        return float(found) if type(found) in (int, float) and isfinite(found) else None

    def _key_on_disk(self) -> bytes | None:
        path = self.folder / KEY_FILE
        if not path.exists():
            return None
        try:
            key = base64.b64decode(path.read_bytes(), validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise KioskError(f"The district's key in {path} is damaged. Nothing can be sealed to it; ask the administrator to check it and remove the file.")
        return key


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _news_from(answer: Any) -> RoomNews:
    """Raises KeyError, TypeError or ValueError when something is missing or is of another kind."""
    meetings = [_meeting_from(entry) for entry in answer["meetings"][:MOST_MEETINGS]]
    others = [_other_from(entry) for entry in answer.get("others", [])[:MOST_MEETINGS]]
    ZoneInfo(str(answer["zone"]))
    return RoomNews(
        kiosk=str(UUID(answer["kiosk"])),
        room=str(answer["room"])[:120],
        zone=str(answer["zone"]),
        meetings=_by_start(meetings),
        others=tuple(sorted(others, key=lambda other: (other.start, other.meeting))),
    )


def _by_start(meetings: list[ArmedMeeting]) -> tuple[ArmedMeeting, ...]:
    return tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.recording)))


def _meeting_from(entry: dict[str, Any]) -> ArmedMeeting:
    return ArmedMeeting(recording=str(UUID(entry["recording"])), device=str(entry.get("device") or "")[:LONGEST_DEVICE], **_planned_in(entry))


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


def _as_json(news: RoomNews) -> dict[str, Any]:
    fields = asdict(news)
    return {**fields, "meetings": [*map(_moments_as_text, fields["meetings"])], "others": [*map(_moments_as_text, fields["others"])]}


def _moments_as_text(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
