"""The chain names the first entry that was changed, removed or moved."""

from dataclasses import replace

import pytest

from meetrec.journal.rules import CHAIN_START, StoredEntry, body_of, first_fault, hash_of


def chain(length: int) -> list[StoredEntry]:
    entries, previous = [], CHAIN_START
    for sequence in range(1, length + 1):
        body = body_of(sequence, "2026-10-13T14:00:00+00:00", "system", "notice.received", f"notice:{sequence}", {"n": sequence})
        entries.append(StoredEntry(sequence, body, previous, hash_of(previous, body)))
        previous = entries[-1].entry_hash
    return entries


@pytest.mark.requirement("B-01")
def test_an_untouched_chain_has_no_fault() -> None:
    assert first_fault(chain(20)) is None
    assert first_fault([]) is None


def test_a_changed_entry_is_named() -> None:
    entries = chain(20)
    entries[6] = replace(entries[6], body=entries[6].body.replace(b"notice:7", b"notice:8"))
    fault = first_fault(entries)
    assert fault is not None
    assert (fault.sequence, "changed" in fault.sentence) == (7, True)


def test_a_changed_entry_with_a_new_hash_breaks_the_next() -> None:
    entries = chain(20)
    body = entries[6].body.replace(b"notice:7", b"notice:8")
    entries[6] = replace(entries[6], body=body, entry_hash=hash_of(entries[6].previous_hash, body))
    fault = first_fault(entries)
    assert fault is not None
    assert fault.sequence == 8


@pytest.mark.parametrize("missing", [1, 7, 19])
def test_a_removed_entry_is_named(missing: int) -> None:
    fault = first_fault([entry for entry in chain(20) if entry.sequence != missing])
    assert fault is not None
    assert (fault.sequence, "missing" in fault.sentence) == (missing, True)
