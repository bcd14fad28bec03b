"""Late or lost: frames against time passed."""

import numpy as np
import pytest

from meetrec.capture.pieces import RATE
from meetrec.capture.stream import Block, StreamClock
from meetrec.capture.suspicion import Suspicion

pytestmark = pytest.mark.requirement("G5.a")
FRAMES = 2_400  # 50 ms


def stream(delays: list[float], lost_before: int | None = None, lost_seconds: float = 0.0, overflowed: bool = False) -> list[Block]:
    """Blocks of a stream begun at 100 s, each late by its delay; sound of `lost_seconds` is missing before block `lost_before`."""
    blocks = []
    for number, delay in enumerate(delays):
        lost = lost_seconds if lost_before is not None and number >= lost_before else 0.0
        arrived = 100 + (number + 1) * FRAMES / RATE + delay + lost
        blocks.append(Block(np.zeros(FRAMES, np.int16), number * FRAMES, arrived, overflowed and number == lost_before))
    return blocks


def follow(blocks: list[Block]) -> tuple[list[tuple[str, str]], list[int]]:
    """The verdicts, and how many blocks each block released."""
    clock, suspicion, verdicts, released = StreamClock(), Suspicion(), [], []
    for block in blocks:
        suspicion.hold(block, clock.observe(block))
        count = 0
        if suspicion.is_judged:
            verdict = suspicion.verdict(clock.start)
            verdicts += [verdict] if verdict else []
            count = len(suspicion.release())
        released.append(count)
    return verdicts, released


def test_a_steady_stream_is_written_as_it_comes() -> None:
    assert follow(stream([0.0, 0.003, 0.001, 0.04, 0.0])) == ([], [1, 1, 1, 1, 1])


def test_blocks_that_are_late_but_whole_are_no_loss() -> None:
    late = [0.0] * 5 + [2.0 - number * 0.05 for number in range(40)] + [0.0] * 15
    verdicts, released = follow(stream(late))
    assert verdicts == []
    assert sum(released) == len(late)


def test_a_missing_stretch_that_nothing_flags_is_a_stall() -> None:
    verdicts, released = follow(stream([0.0] * 30, lost_before=10, lost_seconds=0.6))
    assert verdicts == [("stall", "frames fewer than the time that passed")]
    assert released[9:12] == [1, 0, 0]


def test_an_overflow_flag_with_a_loss_of_few_milliseconds_is_stated() -> None:
    verdicts, _ = follow(stream([0.0] * 30, lost_before=10, lost_seconds=0.01, overflowed=True))
    assert verdicts == [("overflow", "PortAudio's overflow flag")]


def test_an_overflow_flag_without_loss_states_nothing() -> None:
    assert follow(stream([0.0] * 30, lost_before=10, overflowed=True))[0] == []


def test_the_clock_tells_the_time_of_a_sample_by_the_earliest_arrivals() -> None:
    clock = StreamClock()
    for block in stream([0.2, 0.01, 0.0, 0.3, 0.02, 0.0, 0.001, 0.0, 0.0, 0.0]):
        clock.observe(block)
    assert clock.is_settled
    assert clock.moment_of(RATE) == pytest.approx(101.0)
    assert clock.count_at(100.5) == RATE // 2
