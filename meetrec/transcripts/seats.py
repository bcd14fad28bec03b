"""Which microphone hears whose voice first-hand: every microphone hears everyone, each keeps only its own seat. Pure numpy."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from meetrec.transcripts.sound import RATE, Samples, SoundSource

FRAME = RATE // 20  # 50 ms
FRAMES_PER_SECOND = RATE // FRAME
SMOOTHING = 5  # frames; a syllable, so that one loud consonant does not change the seat
EDGE = 6  # frames; a voice starts and dies softer than the threshold sees
EXACT_SILENCE = 1e-10  # in power; the softest 16-bit sound has more
LEAST_NOISE = 1e-9  # in power, −90 dB: one step of 16 bits
ABOVE_NOISE = 4.0  # in power, 6 dB
BESIDE_THE_LOUDEST = 0.2  # in power: two may speak at once, and then both seats keep their own
BRIDGED_PAUSE = 2 * FRAMES_PER_SECOND
CLEARLY_ALONE = 4.0  # in power: frames from which the leakage between seats is learnt
LEAST_FRAMES_ALONE = 40

Powers = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Stretch:
    """A part of the meeting between two pauses, in 50 ms frames."""

    start: int
    end: int


def powers_of(source: SoundSource, block_seconds: int = 60) -> Powers:
    """Mean power of each 50 ms frame, shape (frames, channels); reads the whole source once, a block at a time."""
    blocks = []
    step = block_seconds * RATE
    for start in range(0, source.frames, step):
        blocks.append(_frame_powers(source.read(start, step)))
    return np.concatenate(blocks)


def _frame_powers(sound: Samples) -> Powers:
    short = -len(sound) % FRAME  # only the last block can be short of a whole frame
    sound = np.pad(sound, ((0, short), (0, 0)))
    framed = sound.reshape(-1, FRAME, sound.shape[1])
    powers: Powers = np.square(framed).mean(axis=1, dtype=np.float32)
    return powers


def own_frames(powers: Powers) -> Flags:
    """For each frame and microphone: does the person at this seat speak? Shape like `powers`.

    The loudest microphone owns a frame; a second voice at the same time is told from the first one's leakage.
    """
    level = np.stack([_smoothed(powers[:, seat]) for seat in range(powers.shape[1])], axis=1)
    noise = np.array([_noise_of(powers[:, seat], level[:, seat]) for seat in range(powers.shape[1])])
    level = np.maximum(level - noise, 0.0)
    voices = np.maximum(level @ np.linalg.pinv(_leakage(level, noise)).T, 0.0)
    loudest = voices.max(axis=1, keepdims=True)
    flags: Flags = (voices >= BESIDE_THE_LOUDEST * loudest) & (voices > ABOVE_NOISE * noise)
    return flags


def _noise_of(power: NDArray[np.floating], level: NDArray[np.float64]) -> float:
    """The power of a microphone's room when nobody speaks. Gaps are filled with exact zeros: they say nothing of the room, and are left out."""
    heard = level[power > EXACT_SILENCE]
    return max(float(np.percentile(heard, 10)), LEAST_NOISE) if len(heard) else LEAST_NOISE


def _leakage(level: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of seat n's voice (column) reaches microphone m (row), learnt where n speaks alone; 1 on the diagonal."""
    seats = level.shape[1]
    leakage = np.eye(seats)
    loudest = level.argmax(axis=1)
    for seat in range(seats):
        others = np.delete(level, seat, axis=1).max(axis=1, initial=0.0)
        alone = (loudest == seat) & (level[:, seat] > CLEARLY_ALONE * others) & (level[:, seat] > 100 * noise[seat])
        if alone.sum() >= LEAST_FRAMES_ALONE:
            leakage[:, seat] = np.median(level[alone] / level[alone][:, [seat]], axis=0)
    return leakage


def gates_of(own: Flags) -> Flags:
    """When each microphone is listened to: its own frames with softer edges, and its own pauses nobody else spoke in."""
    return np.stack([_gate(own, seat) for seat in range(own.shape[1])], axis=1)


def _gate(own: Flags, seat: int) -> Flags:
    gate = _widened(own[:, seat], EDGE)
    others = np.delete(own, seat, axis=1).any(axis=1)
    heard_others = np.concatenate([[0], np.cumsum(others)])
    kept = np.flatnonzero(gate)
    for before, after in pairwise(kept):
        if 1 < after - before <= BRIDGED_PAUSE and heard_others[after] == heard_others[before + 1]:
            gate[before:after] = True
    return gate


def gated(track: Samples, gate: Flags) -> Samples:
    """One microphone's samples with everything outside its gate silenced; the length stays."""
    open_samples = np.repeat(gate, FRAME)[: len(track)]
    return np.where(open_samples, track[: len(open_samples)], np.float32(0.0))


def stretches_of(powers: Powers, longest_seconds: int = 240, shortest_seconds: int = 150) -> list[Stretch]:
    """The whole sound cut at its quietest half seconds, so that memory does not grow with its length."""
    quiet = _smoothed(powers.sum(axis=1), width=FRAMES_PER_SECOND // 2)
    longest, shortest = longest_seconds * FRAMES_PER_SECOND, shortest_seconds * FRAMES_PER_SECOND
    stretches, start = [], 0
    while len(powers) - start > longest:
        cut = start + shortest + int(quiet[start + shortest : start + longest].argmin())
        stretches.append(Stretch(start, cut))
        start = cut
    return [*stretches, Stretch(start, len(powers))]


def _smoothed(values: NDArray[np.floating], width: int = SMOOTHING) -> NDArray[np.float64]:
    if len(values) < width:
        return np.full(len(values), values.mean() if len(values) else 0.0)
    smoothed: NDArray[np.float64] = np.convolve(values.astype(np.float64), np.ones(width) / width, mode="same")
    return smoothed


def _widened(flags: Flags, edge: int) -> Flags:
    """True wherever a True lies within `edge` frames."""
    reach = np.convolve(flags.astype(np.int32), np.ones(2 * edge + 1, dtype=np.int32), mode="full")
    return reach[edge : edge + len(flags)] > 0
