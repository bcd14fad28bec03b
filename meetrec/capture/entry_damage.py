"""An entry of the room's log that does not read any more: put back from its copy, or set aside with a signed stand-in in its place (G5.b).

Design note. What people say in a room must never keep the sound from becoming a record, and must not vanish without a word either.

* Each entry lies there twice: `<index>.entry`, and `<index>.copy` beside it until it is delivered. One that does not read comes back whole.
* Of the newest delivered one the server's receipt lies there too: the hash that the next entry must name.
* Where the copy does not read either, the file moves to `<outbox>/.set-aside/<recording>/room/`, and an entry of kind "damaged" tells so in
  its place, so that what follows can still be held against what went before. Nothing on the kiosk deletes anything there.
* An entry whose copy is the same, byte for byte, was not damaged by the disk: another key signed it. It is left as it lies.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.errors import CaptureError, EntryRefused, SignatureRefused
from meetrec.capture.files import make_folder, place_file, sync_folder
from meetrec.capture.outbox import utc_text
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_contents import SHA256
from meetrec.capture.room_entries import (
    NO_ENTRY_BEFORE,
    ROOM_FOLDER,
    EntryHeader,
    district_key_fingerprint,
    entries_of,
    name_of_entry,
    parse_entry,
    require_entry_signed,
    seal_entry,
)
from meetrec.capture.signing import KioskSigner


def copy_path(entry: Path) -> Path:
    """Where an entry lies a second time."""
    return entry.with_suffix(".copy")


def receipt_path(entry: Path) -> Path:
    """Where the SHA-256 lies that the server confirmed for an entry."""
    return entry.with_suffix(".receipt")


def note_receipt(entry: Path) -> None:
    """Note that the server has this entry. Raises OSError."""
    place_file(receipt_path(entry), sha256_hex(entry.read_bytes()).encode())


def remove_entry(entry: Path) -> None:
    """Remove a delivered entry with what lies beside it."""
    for path in (copy_path(entry), receipt_path(entry), entry):
        path.unlink(missing_ok=True)


def mend_log(recording_folder: Path, kiosk: str, district_public_key: bytes, signer: KioskSigner) -> list[int]:
    """Put back or replace every entry of a log that does not read; the indices of those that are lost. Nobody may write to the log meanwhile.

    Raises OSError when the disk takes nothing; what was not mended by then lies there as before.
    """
    lost = []
    for path in entries_of(recording_folder):
        reason = _complaint(path, recording_folder.name, signer)
        if reason is not None and not _put_back(path, recording_folder, signer):
            _replace(path, recording_folder, reason, kiosk, district_public_key, signer)
            lost.append(int(path.stem))
    return lost


def _complaint(path: Path, recording: str, signer: KioskSigner) -> str | None:
    """Why a file is not the entry that was written there; None for one that is."""
    try:
        entry = path.read_bytes()
        _require_own(entry, recording, int(path.stem), signer)
    except SignatureRefused as error:
        return None if _content(copy_path(path)) == entry else str(error)
    except CaptureError as error:
        return str(error)
    except OSError as error:
        return f"The disk does not give it back: {error.strerror}."
    return None


def _require_own(entry: bytes, recording: str, index: int, signer: KioskSigner) -> None:
    header = require_entry_signed(entry, signer.public_bytes)
    if (header.recording, header.index) != (recording, index):
        raise EntryRefused(f"It says of itself that it is {header.name}, of recording {header.recording}.")


def _put_back(path: Path, recording_folder: Path, signer: KioskSigner) -> bool:
    """Whether the copy was whole and lies in its place now."""
    copy = _content(copy_path(path))
    try:
        _require_own(copy or b"", recording_folder.name, int(path.stem), signer)
    except CaptureError:
        return False
    _set_aside(path, recording_folder)
    place_file(path, copy or b"")
    return True


def _replace(path: Path, recording_folder: Path, reason: str, kiosk: str, district_public_key: bytes, signer: KioskSigner) -> None:
    """Set aside first: whatever is cut off after that finds the file still in its place, and begins again."""
    index, content = int(path.stem), _content(path)
    header = EntryHeader(
        recording=recording_folder.name, kiosk=kiosk, index=index, kind="damaged", at=utc_text(datetime.now(UTC)), clock_offset=None, elapsed=None,
        run=None, previous=_name_before(path), district_key=district_key_fingerprint(district_public_key), stands_for=_named_after(path),
    )  # fmt: skip
    said = {"reason": reason, "sha256": sha256_hex(content) if content is not None else None}
    stand_in = seal_entry(header, said, district_public_key, signer)
    _set_aside(path, recording_folder)
    place_file(path, stand_in)


def _name_before(path: Path) -> str:
    """What the entry must name as `previous`. Where the one before has left this machine, the server has this one too, and keeps that."""
    before = path.with_name(f"{int(path.stem) - 1:06d}.entry")
    return name_of_entry(before.read_bytes()) if before.exists() else NO_ENTRY_BEFORE


def _named_after(path: Path) -> str | None:
    """What the entry after it names as `previous`, or must name since the server has this one; None when nothing tells."""
    try:
        return parse_entry(path.with_name(f"{int(path.stem) + 1:06d}.entry").read_bytes()).previous
    except (CaptureError, OSError):
        receipt = (_content(receipt_path(path)) or b"").decode("ascii", "replace")
        return receipt if SHA256.fullmatch(receipt) else None


def _set_aside(path: Path, recording_folder: Path) -> None:
    """A second name for the file, out of the courier's reach; durable."""
    folder = recording_folder.parent / SET_ASIDE / recording_folder.name / ROOM_FOLDER
    make_folder(folder)
    if not (folder / path.name).exists():
        os.link(path, folder / path.name)
    sync_folder(folder)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
