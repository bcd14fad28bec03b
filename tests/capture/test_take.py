"""One microphone's part in a run, judged with blocks of known times."""

from pathlib import Path

import numpy as np
import pytest

from meetrec.capture.chain import verify_chain
from meetrec.capture.pieces import RATE, Gap, PieceHeader, sha256_hex
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.stream import Block, StreamClock
from meetrec.capture.take import Take
from tests.capture.sealed_runs import MICROPHONE, SealedRun

pytestmark = pytest.mark.requirement("G5.a")
FRAMES = 2_400
BEGAN = 1_000.0


class Microphone:
    """A stream whose samples' times are known: sample n is heard at `since` + n / RATE."""

    def __init__(self, since: float) -> None:
        self.since, self.count, self.clock = since, 0, StreamClock()

    def feed(self, take: Take, until: float) -> None:
        """Deliver blocks up to the moment `until`."""
        while self.since + (self.count + FRAMES) / RATE <= until + 1e-9:
            arrived = self.since + (self.count + FRAMES) / RATE
            block = Block(np.full(FRAMES, 7, np.int16), self.count, arrived, False)
            take.hear(block, self.clock.observe(block))
            self.count += FRAMES


@pytest.fixture
def run(tmp_path: Path) -> SealedRun:
    return SealedRun(tmp_path)


def take_for(run: SealedRun, stretches: tuple[Stretch, ...] = (Stretch(BEGAN),), kind: str = "late_start") -> Take:
    statement = sha256_hex(run.statement)
    order = RunOrder(run.recording, run.run, run.folder, statement, BEGAN, stretches, kind, "first sample", run.run_key, run.signer.private_bytes)
    return Take(order, MICROPHONE, run.outbox)


def headers(run: SealedRun) -> list[PieceHeader]:
    return list(verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key))


def gaps(run: SealedRun) -> list[Gap]:
    return [gap for header in headers(run) for gap in header.gaps]


def test_a_stream_that_runs_already_begins_at_frame_0(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 0.6172)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 0.9, "stop")
    microphone.feed(take, BEGAN + 2)
    assert take.has_stopped
    assert [(header.first_frame, header.frames) for header in headers(run)[:1]] != []
    assert headers(run)[0].first_frame == 0
    assert gaps(run) == []


def test_a_microphone_that_opens_late_states_so(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN + 1.5)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 3)
    take.end_stretch(BEGAN + 3, "stop")
    microphone.feed(take, BEGAN + 4)
    assert gaps(run) == [Gap(0, round(1.5 * RATE), "late_start", "first sample")]


def test_the_word_to_go_on_may_come_after_the_sound_it_is_about(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 1, "pause")
    microphone.feed(take, BEGAN + 3)
    take.begin_stretch(BEGAN + 2.4)
    microphone.feed(take, BEGAN + 4)
    take.end_stretch(BEGAN + 4, "stop")
    microphone.feed(take, BEGAN + 5)
    assert gaps(run) == [Gap(RATE, round(1.4 * RATE), "pause", "chair")]


@pytest.mark.parametrize("kind", ["pause", "off_the_record"])
def test_a_pause_is_cut_to_the_sample(run: SealedRun, kind: str) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 1.0123, kind)
    microphone.feed(take, BEGAN + 2)
    assert take.state == "paused"
    take.begin_stretch(BEGAN + 2.5678)
    microphone.feed(take, BEGAN + 4)
    take.end_stretch(BEGAN + 4.01, "stop")
    microphone.feed(take, BEGAN + 5)
    first, second, end = headers(run)
    assert (first.first_frame, first.frames) == (0, round(1.0123 * RATE))
    assert second.first_frame == round(2.5678 * RATE)
    assert second.gaps == (Gap(first.frames, second.first_frame - first.frames, kind, "chair"),)
    assert end.first_frame == second.first_frame + (second.frames or 0)


def test_a_pause_and_resume_within_one_block_both_hold(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 1.011, "pause")
    take.begin_stretch(BEGAN + 1.041)
    microphone.feed(take, BEGAN + 2)
    assert take.state == "recording"
    take.end_stretch(BEGAN + 2.01, "stop")
    microphone.feed(take, BEGAN + 3)
    assert [(gap.kind, gap.frames) for gap in gaps(run)] == [("pause", round(0.03 * RATE))]


