"""Joins a kiosk's folder into one plain FLAC file, for the district alone: it takes the district's private key."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from meetrec.capture.pieces import RATE, Samples
from meetrec.platform.durable_files import PRIVATE_FILE, read_private_file, sync_folder, write_new_durably
from meetrec.recordings.delivered_runs import open_run
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.incoming import STATEMENT
from meetrec.recordings.timeline import Timeline, timeline_of

MOST_CHANNELS = 8  # of FLAC
BLOCK_FRAMES = 10 * RATE


def join_into_file(folder: Path, district_key: X25519PrivateKey, out: Path, kiosk_public_key: bytes | None = None) -> Timeline:
    """Verify and join; `out` gets a channel per microphone and must not exist yet. With `kiosk_public_key` (raw) only what that kiosk
    signed is joined. Raises AssemblyFailed.
    """
    _require_new(out)
    timeline = timeline_of([open_run(run, district_key, kiosk_public_key=kiosk_public_key) for run in _run_folders(folder)])
    if len(timeline.tracks) > MOST_CHANNELS:
        raise AssemblyFailed(f"A FLAC file holds at most {MOST_CHANNELS} microphones; this recording has {len(timeline.tracks)}.")
    try:
        _write(timeline, out)
    except OSError as error:
        raise AssemblyFailed(f"{out} could not be written: {error.strerror}.") from error
    return timeline


def write_ledger(timeline: Timeline, out: Path) -> None:
    """The gap ledger as JSON into a file that must not exist yet. Raises AssemblyFailed."""
    try:
        write_new_durably(out, json.dumps(timeline.ledger(), sort_keys=True).encode())
    except FileExistsError:
        raise AssemblyFailed(f"{out} exists already and was left as it is. Name another file.") from None
    except OSError as error:
        raise AssemblyFailed(f"{out} could not be written: {error.strerror}.") from error


def _require_new(out: Path) -> None:
    if out.exists():
        raise AssemblyFailed(f"{out} exists already and was left as it is. Name another file.")


def _write(timeline: Timeline, out: Path) -> None:
    """Plain sound, so for this account alone; and under its name only when it is whole, or a shortened file would pass for the meeting."""
    import soundfile

    part = out.with_name(f".{out.name}.{secrets.token_hex(6)}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE), "r+b") as file:
            with soundfile.SoundFile(file, "w", RATE, len(timeline.tracks), subtype="PCM_16", format="FLAC") as joined:
                for block in _side_by_side(timeline):
                    joined.write(block)
            file.flush()
            os.fsync(file.fileno())
        _require_new(out)
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(out.parent)


def district_key_in(path: Path) -> X25519PrivateKey:
    """The district's private key out of its file, wherever that was carried. Raises AssemblyFailed or PrivateFileUnusable."""
    try:
        key = load_pem_private_key(read_private_file(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None  # not a key at all, or one with a password
    if not isinstance(key, X25519PrivateKey):
        raise AssemblyFailed(f"{path} does not hold the district's X25519 key.")
    return key


def _run_folders(folder: Path) -> list[Path]:
    found = [folder] if (folder / STATEMENT).is_file() else [path.parent for path in sorted(folder.glob(f"*/{STATEMENT}"))]
    if not found:
        raise AssemblyFailed(f"{folder} is neither a run's folder nor a recording's: there is no {STATEMENT} in it.")
    return found


def _side_by_side(timeline: Timeline) -> Iterator[Samples]:
    tracks = [_even_blocks(track.sound()) for track in timeline.tracks]
    for blocks in zip(*tracks, strict=True):
        yield np.stack(blocks, axis=1)


def _even_blocks(sound: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples in blocks of one length, so that several microphones can be laid side by side."""
    waiting = np.zeros(0, np.int16)
    for block in sound:
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= BLOCK_FRAMES:
            yield waiting[:BLOCK_FRAMES]
            waiting = waiting[BLOCK_FRAMES:]
    if len(waiting):
        yield waiting
