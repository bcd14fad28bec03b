"""What lies in an outbox, told without any key: pieces, seconds, gaps, and whether each chain holds."""

from dataclasses import dataclass
from pathlib import Path

from meetrec.capture.chain import ChainPlace
from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.errors import CaptureError, OutboxUnusable
from meetrec.capture.outbox import RUN_STATEMENT, microphones_of, pieces_of, statement_of
from meetrec.capture.pieces import RATE, Gap, PieceHeader, parse_piece, sha256_hex
from meetrec.capture.position import frames_in_journal
from meetrec.capture.run_keys import require_signer
from meetrec.capture.signing import public_key_of


@dataclass(frozen=True)
class ChainInspection:
    """One microphone's chain: `seconds` of sound on hand, `ended` the end's reason or None, `fault` a sentence or None."""

    microphone: str
    first_index: int
    pieces: int
    seconds: float
    gaps: tuple[Gap, ...]
    ended: str | None
    fault: str | None


@dataclass(frozen=True)
class RunInspection:
    """One run and its chains."""

    recording: str
    run: str
    ordinal: int
    started_at: str
    signer: str  # SHA-256 of the kiosk's public key
    chains: tuple[ChainInspection, ...]


def inspect_folder(folder: Path, kiosk_public_key: bytes | None = None) -> list[RunInspection]:
    """Every run in `folder`: an outbox, a recording or a run. Signatures are held against the kiosk that run.json names, and with
    `kiosk_public_key` (raw) that kiosk against the known one. Raises OutboxUnusable when there is no run.
    """
    statements = sorted(found for found in folder.rglob(RUN_STATEMENT) if SET_ASIDE not in found.relative_to(folder).parts)
    if not statements:
        raise OutboxUnusable(f"There is no recording in {folder}: it holds no {RUN_STATEMENT}.")
    return sorted((inspect_run(statement.parent, kiosk_public_key) for statement in statements), key=lambda run: (run.recording, run.ordinal))


def inspect_run(run_folder: Path, kiosk_public_key: bytes | None = None) -> RunInspection:
    """One run. A damaged piece becomes the fault of its chain, not an error. Raises SignatureRefused when another kiosk began the run."""
    statement = statement_of(run_folder)
    if kiosk_public_key is not None:
        require_signer((run_folder / RUN_STATEMENT).read_bytes(), kiosk_public_key)
    chains = tuple(inspect_chain(run_folder, microphone) for microphone in microphones_of(run_folder))
    signer = sha256_hex(public_key_of(statement["signer"]))
    return RunInspection(statement["recording"], statement["run"], statement["ordinal"], statement["started_at"], signer, chains)


def inspect_chain(run_folder: Path, microphone: str) -> ChainInspection:
    """One chain, from the first piece that is still here: delivered ones leave the kiosk."""
    start, place = ChainPlace.at_start((run_folder / RUN_STATEMENT).read_bytes(), microphone), None
    headers: list[PieceHeader] = []
    frames, fault = 0, None
    for file in pieces_of(run_folder, microphone):
        piece = file.path.read_bytes()
        try:
            header = parse_piece(piece).header
            place = (place or start.at_first_here(piece)).after(piece)
        except CaptureError as error:
            fault = str(error)
            break
        headers.append(header)
        frames += frames_in_journal(piece) if header.kind == "journal" else header.frames or 0
    return _summary(microphone, headers, frames, fault)


def _summary(microphone: str, headers: list[PieceHeader], frames: int, fault: str | None) -> ChainInspection:
    gaps = tuple(gap for header in headers for gap in header.gaps)
    first = headers[0].index if headers else 0
    ended = headers[-1].reason if headers else None
    return ChainInspection(microphone, first, len(headers), frames / RATE, gaps, ended, fault)


def as_lines(runs: list[RunInspection]) -> list[str]:
    """The inspection as text, one fact a line."""
    lines: list[str] = []
    for run in runs:
        lines.append(f"Recording {run.recording}, run {run.run}, started {run.started_at}, signed by the kiosk with the key {run.signer[:16]}…")
        for chain in run.chains:
            lines.extend(_chain_lines(chain))
    return lines


def _chain_lines(chain: ChainInspection) -> list[str]:
    delivered = f", {chain.first_index} earlier ones are no longer here" if chain.first_index else ""
    state = chain.fault or ("the chain holds" + (f" and has ended: {chain.ended}" if chain.ended else ", without an end yet"))
    lines = [f"  {chain.microphone}: {chain.pieces} pieces{delivered}, {chain.seconds:.2f} s of sound; {state}"]
    for gap in chain.gaps:
        lines.append(f"    missing {gap.frames / RATE:.2f} s from {gap.first_frame / RATE:.2f} s: {gap.kind}, noticed by {gap.noticed_by}")
    return lines