def test_a_device_lost_during_a_pause_and_back_after_resume_states_both(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 1.02, "pause")
    microphone.feed(take, BEGAN + 1.5)
    take.lose("device_lost", "finished callback")
    take.begin_stretch(BEGAN + 3)
    assert take.state == "waiting"
    again = Microphone(BEGAN + 5)
    take.attach(again.clock)
    again.feed(take, BEGAN + 6)
    take.end_stretch(BEGAN + 6.01, "stop")
    again.feed(take, BEGAN + 7)
    paused = round(1.02 * RATE)
    assert gaps(run) == [
        Gap(paused, 3 * RATE - paused, "pause", "chair"),
        Gap(3 * RATE, 2 * RATE, "device_lost", "finished callback"),
    ]


def test_sound_lost_just_before_the_device_itself_is_missing_where_it_was_lost(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    microphone.since += 0.8  # 0.8 s never arrive, and no flag tells
    microphone.feed(take, BEGAN + 2.1)
    take.lose("device_lost", "finished callback")
    take.end_stretch(BEGAN + 4, "stop")
    take.attend(BEGAN + 5.1)
    stall, lost = gaps(run)
    assert stall == Gap(RATE, round(0.8 * RATE), "stall", "frames fewer than the time that passed")
    assert (lost.first_frame, lost.kind) == (round(2.1 * RATE), "device_lost")


def test_a_stop_while_the_device_is_gone_ends_the_chain_with_its_gap(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.lose("stall", "no callback for 1 s")
    take.end_stretch(BEGAN + 4, "stop")
    take.attend(BEGAN + 4.5)
    assert not take.has_stopped
    take.attend(BEGAN + 5.1)
    assert take.has_stopped
    assert gaps(run) == [Gap(RATE, 3 * RATE, "stall", "no callback for 1 s")]
    assert headers(run)[-1].first_frame == 4 * RATE


def test_a_stop_during_a_pause_ends_the_chain_where_it_was_pressed(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    take.end_stretch(BEGAN + 1, "pause")
    microphone.feed(take, BEGAN + 1.2)
    take.end_stretch(BEGAN + 2, "stop")
    assert take.has_stopped
    assert gaps(run) == [Gap(RATE, RATE, "pause", "chair")]


@pytest.mark.parametrize("crashed_at", [0.7, 1.5])
def test_a_process_that_joins_after_a_crash_knows_the_pauses_it_did_not_see(run: SealedRun, crashed_at: float) -> None:
    before, microphone = take_for(run), Microphone(BEGAN - 1)
    before.attach(microphone.clock)
    microphone.feed(before, BEGAN + min(crashed_at, 0.95))
    if crashed_at > 1:
        before.end_stretch(BEGAN + 1, "off_the_record")
        microphone.feed(before, BEGAN + 1.1)
    stretches = (Stretch(BEGAN, BEGAN + 1, "off_the_record"), Stretch(BEGAN + 2))
    take, again = take_for(run, stretches, "interrupted"), Microphone(BEGAN + 3)
    take.attach(again.clock)
    again.feed(take, BEGAN + 4)
    take.end_stretch(BEGAN + 4.01, "stop")
    again.feed(take, BEGAN + 5)
    stated = gaps(run)
    assert [gap.kind for gap in stated] == (["interrupted"] if crashed_at < 1 else []) + ["off_the_record", "interrupted"]
    assert stated[-2:] == [Gap(RATE, RATE, "off_the_record", "chair"), Gap(2 * RATE, RATE, "interrupted", "first sample")]


def test_what_was_held_back_is_written_when_the_process_leaves(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 1)
    before = take._writer.next_frame
    late = Block(np.full(FRAMES, 7, np.int16), microphone.count, microphone.since + (microphone.count + FRAMES) / RATE + 0.3, False)
    take.hear(late, microphone.clock.observe(late))
    assert take._writer.next_frame == before  # whether sound was lost before it is not decided yet
    take.leave()
    assert take._writer.next_frame > before
