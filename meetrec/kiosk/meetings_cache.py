"""The room's meetings as the server last told them, on disk, so that the kiosk works after a restart with the network down."""

import base64
import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.platform.durable_files import make_private_folder, write_durably

NEWS_FILE = "meetings.json"
KEY_FILE = "district-public-key"
DELIVERED_FILE = "delivered.json"
KEY_BYTES = 32
LONGEST_INITIALS = 12  # a pupil stands on the screen as initials, whatever the server sends
MOST_MEETINGS = 200
DELIVERED_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class ArmedMeeting:
    """A meeting that may be recorded. `kind` is "IEP" or "SECTION_504"; start and planned_end are aware, in UTC."""

    recording: str
    initials: str
    kind: str
    start: datetime
    planned_end: datetime


@dataclass(frozen=True)
class RoomNews:
    """What the server said of this room: the kiosk's id, the room's name, the district's zone, and the armed meetings by start."""

    kiosk: str
    room: str
    zone: str
    meetings: tuple[ArmedMeeting, ...]

    def on_day_of(self, now: datetime) -> list[ArmedMeeting]:
        """The meetings of today by the district's calendar, and one that began yesterday and is still going on."""
        today = self._day(now)
        return [meeting for meeting in self.meetings if self._day(meeting.start) == today or meeting.start <= now <= meeting.planned_end]

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
    """The last news, the pinned district key, and what was delivered: three small private files in `folder`. Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        make_private_folder(folder)
        self.news: RoomNews | None = self._news_on_disk()
        self.district_public_key: bytes | None = self._key_on_disk()

    def take_in(self, answer: dict[str, Any]) -> None:
        """Keep what the server answered. Raises ServerTrouble when it does not read as news, or names another district key."""
        try:
            news, key = _news_from(answer), base64.b64decode(answer["district_public_key"], validate=True)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise ServerTrouble(Trouble.HALF_ANSWER) from None
        with self._lock:
            self._pin(key)
            if news != self.news:
                write_durably(self._folder / NEWS_FILE, json.dumps(_as_json(news)).encode())
                self.news = news

    def _pin(self, key: bytes) -> None:
        """The first key is kept for good: sound is never sealed to a key that appeared later (a stranger's server, a mistake)."""
        if len(key) != KEY_BYTES:
            raise ServerTrouble(Trouble.HALF_ANSWER)
        if self.district_public_key is None:
            write_durably(self._folder / KEY_FILE, base64.b64encode(key))
            self.district_public_key = key
        if key != self.district_public_key:
            raise ServerTrouble(Trouble.OTHER_DISTRICT_KEY)

    def note_delivered(self, recording: str, pieces: int, now: datetime) -> None:
        """Remember that a recording reached the server whole, before its folder goes; old entries leave."""
        with self._lock:
            entries = {name: entry for name, entry in self._delivered().items() if entry["at"] > (now - DELIVERED_KEPT).isoformat()}
            entries[recording] = {"at": now.isoformat(), "pieces": pieces}
            write_durably(self._folder / DELIVERED_FILE, json.dumps(entries).encode())

    def delivered_pieces(self, recording: str) -> int | None:
        """How many pieces a delivered recording had; None when it was not delivered from here."""
        entry = self._delivered().get(recording)
        return None if entry is None else int(entry["pieces"])

    def _delivered(self) -> dict[str, dict[str, Any]]:
        found = _read_json(self._folder / DELIVERED_FILE)
        return found if isinstance(found, dict) else {}

    def _news_on_disk(self) -> RoomNews | None:
        try:
            return _news_from(_read_json(self._folder / NEWS_FILE))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return None  # a damaged cache is no reason to keep the room from starting: the server tells it again

    def _key_on_disk(self) -> bytes | None:
        path = self._folder / KEY_FILE
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
    ZoneInfo(str(answer["zone"]))
    return RoomNews(
        kiosk=str(UUID(answer["kiosk"])),
        room=str(answer["room"])[:120],
        zone=str(answer["zone"]),
        meetings=tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.recording))),
    )


def _meeting_from(entry: dict[str, Any]) -> ArmedMeeting:
    return ArmedMeeting(
        recording=str(UUID(entry["recording"])),
        initials=str(entry["initials"])[:LONGEST_INITIALS],
        kind=str(entry["kind"]),
        start=_moment(entry["start"]),
        planned_end=_moment(entry["planned_end"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)


def _as_json(news: RoomNews) -> dict[str, Any]:
    fields = asdict(news)
    for meeting in fields["meetings"]:
        meeting.update(start=meeting["start"].isoformat(), planned_end=meeting["planned_end"].isoformat())
    return fields
