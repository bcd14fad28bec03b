"""The tests of recordings share an armed recording, its kiosk and a worker with those of transcripts; and a room log of that recording."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from meetrec.platform import clock
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.settings import Settings
from tests.fixtures.recordings import kiosk, make_run, notice, recording_id, vault, work
from tests.recordings.copy_tasks import coordinator, over, upload
from tests.recordings.room_logs import RoomLog
from tests.recordings.two_kiosks import main_run, reserve, reserve_run

__all__ = ["coordinator", "kiosk", "main_run", "make_run", "notice", "over", "recording_id", "reserve", "reserve_run", "upload", "vault", "work"]


@pytest.fixture
def make_log(settings: Settings, district: SimpleNamespace) -> Callable[..., RoomLog]:
    """A log of the room's kiosk for a recording, without entries."""
    public_key = load_district_key(settings.keyring_dir).public_bytes

    def make_log(recording: str, **changed: object) -> RoomLog:
        return RoomLog(**{"recording": recording, "kiosk": district.kiosk.id, "district_public_key": public_key, "signer": district.kiosk_signer, **changed})

    return make_log


@pytest.fixture
def log(make_log: Callable[..., RoomLog], recording_id: str) -> RoomLog:
    """The log of the armed recording, without entries."""
    return make_log(recording_id)


@pytest.fixture
def midday(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> datetime:
    """The program's clock goes on from noon of today in the district: a test whose meeting lies some hours back holds at any hour."""
    now = clock.now
    noon = clock.in_zone(now(), settings.district.zone).replace(hour=12, minute=0).astimezone(UTC)
    apart = noon - now()
    monkeypatch.setattr(clock, "now", lambda: now() + apart)
    return noon


@pytest.fixture
def set_now(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the whole program believe that it is another moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)
