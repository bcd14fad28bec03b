"""Openings are remembered over a restart, and a disk that takes nothing costs that alone."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from meetrec.kiosk.room_memory import MEMORY_FILE, RoomMemory, is_of_now
from meetrec.platform import clock
from tests.fixtures.kiosk import MATEO, OPENING, OTHER_MEETING

STATE = OPENING.state(clock.now())


def test_opening_survives_a_restart_in_a_private_file(tmp_path: Path) -> None:
    RoomMemory(tmp_path).note_opening(MATEO, STATE)
    assert RoomMemory(tmp_path).opening_of(MATEO) == STATE
    assert stat.S_IMODE((tmp_path / MEMORY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"x": {}}', b'{"x": {"noted_at": 7}}'])
def test_damaged_memory_asks_again_and_keeps_no_kiosk_from_starting(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MEMORY_FILE).write_bytes(content)
    assert RoomMemory(tmp_path).opening_of(MATEO) is None


def test_disk_that_takes_nothing_is_remembered_until_the_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = RoomMemory(tmp_path)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("meetrec.kiosk.room_memory.write_durably", full)
    memory.note_opening(MATEO, STATE)
    assert memory.opening_of(MATEO) == STATE


def test_openings_of_long_ago_leave(tmp_path: Path) -> None:
    memory = RoomMemory(tmp_path)
    memory.note_opening(MATEO, STATE)
    memory.note_opening(OTHER_MEETING, OPENING.state(STATE.noted_at + timedelta(days=31)))
    assert memory.opening_of(MATEO) is None


def test_opening_of_the_morning_counts_and_yesterdays_does_not() -> None:
    assert is_of_now(STATE, STATE.noted_at + timedelta(hours=11))
    assert not is_of_now(STATE, STATE.noted_at + timedelta(hours=13))
