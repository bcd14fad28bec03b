"""Reading pieces back: the chain files of a microphone and the samples inside, for those who hold the run's key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from meetrec.capture.outbox import PieceFile, pieces_of
from meetrec.capture.pieces import PieceHeader, Samples, parse_piece, samples_of

__all__ = ["PieceFile", "SoundStretch", "pieces_of", "samples_of", "sound_of"]


@dataclass(frozen=True)
class SoundStretch:
    """The sound of one piece: where it stands in the run (frames since started_at) and its int16 samples."""

    header: PieceHeader
    samples: Samples

    @property
    def after(self) -> int:
        """The frame that follows the last one."""
        return self.header.first_frame + len(self.samples)


def sound_of(pieces: Iterable[bytes], run_key: bytes) -> Iterator[SoundStretch]:
    """Open whole piece files one after the other; ends come as empty stretches, for their gaps. Raises PieceRefused."""
    for piece in pieces:
        yield SoundStretch(parse_piece(piece).header, samples_of(piece, run_key))
