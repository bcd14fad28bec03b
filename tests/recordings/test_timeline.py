"""Microphones whose clocks drift, laid on the room's clock out of sealed runs: moments meet, gaps stay where they were, nothing is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.pieces import PIECE_FRAMES, RATE, Gap, Samples
from meetrec.capture.signing import KioskSigner
from meetrec.recordings.delivered_runs import Boot, open_run
from meetrec.recordings.drift import captured_sound
from meetrec.recordings.timeline import Timeline, Track, timeline_of
from tests.recordings.deliveries import START, Part, SealedRun

pytestmark = pytest.mark.requirement("G5.b")
MINUTE = 60 * RATE
CLICK = 30_000


@dataclass(frozen=True)
class Card:
    """A sound card: how fast its crystal runs, in parts per million, and by how much its blocks come late at most (seconds)."""

    parts_per_million: float
    lateness: float = 0.0

    def counted(self, clock_frames: int) -> int:
        """How many frames it counts while the room's clock counts `clock_frames`."""
        return round(clock_frames * (1 + self.parts_per_million / 1e6))

    def pieces(self, first_frame: int, since: int, until: int, clicks: Sequence[int], gaps: tuple[Gap, ...] = ()) -> list[Part]:
        """Pieces of silence with clicks, heard from `since` to `until` by the clock; the count begins at `first_frame`."""
        chance = np.random.default_rng(abs(round(self.parts_per_million)) + since)
        captured = self.counted(until - since)
        at = {self.counted(click - since) for click in clicks if since <= click < until}
        parts = []
        for begins in range(0, captured, PIECE_FRAMES):
            samples = np.zeros(min(PIECE_FRAMES, captured - begins), np.int16)
            samples[[one - begins for one in at if begins <= one < begins + len(samples)]] = CLICK
            late = chance.random() ** 4 * self.lateness * RATE if begins else 0
            heard_at = since + round(begins / (1 + self.parts_per_million / 1e6) + late)
            parts.append(Part(first_frame + begins, samples, gaps if not begins else (), heard_at=heard_at))
        return parts


class Room:
    """Runs of one recording, sealed into a folder and joined."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, X25519PrivateKey.generate()
        self.recording, self.kiosk = str(uuid4()), str(uuid4())
        self.signer = KioskSigner.new()
        self.runs: list[SealedRun] = []

    def run(self, parts: dict[str, list[Part]], after: timedelta = timedelta(0), reason: str = "stopped", **named: str) -> SealedRun:
        """`named`: the `kiosk`, if it is not the room's, and the `boot` of its machine."""
        key, number = self.key.public_key().public_bytes_raw(), len(self.runs) + 1
        facts = {"kiosk": self.kiosk, "district_public_key": key, "signer": self.signer, "started_at": START + after, "ordinal": number, "reason": reason}
        run = SealedRun(recording=self.recording, parts=parts, **{**facts, **named})  # type: ignore[arg-type]
        self.runs.append(run)
        run.write(self.folder)
        return run

    def joined(self, closed_in: Boot | None = None) -> Timeline:
        return timeline_of([open_run(self.folder / self.recording / run.run, self.key) for run in self.runs], closed_in)

    def captured(self, microphone: str) -> Iterator[Samples]:
        return (part.samples for run in self.runs for part in run.parts.get(microphone, ()))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def clicks_and_length_of(track: Track) -> tuple[list[int], int]:
    """Where the clicks lie on a master, and its frames."""
    found, at = [], 0
    for block in track.sound():
        found += (at + np.flatnonzero(block == CLICK)).tolist()
        at += len(block)
    return found, at


def clicks_in(track: Track) -> list[int]:
    return clicks_and_length_of(track)[0]


def missing_of(timeline: Timeline, microphone: str = "table-1") -> list[tuple[str, int, int]]:
    return [(one.kind, one.first_frame, one.first_frame + one.frames) for one in timeline.missing if one.microphone == microphone]


def require_captured_sound_comes_back(room: Room, timeline: Timeline) -> None:
    ledger = timeline.ledger()
    for track in timeline.tracks:
        back, captured = captured_sound(track.sound(), ledger, track.microphone.id), room.captured(track.microphone.id)
        assert np.array_equal(np.concatenate(list(back)), np.concatenate(list(captured)))


def test_click_two_hours_in_lies_within_a_millisecond_on_masters_100_parts_per_million_apart(room: Room) -> None:
    end, click = 121 * MINUTE, 120 * MINUTE
    cards = {"table-1": Card(-50, 0.04), "table-2": Card(50, 0.04)}
    room.run({name: card.pieces(0, 0, end, [MINUTE, click]) for name, card in cards.items()})
    timeline = room.joined()
    (one, length), (other, other_length) = (clicks_and_length_of(track) for track in timeline.tracks)
    assert length == other_length == timeline.frames
    assert len(one) == len(other) == 2
    for where in (*zip(one, other, strict=True), (one[1], click), (other[1], click)):
        assert abs(where[0] - where[1]) < RATE / 1000
    clocks = timeline.ledger()["clocks"]
    assert [clock["parts_per_million"] for clock in clocks] == pytest.approx([-50, 50], abs=0.2)
    assert [clock["ahead"] for clock in clocks] == pytest.approx([-0.363, 0.363], abs=0.002)
    assert clocks[0]["put_in"] == pytest.approx(17_424, abs=60)
    assert clocks[1]["left_out"] == pytest.approx(17_424, abs=60)


