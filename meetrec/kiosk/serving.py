"""The kiosk process: look for orphans first, then the recorder, the courier and the screen; a clean end at SIGTERM."""

import fcntl
import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import structlog
import waitress

from meetrec.capture import recovery
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.app import create_kiosk_app
from meetrec.kiosk.courier import Courier
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.gate import ScreenKeys
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.pin import ServerPin
from meetrec.kiosk.places import kiosk_folder, signing_key_file
from meetrec.kiosk.room import Room
from meetrec.kiosk.room_file import attached_microphones, room_seats
from meetrec.kiosk.room_recorder import RoomRecorder
from meetrec.kiosk.screen import Screen
from meetrec.kiosk.service_notice import WatchdogFeeder, service_notice
from meetrec.kiosk.wakefulness import Wakefulness
from meetrec.platform import clock
from meetrec.platform.durable_files import make_private_folder
from meetrec.platform.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost")
SERVER_THREADS = 8
ENDING_SECONDS = 5.0

log = structlog.get_logger()


def server_token(settings: Settings) -> str:
    """This kiosk's token for the server. Raises KioskError with what to do when there is none."""
    path = settings.kiosk.token_file
    if path is None:
        raise KioskError("This machine is no room's kiosk yet: kiosk.token_file is not set. Ask the administrator for a code and run “meetrec kiosk enroll”.")
    try:
        token = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise KioskError(f"The kiosk's token file {path} cannot be read. Ask the administrator for a new code and run “meetrec kiosk enroll”.") from None
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise KioskError(f"The kiosk's token file {path} does not hold one token. Ask the administrator for a new code and run “meetrec kiosk enroll”.")
    return token


def hold_outbox(outbox: Path) -> int:
    """Hold the outbox for this process alone, until it ends; a second program's recovery would end the chains that the first is writing.

    The open descriptor that holds it. Raises KioskError when another program holds it.
    """
    make_private_folder(outbox)
    descriptor = os.open(outbox / ".in-use", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise KioskError("Another kiosk program is running in this room. Use its screen, or end it first. Nothing was changed.") from None
    return descriptor


@dataclass
class RunningKiosk(AbstractContextManager["RunningKiosk"]):
    """Everything of one kiosk process, started by `with`. `stopped` ends its threads."""

    screen: Screen
    recorder: RoomRecorder
    loops: tuple[Callable[[threading.Event], None], ...]
    stopped: threading.Event
    threads: list[threading.Thread]
    held: int  # the outbox, see hold_outbox

    @classmethod
    def of(cls, settings: Settings) -> "RunningKiosk":
        """Put the parts together. What a crash left is looked at before anything else may touch it (peers #4)."""
        if settings.kiosk.host not in LOOPBACK:
            raise KioskError("kiosk.host must be 127.0.0.1: the room's screen is for this machine alone.")
        server = DistrictServer(settings.kiosk.server_url, server_token(settings), ServerPin(kiosk_folder(settings)))
        outbox = settings.kiosk.outbox
        held = hold_outbox(outbox)
        signer = KioskSigner.in_file(signing_key_file(settings))
        for found in recovery.recover(outbox, signer):
            log.warning("kiosk.interrupted_recording", recording=found.recording, runs=found.runs, troubles=len(found.troubles))
        cache = MeetingsCache(kiosk_folder(settings))
        courier = Courier(outbox, server, lambda recording, pieces: cache.note_delivered(recording, pieces, clock.now()))
        recorder = RoomRecorder(outbox, room_seats(settings.kiosk), cache, signer, attached_microphones(settings.kiosk))
        room = Room(outbox, recorder, cache, courier, DemonstrationPlayer(settings.kiosk.demonstration_player), signer)
        news = NewsPoll(server, cache)
        feeder = WatchdogFeeder(service_notice(), recorder.pulse)
        loops = (news.run, courier.run, recorder.run, room.run, feeder.run, Wakefulness().run)
        return cls(Screen(room, news), recorder, loops, threading.Event(), [], held)

    def __enter__(self) -> "RunningKiosk":
        self.screen.room.player.order("idle")
        for loop in self.loops:
            thread = threading.Thread(target=loop, args=(self.stopped,), name=loop.__qualname__, daemon=True)
            self.threads.append(thread)
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Seal what is open first; a delivery that is under way may be cut off, it is repeated at the next start."""
        self.stopped.set()
        self.recorder.close()
        self.screen.room.courier.wake()
        self.screen.room.player.close()
        for thread in self.threads:
            thread.join(ENDING_SECONDS)
        os.close(self.held)


def kiosk_server(settings: Settings, screen: Screen, port: int) -> Any:
    """The screen's web server on a port of loopback. Raises KioskError when the port is taken."""
    app = create_kiosk_app(settings, screen, ScreenKeys.in_folder(kiosk_folder(settings)), port)
    try:
        return waitress.create_server(app, host="127.0.0.1", port=port, threads=SERVER_THREADS, ident=None)
    except OSError as error:
        raise KioskError(f"The screen cannot use port {port} of this machine: {error.strerror}. Is another kiosk program running?") from error


def serve_until_told(server: Any) -> None:
    """Serve until SIGTERM or Ctrl-C; then return, so that everything can be sealed."""
    signal.signal(signal.SIGTERM, _end)
    server.run()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)  # waitress ends its threads and returns
