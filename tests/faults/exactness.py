"""What lies in a folder of pieces held against what was played: every stretch of sound must be a piece of it, sample for sample and in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.chain import verify_chain
from meetrec.capture.outbox import RUN_STATEMENT, microphones_of, pieces_of
from meetrec.capture.pieces import Gap, Samples
from meetrec.capture.reading import sound_of
from meetrec.capture.run_keys import open_run_key
from tests.fixtures.microphones import place_of


@dataclass(frozen=True)
class Heard:
    """A stretch without a gap: where it stands in what was played (frames), and how many frames of it are the same."""

    first: int
    frames: int

    @property
    def after(self) -> int:
        return self.first + self.frames


class CapturedRun:
    """One run's folder, opened with the district's key. Reading anything of a microphone verifies its chain and signatures first."""

    def __init__(self, folder: Path, district: X25519PrivateKey) -> None:
        self.folder = folder
        self._statement = (folder / RUN_STATEMENT).read_bytes()
        self._key = open_run_key(district, self._statement)
        self.microphones = microphones_of(folder)

    def gaps(self, microphone: str) -> list[Gap]:
        """Every gap that the chain states."""
        return [gap for header in self._verified(microphone) for gap in header.gaps]

    def kinds(self, microphone: str) -> list[str]:
        """The kinds of the chain's files in order."""
        return [header.kind for header in self._verified(microphone)]

    def heard(self, microphone: str, played: Samples) -> list[Heard]:
        """Where in `played` (one channel) each stretch without a gap stands. AssertionError when one is anything else, or out of order."""
        self._verified(microphone)
        found = [held_against(stretch, played) for stretch in self._stretches(microphone)]
        places = [one for one in found if one.frames]
        assert all(before.after <= after.first for before, after in pairwise(places)), f"{microphone}: out of order: {places}"
        return places

    def _verified(self, microphone: str) -> tuple:
        return verify_chain(self._statement, microphone, self._pieces(microphone), self._key)

    def _pieces(self, microphone: str) -> Iterator[bytes]:
        return (piece.path.read_bytes() for piece in pieces_of(self.folder, microphone))

    def _stretches(self, microphone: str) -> Iterator[Samples]:
        """The sound, joined as far as no gap lies between."""
        joined: list[Samples] = []
        after = 0
        for stretch in sound_of(self._pieces(microphone), self._key):
            if joined and (stretch.header.gaps or stretch.header.first_frame != after):
                yield np.concatenate(joined)
                joined = []
            joined.append(stretch.samples)
            after = stretch.after
        yield np.concatenate([*joined, np.zeros(0, np.int16)])


def held_against(samples: Samples, played: Samples) -> Heard:
    """Where in `played` the samples stand, all of them but silence before and after the playing. AssertionError when they are not of it."""
    sounding = np.flatnonzero(samples)
    if len(sounding) < 64:
        return Heard(0, 0)
    heard = samples[sounding[0] : sounding[-1] + 1]
    first = place_of(heard, played)
    assert first >= 0, "something was recorded that was never played"
    differs = np.flatnonzero(heard != played[first : first + len(heard)]) if first + len(heard) <= len(played) else np.arange(1)
    assert not len(differs), f"not what was played: {len(differs)} of {len(heard)} samples from {first} on, at {differs[0]} first"
    return Heard(first, len(heard))