@pytest.mark.parametrize("parts_per_million", [-300, 300])
def test_pause_lies_where_it_was_called_however_the_card_counts(parts_per_million: int, room: Room) -> None:
    card, pause, resume, end = Card(parts_per_million), 5 * MINUTE, 6 * MINUTE, 9 * MINUTE
    before = card.pieces(0, 0, pause, [4 * MINUTE])
    counted = card.counted(pause)
    again = resume + max(0, counted - pause)  # as the take says it: a count that ran ahead stays ahead
    gap = Gap(counted, again - counted, "pause", "chair")
    room.run({"table-1": [*before, *card.pieces(again, resume, end, [8 * MINUTE], (gap,))]})
    timeline = room.joined()
    assert clicks_in(timeline.tracks[0]) == pytest.approx([4 * MINUTE, 8 * MINUTE], abs=RATE / 1000)
    ((kind, start, after),) = missing_of(timeline)
    assert kind == "pause"
    assert (start, after) == pytest.approx((pause, resume), abs=RATE / 1000)
    assert timeline.frames == pytest.approx(end, abs=RATE / 1000)
    require_captured_sound_comes_back(room, timeline)


def test_pause_shorter_than_the_count_is_ahead_is_still_told(room: Room) -> None:
    card, pause, resume = Card(300), 10 * MINUTE, 10 * MINUTE + RATE // 20
    counted = card.counted(pause)
    again = resume + counted - pause
    assert counted > resume, "without the count staying ahead the pause would vanish behind it"
    gap = Gap(counted, again - counted, "pause", "chair")
    room.run({"table-1": [*card.pieces(0, 0, pause, []), *card.pieces(again, resume, 14 * MINUTE, [12 * MINUTE], (gap,))]})
    timeline = room.joined()
    assert [kind for kind, *_ in missing_of(timeline)] == ["pause"]
    assert clicks_in(timeline.tracks[0]) == pytest.approx([12 * MINUTE], abs=RATE / 1000)
    require_captured_sound_comes_back(room, timeline)


def test_microphone_that_is_plugged_in_again_goes_on_at_its_own_time(room: Room) -> None:
    steady, card, lost, back, end = Card(0), Card(-200), 3 * MINUTE, 3 * MINUTE + 7 * RATE, 6 * MINUTE
    gap = Gap(card.counted(lost), back - card.counted(lost), "device_lost", "finished callback")
    room.run({
        "table-1": [*card.pieces(0, 0, lost, [2 * MINUTE]), *card.pieces(back, back, end, [5 * MINUTE], (gap,))],
        "table-2": steady.pieces(0, 0, end, [2 * MINUTE, 5 * MINUTE]),
    })  # fmt: skip
    timeline = room.joined()
    one, other = (clicks_in(track) for track in timeline.tracks)
    assert one == pytest.approx(other, abs=RATE / 1000)
    assert other == [2 * MINUTE, 5 * MINUTE]
    assert [kind for kind, *_ in missing_of(timeline)][:1] == ["device_lost"]
    assert missing_of(timeline)[0][1:] == pytest.approx((lost, back), abs=RATE / 1000)
    require_captured_sound_comes_back(room, timeline)


def test_runs_of_a_drifting_card_keep_their_distance(room: Room) -> None:
    card, end = Card(250), 4 * MINUTE
    room.run({"table-1": card.pieces(0, 0, end, [3 * MINUTE])}, reason="interrupted")
    room.run({"table-1": card.pieces(0, 0, end, [MINUTE])}, after=timedelta(minutes=4))
    timeline = room.joined()
    assert clicks_in(timeline.tracks[0]) == pytest.approx([3 * MINUTE, 5 * MINUTE], abs=RATE / 1000)
    assert missing_of(timeline) == [] or missing_of(timeline)[0][2] - missing_of(timeline)[0][1] < RATE / 1000
    require_captured_sound_comes_back(room, timeline)


