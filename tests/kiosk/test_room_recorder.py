"""The room's recorder over real microphones: late arrivals, and a key that comes later."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.devices import Microphone, list_microphones
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.room_recorder import RoomRecorder, reading_of
from tests.doubles.faulty_server import news
from tests.fixtures.kiosk import KIOSK, MATEO
from tests.fixtures.kiosk_process import wait_until
from tests.fixtures.microphones import VirtualMicrophones


@pytest.fixture
def cache(tmp_path: Path) -> MeetingsCache:
    return MeetingsCache(tmp_path / "kiosk")


@pytest.fixture
def attached() -> list[Microphone]:
    """What is plugged in; the test changes it."""
    return []


@pytest.fixture
def room_recorder(virtual_microphones: VirtualMicrophones, cache: MeetingsCache, attached: list[Microphone], tmp_path: Path) -> Iterator[RoomRecorder]:
    def found() -> list[Microphone]:
        if not attached:
            raise MicrophoneUnusable("none")
        return attached

    recorder = RoomRecorder(tmp_path / "outbox", (), cache, KioskSigner.new(), found)
    yield recorder
    recorder.close()


def test_microphone_that_sends_only_zeros_reads_as_mute() -> None:
    voice = {"heard_voice": False, "voice_level_db": None, "silent_when_idle": False}
    shown = {"id": "left", "label": "Left", "seat": None, "state": "recording", "level_db": -120.0, "sends_zeros": True, "alarm_kinds": ["muted"]}
    status = {"state": "recording", "recording": MATEO, "elapsed": 1.5, "alarm_kinds": ["disk_filling"], "hours_left": 1.4, "microphones": [{**shown, **voice}]}
    reading = reading_of(status)
    assert (reading.state, reading.elapsed, reading.hours_left) == ("recording", 1.5, 1.4)
    assert (reading.alarm_kinds, reading.microphones[0].alarm_kinds) == (("disk_filling",), ("muted",))
    assert (reading.microphones[0].name, reading.microphones[0].is_mute, reading.microphones[0].percent) == ("Left", True, 0)


@pytest.mark.requirement("G5.b")
def test_nothing_starts_without_microphone_or_key_and_both_may_come_later(
    room_recorder: RoomRecorder, cache: MeetingsCache, attached: list[Microphone], tmp_path: Path
) -> None:
    room_recorder.look_around()
    with pytest.raises(ActionRefused, match="No microphone is attached"):
        room_recorder.start(MATEO)
    attached += list_microphones()[:1]
    room_recorder.look_around()
    with pytest.raises(ActionRefused, match="has not yet received the district’s key"):
        room_recorder.start(MATEO)
    assert not (tmp_path / "outbox" / MATEO).exists()
    cache.take_in(news(KIOSK, [], X25519PrivateKey.generate().public_key().public_bytes_raw()))
    attached += list_microphones()[1:2]
    room_recorder.look_around()
    room_recorder.start(MATEO)
    wait_until(lambda: [one.state for one in room_recorder.reading().microphones] == ["recording", "recording"])
    attached += list_microphones()[2:]
    room_recorder.look_around()
    assert len(room_recorder.reading().microphones) == 2  # never rebuilt while it records
    room_recorder.stop()
    assert (tmp_path / "outbox" / MATEO / "closing.json").exists()


def test_unplugged_microphone_stays_in_the_list(room_recorder: RoomRecorder, attached: list[Microphone]) -> None:
    attached += list_microphones()[:2]
    room_recorder.look_around()
    attached.pop()
    room_recorder.look_around()
    assert len(room_recorder.reading().microphones) == 2


def test_microphone_that_comes_back_under_another_card_number_keeps_its_place(room_recorder: RoomRecorder, attached: list[Microphone]) -> None:
    first = list_microphones()[0]
    attached += [replace(first, label="Left", device="Left (hw:7,0)")]
    room_recorder.look_around()
    wait_until(lambda: [one.state for one in room_recorder.reading().microphones] == ["lost"])  # there is no such card
    attached[:] = [replace(first, label="Left")]
    room_recorder.look_around()
    wait_until(lambda: [(one.id, one.state) for one in room_recorder.reading().microphones] == [(first.id, "metering")])
