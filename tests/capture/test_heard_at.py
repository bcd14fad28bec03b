"""When each piece was heard by the clock, of cards that count too fast or too slowly and blocks that come late; up to the joined master."""

from pathlib import Path

import numpy as np
import pytest

from meetrec.capture.chain import verify_chain
from meetrec.capture.pieces import RATE, PieceHeader, sha256_hex
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.stream import REMEMBERED_SECONDS, Block, StreamClock
from meetrec.capture.take import Take
from meetrec.recordings.delivered_runs import open_run
from meetrec.recordings.timeline import timeline_of
from tests.capture.sealed_runs import MICROPHONE, SealedRun

pytestmark = pytest.mark.requirement("G5.a")
FRAMES = 2_400
BEGAN = 1_000.0
CLICK = 30_000
MILLISECOND = RATE / 1000


class Card:
    """A stream of a card whose crystal strays by `parts_per_million` and whose blocks come up to `lateness` seconds late, some on time."""

    def __init__(self, parts_per_million: float, lateness: float = 0.0, since: float = BEGAN - 12) -> None:
        self.rate, self.lateness, self.since = RATE * (1 + parts_per_million / 1e6), lateness, since
        self.count, self.clock = 0, StreamClock()
        self.chance = np.random.default_rng(5)

    def heard(self, count: int) -> float:
        return self.since + count / self.rate

    def next_block(self, clicks: tuple[float, ...] = ()) -> Block:
        samples = np.full(FRAMES, 7, np.int16)
        for click in clicks:
            place = round((click - self.since) * self.rate) - self.count
            samples[place : place + 1] = CLICK if 0 <= place < FRAMES else samples[place : place + 1]
        self.count += FRAMES
        arrived = self.heard(self.count) + self.lateness * self.chance.random() ** 3
        return Block(samples, self.count - FRAMES, arrived, False)

    def feed(self, take: Take, until: float, clicks: tuple[float, ...] = ()) -> None:
        while self.heard(self.count + FRAMES) <= until:
            block = self.next_block(clicks)
            take.hear(block, self.clock.observe(block))


@pytest.mark.parametrize("parts_per_million", [-300, -100, 0, 100, 300])
def test_clock_follows_a_card_that_strays_although_blocks_come_late(parts_per_million: float) -> None:
    card = Card(parts_per_million, lateness=0.04)
    errors = []
    for _block in range(3_000):
        card.clock.observe(card.next_block())
        errors.append(card.clock.moment_of(card.count) - card.heard(card.count))
    settled = errors[int(REMEMBERED_SECONDS * RATE / FRAMES) :]
    assert max(np.abs(settled)) < 0.002


@pytest.fixture
def run(tmp_path: Path) -> SealedRun:
    return SealedRun(tmp_path)


def take_for(run: SealedRun) -> Take:
    statement, key = sha256_hex(run.statement), run.signer.private_bytes
    return Take(RunOrder(run.recording, run.run, run.folder, statement, BEGAN, (Stretch(BEGAN),), run_key=run.run_key, signing_key=key), MICROPHONE, run.outbox)


def recorded(run: SealedRun, card: Card, pauses: tuple[tuple[float, float], ...], until: float, clicks: tuple[float, ...] = ()) -> list[PieceHeader]:
    """Record to `until` seconds with these pauses (seconds of the run); the chain's headers."""
    take = take_for(run)
    take.attach(card.clock)
    for pause, resume in pauses:
        card.feed(take, BEGAN + pause, clicks)
        take.end_stretch(BEGAN + pause, "pause")
        if resume - pause > 0.2:
            card.feed(take, BEGAN + resume, clicks)
        take.begin_stretch(BEGAN + resume)
    card.feed(take, BEGAN + until, clicks)
    take.end_stretch(BEGAN + until, "stop")
    card.feed(take, BEGAN + until + 1)
    assert take.has_stopped
    return list(verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key))


@pytest.mark.parametrize("parts_per_million", [-300, 300])
def test_each_piece_says_when_it_was_heard(parts_per_million: float, run: SealedRun) -> None:
    *pieces, end = recorded(run, Card(parts_per_million, lateness=0.03), (), 45)
    assert end.heard_at is None
    for piece in pieces:
        expected = piece.first_frame / (1 + parts_per_million / 1e6)
        assert piece.heard_at == pytest.approx(expected, abs=MILLISECOND)
    assert len(pieces) == 5


def test_after_a_pause_a_slow_card_begins_at_the_clock_again(run: SealedRun) -> None:
    pieces = recorded(run, Card(-300), ((60.0, 70.0),), 75)
    resumed = next(piece for piece in pieces if piece.gaps)
    assert resumed.first_frame == resumed.heard_at == pytest.approx(70 * RATE, abs=2)


def test_short_pause_of_a_fast_card_is_not_swallowed_by_what_its_count_is_ahead(run: SealedRun) -> None:
    pieces = recorded(run, Card(300), ((60.0, 60.012),), 70)
    resumed = next(piece for piece in pieces if piece.gaps)
    assert [(gap.kind, gap.frames) for gap in resumed.gaps] == [("pause", pytest.approx(0.012 * RATE, abs=2))]
    assert resumed.heard_at == pytest.approx(60.012 * RATE, abs=2)
    assert resumed.first_frame - (resumed.heard_at or 0) == pytest.approx(60 * RATE * 300e-6, abs=3)


@pytest.mark.parametrize("parts_per_million", [-300, 300])
def test_clicks_of_a_straying_card_lie_where_they_sounded_on_the_joined_master(parts_per_million: float, run: SealedRun) -> None:
    clicks = (5.0, 129.0, 161.0, 299.0)
    recorded(run, Card(parts_per_million, lateness=0.04), ((130.0, 160.0),), 300, tuple(BEGAN + click for click in clicks))
    timeline = timeline_of([open_run(run.folder, run.district_key)])
    master = np.concatenate(list(timeline.tracks[0].sound()))
    assert np.flatnonzero(master == CLICK) == pytest.approx([click * RATE for click in clicks], abs=MILLISECOND)
    ((kind, start, frames),) = [(one.kind, one.first_frame, one.frames) for one in timeline.missing]
    assert (kind, start, frames) == ("pause", pytest.approx(130 * RATE, abs=2 * MILLISECOND), pytest.approx(30 * RATE, abs=2 * MILLISECOND))
    assert timeline.ledger()["clocks"][0]["parts_per_million"] == pytest.approx(parts_per_million, abs=5)
