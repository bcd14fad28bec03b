"""Recordings that a crash or a stopped program left without an end: what is known of them, from their files alone (peers #4, #5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from meetrec.capture import outbox
from meetrec.capture.damage import damaged_in
from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import parse_piece
from meetrec.kiosk.room_news import ArmedMeeting, RoomNews


@dataclass(frozen=True)
class Interrupted:
    """A recording without its closing: `meeting` is None when the server does not list it any more.

    `may_go_on` only where it may still be the meeting that is held now: another pupil's must not get into yesterday's recording.
    `is_damaged` when a file of it does not read; the rest is kept all the same.
    """

    recording: str
    interrupted_at: datetime
    meeting: ArmedMeeting | None
    may_go_on: bool
    is_damaged: bool


def interrupted_in(
    outbox_folder: Path, news: RoomNews | None, running: str | None, now: datetime, by_the_server: Callable[[datetime], datetime] = lambda moment: moment
) -> list[Interrupted]:
    """The interrupted recordings of an outbox but the one that is running, latest first; `now` is by the server's clock."""
    folders = [outbox_folder / name for name in outbox.recordings_in(outbox_folder) if name != running]
    found = [_interrupted(folder, news, now, by_the_server) for folder in folders if _is_interrupted(folder)]
    return sorted(found, key=lambda one: one.interrupted_at, reverse=True)


def _is_interrupted(folder: Path) -> bool:
    """Also one all of whose runs were set aside when its finishing was cut off: the server must still hear of them."""
    return not (folder / outbox.CLOSING).exists() and bool(outbox.run_folders(folder) or damaged_in(folder.parent, folder.name))


def _interrupted(folder: Path, news: RoomNews | None, now: datetime, by_the_server: Callable[[datetime], datetime]) -> Interrupted:
    try:
        interrupted_at, is_damaged = max(map(_last_sound_of, outbox.runs_of(folder))), False
    except (CaptureError, OSError, ValueError):  # no run is left, or a file that does not read must not take the screen away: the recording is still listed
        interrupted_at, is_damaged = datetime.fromtimestamp(folder.stat().st_mtime, UTC), True
    meeting = news.find(folder.name) if news else None
    return Interrupted(folder.name, interrupted_at, meeting, _may_go_on(news, meeting, by_the_server(interrupted_at), now), is_damaged)


def _may_go_on(news: RoomNews | None, meeting: ArmedMeeting | None, interrupted_at: datetime, now: datetime) -> bool:
    """While it is the meeting's day; also on the day of the interruption, when a meeting is held on another day than planned."""
    return news is not None and meeting is not None and (meeting in news.on_day_of(now) or news.is_same_day(interrupted_at, now))


def _last_sound_of(run: Path) -> datetime:
    """The last moment a run has sound of, to within the ten seconds of an open piece."""
    statement = outbox.statement_of(run)
    frames = max((_frames_by_the_clock(run, microphone) for microphone in outbox.microphones_of(run)), default=0)
    return datetime.fromisoformat(statement["started_at"]) + timedelta(seconds=frames / statement["rate"])


def _frames_by_the_clock(run: Path, microphone: str) -> int:
    """Where a microphone's sound ends in its run, pauses included while the newest piece with sound still lies here; else they are not counted."""
    headers = [parse_piece(piece.path.read_bytes()).header for piece in list(outbox.pieces_of(run, microphone))[-2:]]
    end = headers[-1].first_frame + (headers[-1].frames or 0) if headers else 0
    return next((one.heard_at + end - one.first_frame for one in reversed(headers) if one.heard_at is not None), end)
