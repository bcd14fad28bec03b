"""Two recorders in one room, each with its own outbox, key and courier, deliver to one server in different orders: one record holds both (G5.a, G5.b)."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from flask import Flask
from werkzeug.serving import make_server

from meetrec.capture.recovery import recover
from meetrec.capture.signing import KioskSigner
from meetrec.custody.models import ObjectRole
from meetrec.custody.queries import further_copies, objects_of, record_of_recording
from meetrec.custody.vault import Vault
from meetrec.installation.actions import enroll_kiosk
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.room import Room
from meetrec.meetings.models import Room as MeetingRoom
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming, jobs
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.recordings import notice, recording_id, vault, work
from tests.kiosk.sealed_recordings import SealedRun, files_in

__all__ = ["notice", "recording_id", "vault", "work"]

HELD = 2000


@dataclass
class Recorder:
    """One kiosk of the room: its outbox, its key, its talk with the server. `seconds` is what its microphones heard."""

    server: DistrictServer
    signer: KioskSigner
    kiosk: str
    outbox: Path
    cache: MeetingsCache
    delivered: list[tuple[str, int]] = field(default_factory=list)

    def record(self, recording: str, started_at: datetime, seconds: float, *, is_interrupted: bool) -> None:
        """A run as capture writes it; stopped, or cut off in the middle and finished by a person after the restart."""
        run = SealedRun(self.outbox, recording, self.kiosk, self.cache.district_public_key, started_at=started_at, signer=self.signer)
        run.hear(seconds)
        if not is_interrupted:
            run.stop()
            return
        recover(self.outbox, self.signer)
        courier = Courier(self.outbox, self.server, lambda *what: self.delivered.append(what))
        room = Room(self.outbox, ScriptedRecorder(self.outbox), self.cache, courier, DemonstrationPlayer(None), self.signer)
        room.finish_interrupted(recording, HELD)
        if room.closing_due():  # the main kiosk asks at the end; the reserve asks nothing
            room.confirm_closing(recording, Closing("unknown"))

    def deliver(self) -> None:
        """One pass of the courier takes everything there."""
        assert Courier(self.outbox, self.server, lambda *what: self.delivered.append(what)).deliver_pass() == DeliveryState()
        assert files_in(self.outbox) == set()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The district's server on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def recorders(address: str, database: Database, district: SimpleNamespace, recording_id: str, tmp_path: Path) -> dict[str, Recorder]:
    """Main and reserve, both enrolled; both have heard of the meeting from the server."""
    signer = KioskSigner.new()
    with database.writing() as session:
        reserve, token = enroll_kiosk(session, clock.now(), session.get_one(MeetingRoom, district.room.id), signer, is_reserve=True)
        keys = {"main": (district.kiosk.id, district.kiosk_token, district.kiosk_signer), "reserve": (reserve.id, token, signer)}
    made = {}
    for name, (kiosk, its_token, its_signer) in keys.items():
        cache, server = MeetingsCache(tmp_path / name), DistrictServer(address, its_token)
        NewsPoll(server, cache).ask()
        assert cache.news is not None
        assert [meeting.recording for meeting in cache.news.meetings] == [recording_id]
        (outbox := tmp_path / f"outbox-{name}").mkdir()
        made[name] = Recorder(server, its_signer, kiosk, outbox, cache)
    return made


@pytest.mark.requirement("G5.a", "G5.b")
@pytest.mark.parametrize(
    ("who_records", "order", "interrupted"),
    [
        (("main", "reserve"), ("reserve", "main"), ()),
        (("main",), ("main",), ()),
        (("reserve",), ("reserve",), ()),
        (("main", "reserve"), ("main", "join", "reserve"), ()),
        (("main", "reserve"), ("reserve", "main"), ("main", "reserve")),
    ],
    ids=["reserve first", "main only", "reserve only", "reserve after the record was stored", "both interrupted"],
)
def test_one_record_holds_what_each_recorder_kept(
    recorders: dict[str, Recorder], who_records: tuple[str, ...], order: tuple[str, ...], interrupted: tuple[str, ...], recording_id: str,
    work: Callable[[], None], database: Database, vault: Vault, settings: Settings, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    began = clock.now().replace(microsecond=0)
    for number, name in enumerate(who_records):
        recorders[name].record(recording_id, began + timedelta(seconds=number), 3 - number, is_interrupted=name in interrupted)
    for step in order:
        work() if step == "join" else recorders[step].deliver()
    work()
    work()
    if "main" not in who_records:  # nothing came from the main kiosk until its time was over
        monkeypatch.setattr(clock, "now", lambda: district.meeting.planned_end + timedelta(days=2))
        jobs.settle_waiting_copies(database)
        work()
    with database.reading() as session:
        record = record_of_recording(session, recording_id)
        assert record is not None
        stored = {number: objects_of(record, ObjectRole.MASTER, number) for number in (0, *further_copies(record))}
    assert [{one.kiosk_id for one in masters} for masters in stored.values()] == [{recorders[name].kiosk} for name in who_records]
    assert all(one.is_reserve is (one.kiosk_id == recorders["reserve"].kiosk) for masters in stored.values() for one in masters)
    for number, masters in stored.items():
        ledger = json.loads(vault.read(objects_of(record, ObjectRole.GAP_LEDGER, number)[0]))
        assert {seconds_of(vault, one) for one in masters} == {ledger["duration"]} == {3.0 - number}
    assert incoming.waiting_recordings(settings.incoming_dir) == ()


def seconds_of(vault: Vault, master: object) -> float:
    """Length of a master as it decodes; every sample is there."""
    import soundfile

    with vault.open(master) as reader:  # type: ignore[arg-type]
        sound, rate = soundfile.read(reader, dtype="int16")
    assert np.any(sound)
    return len(sound) / rate
