"""How journal entries are written down and chained. Pure: no clock, no database (B-01, W-37)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

CHAIN_START = "0" * 64  # what the first entry names as the entry before it


@dataclass(frozen=True)
class StoredEntry:
    """One entry as it lies in the database: its number, its exact bytes, and the two hashes (hex)."""

    sequence: int
    body: bytes
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True)
class ChainFault:
    """The first place at which the chain does not hold, and what is wrong there."""

    sequence: int
    sentence: str


def body_of(sequence: int, at: str, actor: str, verb: str, subject: str, details: Mapping[str, object]) -> bytes:
    """The canonical bytes of an entry: JSON with sorted keys and no spaces. `at` is ISO 8601 in UTC."""
    content = {"sequence": sequence, "at": at, "actor": actor, "verb": verb, "subject": subject, "details": dict(details)}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(previous_hash: str, body: bytes) -> str:
    """SHA-256 (hex) over the previous entry's hash and this entry's bytes."""
    return sha256(previous_hash.encode("ascii") + b"\n" + body).hexdigest()


def first_fault(entries: Iterable[StoredEntry]) -> ChainFault | None:
    """Walk the chain from its start; the first entry that is missing, changed or out of place, else None."""
    expected_previous, expected_sequence = CHAIN_START, 1
    for entry in entries:
        if entry.sequence != expected_sequence:
            return ChainFault(expected_sequence, f"Entry {expected_sequence} is missing; entry {entry.sequence} follows.")
        if entry.previous_hash != expected_previous:
            return ChainFault(entry.sequence, f"Entry {entry.sequence} does not follow from the entry before it.")
        if hash_of(entry.previous_hash, entry.body) != entry.entry_hash:
            return ChainFault(entry.sequence, f"Entry {entry.sequence} was changed after it was written.")
        expected_previous, expected_sequence = entry.entry_hash, entry.sequence + 1
    return None
