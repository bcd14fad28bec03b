"""The room's log, format 1: one signed and sealed entry for everything that people say and do in the room besides the sound.

Design note. A recording has one log, `<outbox>/<recording>/room/<index:06d>.entry`, over all its runs and restarts.

* An entry is `MEETROOM1`, the header's length (4 bytes, big-endian), the header as canonical JSON, the content as canonical JSON sealed to
  the district's public key (HPKE as for run keys; all that precedes it is bound by `info`), and the kiosk's signature over all before it.
* What anybody may read stands in the header: kind, time, place in the chain. What people said lies in the content, which this kiosk itself
  cannot read again: what it takes down offline waits encrypted.
* The chain: `previous` is the SHA-256 of the whole entry before, 64 zeros at index 0. An `end` closes it.
* Kind "damaged" takes the place of an entry that the disk did not keep (`entry_damage.py`); what follows it names as `previous` the hash
  of what stood there, which its `stands_for` repeats. Only such a header has that field, and only when something followed already.
* Two times, both stated and neither corrected: `at` by the kiosk's clock with `clock_offset` (seconds, server minus kiosk as last measured,
  null if never), and `elapsed`, seconds since the first run's started_at (null before there is a run).
"""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import ChainBroken, EntryRefused
from meetrec.capture.room_contents import ENTRY_KINDS, SHA256, require_content
from meetrec.capture.signing import ROOM_ENTRY, SIGNATURE_BYTES, KioskSigner, require_signed

ROOM_FOLDER = "room"
MAGIC = b"MEETROOM1"
NO_ENTRY_BEFORE = "0" * 64
LARGEST_ENTRY = 128 * 1024  # bytes; a note of the longest length has less
ROOM_ENTRY_PURPOSE = "meetrec room entry"
_LENGTH_BYTES = 4
_LONGEST_HEADER = 4096
_LARGEST_INDEX = 10**6
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True)
class EntryHeader:
    """What an entry says of itself to anybody. `at` is aware ISO 8601 in UTC; `clock_offset` and `elapsed` are seconds."""

    recording: str
    kiosk: str
    index: int
    kind: str
    at: str
    clock_offset: float | None
    elapsed: float | None
    run: str | None
    previous: str
    district_key: str
    stands_for: str | None = None

    @property
    def name(self) -> str:
        """How errors and lists call this entry."""
        return f"Entry {self.index:06d} of the room’s log"

    def to_bytes(self) -> bytes:
        """Magic, length and canonical JSON: all that precedes the sealed content."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        encoded = canonical_json({name: value for name, value in said.items() if name != "stands_for" or value is not None})
        return MAGIC + len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded


def district_key_fingerprint(district_public_key: bytes) -> str:
    """How run.json and the entries name the district's key: the SHA-256 of its 32 bytes."""
    return hashlib.sha256(district_public_key).hexdigest()


def entry_path(recording_folder: Path, index: int) -> Path:
    """Where an entry lies on the kiosk's disk."""
    return recording_folder / ROOM_FOLDER / f"{index:06d}.entry"


def entries_of(recording_folder: Path) -> list[Path]:
    """The entries that are still here, in order."""
    return sorted((recording_folder / ROOM_FOLDER).glob("[0-9]*.entry"), key=lambda path: int(path.stem))


def seal_entry(header: EntryHeader, content: dict[str, Any], district_public_key: bytes, signer: KioskSigner) -> bytes:
    """The whole file of an entry. Raises EntryRefused when header or content say what this format never says."""
    _require_plausible(header)
    require_content(header.kind, content)
    opening = header.to_bytes()
    sealed = _SUITE.encrypt(canonical_json(content), X25519PublicKey.from_public_bytes(district_public_key), _info(opening))
    return opening + sealed + signer.sign(ROOM_ENTRY, opening + sealed)


def parse_entry(entry: bytes) -> EntryHeader:
    """The header of an entry; needs no key and checks no signature. Raises EntryRefused when it is not in format 1."""
    return _taken_apart(entry)[0]


def open_entry(entry: bytes, district_private_key: bytes | X25519PrivateKey) -> dict[str, Any]:
    """What an entry says, by the district's private key (raw 32 bytes or the key itself).

    Raises EntryRefused when it was altered, sealed to another district's key, or says what its kind never says.
    """
    header, opening, sealed = _taken_apart(entry)
    private_key = X25519PrivateKey.from_private_bytes(district_private_key) if isinstance(district_private_key, bytes) else district_private_key
    if district_key_fingerprint(private_key.public_key().public_bytes_raw()) != header.district_key:
        raise EntryRefused(f"{header.name} was sealed to another district key ({header.district_key[:12]}…).")
    try:
        content = json.loads(_SUITE.decrypt(sealed, private_key, _info(opening)))
    except (InvalidTag, ValueError, RecursionError):
        raise EntryRefused(f"{header.name} does not open: it was altered after it was sealed.") from None
    require_content(header.kind, content)
    return dict(content)


