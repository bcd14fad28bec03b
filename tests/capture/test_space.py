"""Hours left on the disk: by what the pieces really take."""

from pathlib import Path

import numpy as np
import pytest

from meetrec.capture import space
from meetrec.capture.pieces import RATE
from meetrec.capture.space import ASSUMED_BYTES_PER_HOUR, SpaceWatch
from tests.capture.sealed_runs import SealedRun, sound

pytestmark = pytest.mark.requirement("G5.b")
GIB = 2**30


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The free bytes that the disk is said to have; the test changes them."""
    bytes_free = [10 * GIB]
    monkeypatch.setattr(space, "room_in", lambda _folder: bytes_free[0])
    return bytes_free


def recorded(outbox: Path, seconds: int) -> SealedRun:
    run = SealedRun(outbox)
    writer = run.writer()
    for _ in range(seconds // 10):
        writer.write(sound(10 * RATE))
    return run


def test_before_anything_is_measured_an_hour_takes_what_speech_usually_takes(tmp_path: Path, free: list[int]) -> None:
    watch = SpaceWatch(tmp_path, 4)
    assert watch.hours_left is None
    watch.look(None)
    assert watch.hours_left == round(free[0] / (4 * ASSUMED_BYTES_PER_HOUR), 1)


def test_hours_follow_from_the_bytes_of_the_pieces_that_were_closed(tmp_path: Path, free: list[int]) -> None:
    run, watch = recorded(tmp_path, 60), SpaceWatch(tmp_path, 4)
    watch.look(run.folder)
    watch.look(run.folder)  # nothing is counted twice
    written = sum(map(len, run.pieces()))
    assert watch.bytes_per_hour == pytest.approx(written * 60 * 4)
    assert watch.hours_left == round(free[0] / (written * 60 * 4), 1)


def test_a_piece_that_was_delivered_and_removed_still_counts(tmp_path: Path, free: list[int]) -> None:
    run, watch = recorded(tmp_path, 60), SpaceWatch(tmp_path, 1)
    watch.look(run.folder)
    measured = watch.bytes_per_hour
    for piece in run.folder.rglob("*.piece"):
        piece.unlink()
    watch.look(run.folder)
    assert watch.bytes_per_hour == measured


def test_the_disk_is_filling_below_two_hours_and_well_only_somewhat_above(tmp_path: Path, free: list[int]) -> None:
    watch, said = SpaceWatch(tmp_path, 1), []
    for hours in (2.01, 1.99, 2.01, 2.19, 2.21, 2.01):
        free[0] = int(hours * ASSUMED_BYTES_PER_HOUR)
        watch.look(None)
        said.append(watch.is_filling)
    assert said == [False, True, True, True, False, False]


def test_a_damaged_piece_is_no_measure_and_no_trouble(tmp_path: Path, free: list[int]) -> None:
    run, watch = recorded(tmp_path, 60), SpaceWatch(tmp_path, 1)
    first = min(run.folder.rglob("*.piece"))
    first.write_bytes(np.random.default_rng(1).bytes(100))
    watch.look(run.folder)
    assert watch.bytes_per_hour == ASSUMED_BYTES_PER_HOUR  # 50 s are too little to judge by
