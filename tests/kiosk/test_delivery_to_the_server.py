"""The kiosk and the district's real server understand each other: meetings, delivery, a second delivery, a key that is no kiosk's."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.serving import make_server

from meetrec.capture.outbox import write_closing
from meetrec.kiosk.api import DistrictServer, StateReport
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.errors import ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from tests.fixtures.recordings import notice, recording_id
from tests.kiosk.sealed_recordings import SealedRun, files_in

__all__ = ["notice", "recording_id"]


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
def cache(address: str, district: SimpleNamespace, recording_id: str, tmp_path: Path) -> MeetingsCache:
    """A kiosk that has asked the server."""
    cache = MeetingsCache(tmp_path / "kiosk")
    cache.take_in(DistrictServer(address, district.kiosk_token).meetings())
    return cache


@pytest.mark.requirement("W-01")
def test_armed_meeting_reaches_the_room_as_initials(cache: MeetingsCache, district: SimpleNamespace, recording_id: str) -> None:
    assert cache.news is not None
    assert cache.news.room == district.room.name
    assert cache.news.kiosk == district.kiosk.id
    assert [meeting.recording for meeting in cache.news.meetings] == [recording_id]
    assert "Rivera" not in repr(cache.news)


@pytest.mark.requirement("G5.b")
def test_recording_with_an_interrupted_run_is_delivered_whole(
    cache: MeetingsCache, address: str, district: SimpleNamespace, recording_id: str, outbox: Path
) -> None:
    delivered: list[tuple[str, int]] = []
    for _ in range(2):
        run = SealedRun(outbox, recording_id, district.kiosk.id, cache.district_public_key, signer=district.kiosk_signer)
        run.hear(11)
        run.end()
        courier = Courier(outbox, DistrictServer(address, district.kiosk_token), lambda *what: delivered.append(what))
        courier.report(recording_id, StateReport("recording", "2026-10-13T14:00:00+00:00", []))
        assert courier.deliver_pass() == DeliveryState()
    write_closing(outbox, district.kiosk.id, recording_id, "2026-10-13T15:00:00.000000Z", district.kiosk_signer)
    assert courier.deliver_pass() == DeliveryState()
    assert delivered == [(recording_id, 12)]  # two runs, two microphones, each two pieces and an end
    assert files_in(outbox) == set()


def test_token_of_no_kiosk_is_told_apart(address: str) -> None:
    with pytest.raises(ServerTrouble) as refused:
        DistrictServer(address, "not a token").meetings()
    assert refused.value.trouble is Trouble.WRONG_TOKEN