def require_follows(previous: bytes | None, entry: bytes, kiosk_public_key: bytes) -> EntryHeader:
    """The header of `entry`, once it is signed by this kiosk and follows `previous` (the whole entry before, None at the beginning).

    Raises SignatureRefused, EntryRefused or ChainBroken, each naming the entry and what is wrong.
    """
    header = require_entry_signed(entry, kiosk_public_key)
    _require_next(header, parse_entry(previous) if previous is not None else None)
    if header.previous != name_of_entry(previous):
        raise ChainBroken(f"{header.name} does not follow the entry before it: one of the two was altered or replaced.")
    return header


def require_entry_signed(entry: bytes, kiosk_public_key: bytes) -> EntryHeader:
    """The header of an entry that this kiosk signed, wherever it stands. Raises SignatureRefused or EntryRefused."""
    header = parse_entry(entry)
    require_signed(kiosk_public_key, ROOM_ENTRY, entry[:-SIGNATURE_BYTES], entry[-SIGNATURE_BYTES:], header.name)
    return header


def name_of_entry(entry: bytes | None) -> str:
    """What the entry after this one names as `previous`; None stands for the beginning. Raises EntryRefused."""
    if entry is None:
        return NO_ENTRY_BEFORE
    return parse_entry(entry).stands_for or hashlib.sha256(entry).hexdigest()


def _require_next(header: EntryHeader, before: EntryHeader | None) -> None:
    index = 0 if before is None else before.index + 1
    if before is not None and (header.recording, header.kiosk) != (before.recording, before.kiosk):
        raise ChainBroken(f"{header.name} belongs to another log (recording {header.recording}).")
    if before is not None and before.kind == "end":
        raise ChainBroken(f"{header.name} stands after the end of its log.")
    if header.index > index:
        raise ChainBroken(f"{header.name} has no predecessor: entry {index:06d} is missing.")
    if header.index < index:
        raise ChainBroken(f"{header.name} is out of order: entry {index:06d} comes next.")


def _taken_apart(entry: bytes) -> tuple[EntryHeader, bytes, bytes]:
    """Header, the bytes that precede the sealed content, and the sealed content."""
    start = len(MAGIC) + _LENGTH_BYTES
    if not entry.startswith(MAGIC) or len(entry) < start + SIGNATURE_BYTES:
        raise EntryRefused("These bytes are not an entry of a room’s log: they do not begin with MEETROOM1, or are cut off.")
    if len(entry) > LARGEST_ENTRY:
        raise EntryRefused("An entry of a room’s log is larger than any entry can be.")
    length = int.from_bytes(entry[len(MAGIC) : start], "big")
    if length > min(_LONGEST_HEADER, len(entry) - start - SIGNATURE_BYTES):
        raise EntryRefused("An entry of a room’s log is cut off: its header is longer than what is there.")
    opening = entry[: start + length]
    header = _header_from(opening[start:])
    if header.to_bytes() != opening:
        raise EntryRefused(f"{header.name} was altered: its header is not in the one spelling that is hashed.")
    return header, opening, entry[len(opening) : -SIGNATURE_BYTES]


def _header_from(encoded: bytes) -> EntryHeader:
    try:
        header = EntryHeader(**json.loads(encoded))
    except (ValueError, TypeError, RecursionError):
        raise EntryRefused("An entry of a room’s log was altered: its header does not read as a header of format 1.") from None
    _require_plausible(header)
    return header


def _require_plausible(header: EntryHeader) -> None:
    """Refuse whatever this format never writes; so no later step meets a text where a number belongs."""
    try:
        is_plausible = (
            _are_uuids(header.recording, header.kiosk, *([] if header.run is None else [header.run]))
            and type(header.index) is int and 0 <= header.index < _LARGEST_INDEX and header.kind in ENTRY_KINDS
            and datetime.fromisoformat(header.at).tzinfo is not None and _are_seconds(header.clock_offset, header.elapsed)
            and (header.elapsed is None or header.elapsed >= 0) and all(SHA256.fullmatch(value) for value in (header.previous, header.district_key))
            and (header.stands_for is None or (header.kind == "damaged" and SHA256.fullmatch(header.stands_for) is not None))
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError, OverflowError):
        is_plausible = False
    if not is_plausible:
        raise EntryRefused("An entry of a room’s log was altered: its header says what no header of format 1 says.")


def _are_uuids(*names: str) -> bool:
    return all(str(UUID(name)) == name for name in names)


def _are_seconds(*values: float | None) -> bool:
    return all(value is None or (type(value) in (int, float) and isfinite(value)) for value in values)


def _info(opening: bytes) -> bytes:
    return canonical_json({"purpose": ROOM_ENTRY_PURPOSE, "header": hashlib.sha256(opening).hexdigest()})
