"""Holding pieces against their chain: what is missing, out of order, of another run, or altered – by name."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from meetrec.capture.errors import ChainBroken, PieceRefused
from meetrec.capture.pieces import PieceHeader, hash_to_follow, open_piece, parse_piece, read_journal, require_kiosk_signed, sha256_hex
from meetrec.capture.run_keys import MicrophoneKeys, microphone_keys, parse_run_statement
from meetrec.capture.signing import public_key_of


@dataclass(frozen=True)
class ChainPlace:
    """Where a chain stands: the index that comes next, the SHA-256 it must name as `previous`, the kiosk that must have signed it (raw
    public key), and whether the end was reached.
    """

    recording: str
    run: str
    microphone: str
    index: int
    previous: str
    signer: bytes
    ended: bool = False

    @classmethod
    def at_start(cls, run_statement: bytes, microphone: str) -> "ChainPlace":
        """Before piece 0 of `microphone`. Raises ChainBroken when the run has no such microphone."""
        statement = parse_run_statement(run_statement)
        if microphone not in {known.get("id") for known in statement["microphones"]}:
            raise ChainBroken(f"Run {statement['run']} names no microphone {microphone}.")
        return cls(statement["recording"], statement["run"], microphone, 0, sha256_hex(run_statement), public_key_of(statement["signer"]))

    def at_first_here(self, piece: bytes) -> "ChainPlace":
        """Before `piece`, the first that is still here; what it names as `previous` cannot be checked any more. Raises PieceRefused."""
        header = parse_piece(piece).header
        return self if header.index == 0 else replace(self, index=header.index, previous=header.previous)

    def after(self, piece: bytes) -> "ChainPlace":
        """The place after `piece` (whole file). Raises ChainBroken, SignatureRefused or PieceRefused naming the piece and what is wrong."""
        header = parse_piece(piece).header
        require_kiosk_signed(piece, self.signer)
        self._require_same_run(header)
        self._require_next(header)
        ended = header.kind == "end"
        return replace(self, index=self.index + 1, previous=hash_to_follow(piece), ended=ended)

    def _require_same_run(self, header: PieceHeader) -> None:
        if (header.recording, header.run) != (self.recording, self.run):
            raise ChainBroken(f"{header.name} belongs to another run ({header.run} of recording {header.recording}).")
        if header.microphone != self.microphone:
            raise ChainBroken(f"{header.name} stands in the chain of microphone {self.microphone}.")

    def _require_next(self, header: PieceHeader) -> None:
        if self.ended:
            raise ChainBroken(f"{header.name} stands after the end of its chain.")
        if header.index > self.index:
            raise ChainBroken(f"{header.name} has no predecessor: piece {self.index:06d} is missing.")
        if header.index < self.index:
            raise ChainBroken(f"{header.name} is out of order: piece {self.index:06d} comes next.")
        if header.previous != self.previous:
            before = "the run's opening statement" if self.index == 0 else f"piece {self.index - 1:06d}"
            raise ChainBroken(f"{header.name} does not follow {before}: one of the two was altered or replaced.")


def verify_chain(
    run_statement: bytes, microphone: str, pieces: Iterable[bytes], run_key: bytes | None = None, *, from_first_here: bool = False
) -> tuple[PieceHeader, ...]:
    """The headers of a chain in order, once all of it holds; with `run_key` each piece is opened too.

    `pieces` are whole files from index 0, or with `from_first_here` from any index on: delivered ones leave a kiosk. The chain need not
    have ended: see the last header's kind. Raises ChainBroken (missing, reordered, other run), SignatureRefused (altered, other kiosk) or
    PieceRefused (cut off, wrong key), each naming the piece.
    """
    place = ChainPlace.at_start(run_statement, microphone)
    keys = microphone_keys(run_key, microphone) if run_key is not None else None
    headers: list[PieceHeader] = []
    for piece in pieces:
        if from_first_here and not headers:
            place = place.at_first_here(piece)
        place = place.after(piece)
        if keys is not None:
            _require_opens(piece, keys, one_has_opened=any(header.kind == "flac" for header in headers))
        headers.append(parse_piece(piece).header)
    return tuple(headers)


def _require_opens(piece: bytes, keys: MicrophoneKeys, *, one_has_opened: bool) -> None:
    """Open a piece for the check only; a key that opened an earlier piece is right, so then the piece was altered."""
    header = parse_piece(piece).header
    if header.kind == "journal":
        read_journal(piece, keys)
    if header.kind != "flac":
        return
    try:
        open_piece(piece, keys)
    except PieceRefused:
        if one_has_opened:
            raise PieceRefused(f"{header.name} was altered: the key of its run opens the pieces before it, but not this one.") from None
        raise