def test_journal_that_was_cut_off_ends_the_stretch_and_its_lost_rest_is_told(room: Room) -> None:
    card, end = Card(-100), 2 * MINUTE
    parts = card.pieces(0, 0, end, [MINUTE])
    room.run({"table-1": [*parts[:-1], Part(parts[-1].first_frame, parts[-1].samples, is_journal=True, heard_at=parts[-1].heard_at)]}, reason="interrupted")
    run = room.folder / room.recording / room.runs[0].run / "table-1"
    journal = run / f"{len(parts) - 1:06d}.piece"
    whole = room.joined()
    assert missing_of(whole) == []
    clicks = clicks_in(whole.tracks[0])
    content = bytearray(journal.read_bytes())
    content[-1] ^= 1  # the last half second does not read any more
    journal.write_bytes(content)
    (run / f"{len(parts):06d}.piece").unlink()  # its end names the whole journal
    cut = room.joined()
    assert whole.frames - cut.frames == pytest.approx(RATE // 2, abs=RATE // 5)
    assert clicks_in(cut.tracks[0]) == clicks


def test_microphones_that_keep_time_stay_as_they_were_heard(room: Room) -> None:
    sounds = {
        name: [np.random.default_rng(seed + at).integers(-3000, 3000, RATE, dtype=np.int16) for at in range(70)]
        for seed, name in ((1, "table-1"), (900, "table-2"))
    }
    jitter = {name: np.random.default_rng(seed).integers(-5, 6, 70) for seed, name in ((1, "table-1"), (2, "table-2"))}
    room.run({name: [Part(at * RATE, sound, heard_at=max(0, at * RATE + int(jitter[name][at]))) for at, sound in enumerate(sounds[name])] for name in sounds})
    timeline = room.joined()
    for track in timeline.tracks:
        assert np.array_equal(np.concatenate(list(track.sound())), np.concatenate(sounds[track.microphone.id]))
    assert [(clock["put_in"], clock["left_out"]) for clock in timeline.ledger()["clocks"]] == [(0, 0), (0, 0)]
    assert timeline.missing == ()


def test_pieces_that_do_not_say_when_they_were_heard_are_joined_by_count(room: Room) -> None:
    room.run({"table-1": [Part(at * RATE, np.full(RATE, at, np.int16)) for at in range(3)]})
    timeline = room.joined()
    assert timeline.frames == 3 * RATE
    assert timeline.ledger()["clocks"][0]["parts_per_million"] is None


@pytest.mark.parametrize("parts_per_million", [1500, -5000])
def test_clock_that_is_not_believed_moves_nothing_and_is_told(room: Room, parts_per_million: float) -> None:
    """Its sound begins where it was heard: no silence that nobody stated stands in front of the first word."""
    room.run({"table-1": Card(parts_per_million).pieces(0, 0, 20 * MINUTE, [])})
    timeline = room.joined()
    assert timeline.missing == ()
    (clock,) = timeline.ledger()["clocks"]
    assert (clock["not_believed"], clock["put_in"], clock["left_out"]) == (True, 0, 0)


BEFORE, AFTER = "a" * 64, "b" * 64


def test_break_that_ends_in_another_boot_of_the_machine_is_the_power_and_not_the_program(room: Room) -> None:
    def sound(seed: int) -> dict[str, list[Part]]:
        return {"table-1": [Part(0, np.random.default_rng(seed).integers(-3000, 3000, RATE, dtype=np.int16))]}

    room.run(sound(1), reason="interrupted", boot=BEFORE)
    room.run(sound(2), timedelta(seconds=5), reason="interrupted", boot=BEFORE)
    room.run(sound(3), timedelta(seconds=20), boot=AFTER)
    assert missing_of(room.joined()) == [("interrupted", RATE, 5 * RATE), ("power", 6 * RATE, 20 * RATE)]


def test_power_that_went_while_nobody_recorded_on_is_told_by_the_closing(room: Room) -> None:
    short, long = Card(0).pieces(0, 0, RATE, []), Card(0).pieces(0, 0, 2 * RATE, [])
    room.run({"table-1": short, "table-2": long}, reason="interrupted", boot=BEFORE)
    power = room.joined(Boot(room.kiosk, AFTER))
    assert missing_of(power) == [("power", RATE, 2 * RATE)]
    assert missing_of(power, "table-2") == [("power", 2 * RATE, 2 * RATE)]  # how long the meeting went on nobody knows
    same = room.joined(Boot(room.kiosk, BEFORE))
    assert missing_of(same) == [("interrupted", RATE, 2 * RATE)]
    assert missing_of(same, "table-2") == []


def test_stop_is_a_stop_whatever_the_machine_did_after_it(room: Room) -> None:
    room.run({"table-1": Card(0).pieces(0, 0, RATE, [])}, boot=BEFORE)
    room.run({"table-1": Card(0).pieces(0, 0, RATE, [])}, timedelta(seconds=5), boot=AFTER)
    assert [kind for kind, *_ in missing_of(room.joined(Boot(room.kiosk, "c" * 64)))] == ["between_runs"]


@pytest.mark.parametrize("later", [{}, {"kiosk": str(uuid4()), "boot": AFTER}], ids=["no boot stated", "another kiosk"])
def test_power_is_never_guessed(later: dict[str, str], room: Room) -> None:
    room.run({"table-1": Card(0).pieces(0, 0, RATE, [])}, reason="interrupted", boot=BEFORE)
    room.run({"table-1": Card(0).pieces(0, 0, RATE, [])}, timedelta(seconds=5), **later)
    assert missing_of(room.joined()) == [("interrupted", RATE, 5 * RATE)]
