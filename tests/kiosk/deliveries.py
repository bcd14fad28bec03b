"""A courier over an outbox and a server that can fail, a run of 21 seconds, and the room's log beside it."""

from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture.room_entries import entries_of
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.room_log import RoomLog
from tests.doubles.faulty_server import FaultyServer, news
from tests.kiosk.sealed_recordings import KIOSK, SealedRun

EXPECTED = {
    "409": Trouble.CONFLICT, "413": Trouble.TOO_LARGE, "500": Trouble.SERVER_FAULT, "507": Trouble.SERVER_FAULT, "401": Trouble.WRONG_TOKEN,
    "404": Trouble.REFUSED, "302": Trouble.REFUSED, "half": Trouble.HALF_ANSWER, "wrong hash": Trouble.WRONG_HASH,
    "not durable": Trouble.NOT_DURABLE, "no durable": Trouble.NOT_DURABLE, "nothing": Trouble.NO_ANSWER,
}  # fmt: skip


class Delivering:
    """A courier over an outbox and a server; a new one is the program after a restart."""

    def __init__(self, outbox: Path, server: FaultyServer) -> None:
        self.outbox, self.server = outbox, server
        self.delivered: list[tuple[str, int]] = []
        self.courier = self.restarted()

    def restarted(self) -> Courier:
        server = DistrictServer(self.server.address, "token of the kiosk", connect_seconds=2, read_seconds=1.5)  # a loaded machine answers late, too
        self.courier = Courier(self.outbox, server, lambda recording, pieces: self.delivered.append((recording, pieces)))
        return self.courier


@pytest.fixture
def delivering(outbox: Path, district_server: FaultyServer) -> Delivering:
    return Delivering(outbox, district_server)


@pytest.fixture
def run(outbox: Path) -> SealedRun:
    """A recording of 21 s that goes on: two closed pieces and an open journal for each microphone."""
    run = SealedRun(outbox, str(uuid4()))
    run.hear(21)
    return run


class Logging:
    """The room's log beside a run, as the kiosk writes it."""

    def __init__(self, run: SealedRun, folder: Path) -> None:
        cache = MeetingsCache(folder)
        cache.take_in(news(KIOSK, []))
        self.run, self.log = run, RoomLog(run.outbox, cache, run.signer)

    def tell(self, *kinds: str) -> None:
        for kind in kinds:
            self.log.require(self.run.recording, kind, {"end": {"confirmed": True}, "note": {"text": "A note."}}.get(kind, {}))

    def place(self, index: int) -> str:
        return f"/kiosk/api/recordings/{self.run.recording}/room/{index}"

    @property
    def lying(self) -> list[int]:
        """The entries that lie here."""
        return [int(path.stem) for path in entries_of(self.run.outbox / self.run.recording)]


@pytest.fixture
def logging(run: SealedRun, tmp_path: Path) -> Logging:
    return Logging(run, tmp_path / "kiosk")
