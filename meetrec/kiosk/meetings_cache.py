"""The room's meetings as the server last told them, on disk, so that the kiosk works after a restart with the network down."""

import base64
import json
import threading
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any
from uuid import UUID

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.room_news import DOES_NOT_READ, ArmedMeeting, OtherMeeting, RoomNews, by_start, meeting_from, moments_as_text, news_as_json, news_from
from meetrec.platform import clock
from meetrec.platform.durable_files import make_private_folder, write_durably

NEWS_FILE = "meetings.json"
KEY_FILE = "district-public-key"
DELIVERED_FILE = "delivered.json"
ON_THE_SPOT_FILE = "on-the-spot.json"
CLOCK_FILE = "clock-offset.json"
KEY_BYTES = 32
DELIVERED_KEPT = timedelta(days=30)
ON_THE_SPOT_KEPT = timedelta(days=30)
OFFSET_WORTH_WRITING = 0.1  # seconds; a clock that is a little off every time does not wear the disk


class MeetingsCache:
    """The last news, the pinned district key, what was delivered, notices given here, the clock's offset: small private files in `folder`.

    Nothing that a parent wrote lies there: which device their notice named is kept in memory alone, and after a restart the server tells it again (W-11).
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
        return replace(told, meetings=by_start([*told.meetings, *own]), others=others)

    def take_in(self, answer: dict[str, Any]) -> None:
        """Keep what the server answered. Raises ServerTrouble when it does not read as news, or names another district key."""
        try:
            news, key = news_from(answer), base64.b64decode(answer["district_public_key"], validate=True)
        except DOES_NOT_READ:
            raise ServerTrouble(Trouble.HALF_ANSWER) from None
        with self._lock:
            self._pin(key)
            if news != self._told:
                write_durably(self.folder / NEWS_FILE, json.dumps(news_as_json(_without_devices(news))).encode())
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
        content = [{**moments_as_text(asdict(armed)), "device": "", "meeting": meeting} for armed, meeting in noticed.values()]
        write_durably(self.folder / ON_THE_SPOT_FILE, json.dumps(content).encode())
        self._on_the_spot = noticed

    def on_the_spot_recording_of(self, meeting: str) -> str | None:
        """The recording of which notice was given here and which the server does not tell of yet."""
        return next((recording for recording, (_, noticed) in self._on_the_spot.items() if noticed == meeting), None)

    def by_the_server(self, moment: datetime) -> datetime:
        """A moment of this machine's clock as the server's clock tells it: a clock that is days off must not hide today's meeting."""
        return moment + timedelta(seconds=self.clock_offset or 0.0)

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
            if self._told is not None and self._told.kiosk != kiosk:
                (self.folder / NEWS_FILE).unlink(missing_ok=True)
                self._told = None

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
            return news_from(_read_json(self.folder / NEWS_FILE))
        except DOES_NOT_READ:
            return None  # a damaged cache is no reason to keep the room from starting: the server tells it again

    def _on_the_spot_on_disk(self) -> dict[str, tuple[ArmedMeeting, str]]:
        try:
            return {entry["recording"]: (meeting_from(entry), str(UUID(entry["meeting"]))) for entry in _read_json(self.folder / ON_THE_SPOT_FILE) or []}
        except DOES_NOT_READ:
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


def _without_devices(news: RoomNews) -> RoomNews:
    return replace(news, meetings=tuple(replace(meeting, device="") for meeting in news.meetings))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
