"""The room's log: sealed for the district, signed by the kiosk, in one chain that names what is missing or altered."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture.errors import CaptureError, ChainBroken, EntryRefused
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_contents import ENTRY_KINDS, LANGUAGES, require_content
from meetrec.capture.room_entries import NO_ENTRY_BEFORE, EntryHeader, district_key_fingerprint, open_entry, parse_entry, require_follows, seal_entry
from meetrec.capture.signing import KioskSigner, SignatureRefused
from meetrec.platform.languages import LANGUAGES as OF_THE_PRODUCT

DISTRICT = X25519PrivateKey.generate()
PUBLIC = DISTRICT.public_key().public_bytes_raw()
SIGNER = KioskSigner.new()
RECORDING, KIOSK, RUN = (str(uuid4()) for _ in range(3))

NOTICE = {
    "meeting": str(uuid4()), "recorder_name": "Mother of Mateo", "recorder_role": "parent", "device": "iPhone", "language": "es", "reason": None,
    "stated_at": "2026-10-13T14:00:00+00:00",
}  # fmt: skip
OPENING = {
    "parent_records": "yes", "asked_by": "Laura Bennett", "device": "iPhone", "device_as_in_notice": True, "in_plain_sight": True,
    "present": [{"role": "parent", "where": "table", "count": 1}, {"role": "speech_pathologist", "where": "line", "count": 1}], "everyone_told": True,
}  # fmt: skip
PREFLIGHT = {
    "microphones": [{"id": "left", "seat": "Parent", "heard": True, "level_db": -31.5}, {"id": "right", "seat": None, "heard": False, "level_db": None}],
    "started_without": ["right"], "reason": "Nobody sits there.",
}  # fmt: skip
ALARM = {"number": 1, "alarm": "lost", "microphone": "left", "seat": "Parent"}
CONTENTS: dict[str, dict[str, Any]] = {
    "notice": NOTICE, "opening": OPENING, "preflight": PREFLIGHT, "started": {}, "paused": {}, "off_the_record": {}, "resumed": {},
    "bookmark": {"label": "spoken_opening"}, "note": {"text": "The parent’s phone rang."}, "alarm": ALARM, "alarm_over": ALARM, "alarm_answered": ALARM,
    "left_out": {"entries": 3}, "objection": {"by": "parent"}, "stopped": {}, "not_recorded": {},
    "damaged": {"reason": "It was altered.", "sha256": None}, "closing": {"in_plain_sight": "yes", "notes": "", "district_copy_complete": True},
    "end": {"confirmed": True},
}  # fmt: skip


def header(index: int = 0, kind: str = "note", previous: bytes | None = None, **changes: Any) -> EntryHeader:
    """A plausible header."""
    named = EntryHeader(
        RECORDING, KIOSK, index, kind, "2026-10-13T14:00:01.000000Z", -0.25, 12.5, RUN,
        NO_ENTRY_BEFORE if previous is None else sha256_hex(previous), district_key_fingerprint(PUBLIC),
    )  # fmt: skip
    return replace(named, **changes)


def sealed(index: int = 0, kind: str = "note", previous: bytes | None = None, **changes: Any) -> bytes:
    """A whole entry."""
    return seal_entry(header(index, kind, previous, **changes), CONTENTS[kind], PUBLIC, SIGNER)


def chain(*kinds: str) -> list[bytes]:
    """A log of these kinds."""
    entries: list[bytes] = []
    for index, kind in enumerate(kinds):
        entries.append(sealed(index, kind, entries[-1] if entries else None))
    return entries


def test_every_kind_has_its_content_here() -> None:
    assert set(CONTENTS) == set(ENTRY_KINDS)


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_entry_opens_with_the_districts_key_and_says_what_was_put_in(kind: str) -> None:
    entry = sealed(kind=kind)
    assert parse_entry(entry) == header(kind=kind)
    assert open_entry(entry, DISTRICT) == CONTENTS[kind]
    assert open_entry(entry, DISTRICT.private_bytes_raw()) == CONTENTS[kind]


@pytest.mark.requirement("W-11")
def test_nothing_of_the_content_can_be_read_on_the_kiosk() -> None:
    entry = sealed(kind="notice")
    assert not any(text.encode() in entry for text in ("Mother of Mateo", "iPhone", NOTICE["meeting"]))
    with pytest.raises(EntryRefused, match="another district key"):
        open_entry(entry, X25519PrivateKey.generate())


def test_chain_holds_from_the_beginning_to_its_end() -> None:
    entries = chain("notice", "opening", "preflight", "started", "note", "stopped", "closing", "end")
    before: bytes | None = None
    for entry in entries:
        require_follows(before, entry, SIGNER.public_bytes)
        before = entry
    assert parse_entry(entries[-1]).kind == "end"


@pytest.mark.parametrize(
    ("before", "entry", "sentence"),
    [(0, 2, "has no predecessor: entry 000001 is missing"), (1, 1, "out of order: entry 000002 comes next"), (None, 1, "entry 000000 is missing")],
)
def test_missing_and_reordered_entries_are_named(before: int | None, entry: int, sentence: str) -> None:
    entries = chain("opening", "started", "note")
    with pytest.raises(ChainBroken, match=sentence):
        require_follows(None if before is None else entries[before], entries[entry], SIGNER.public_bytes)


def test_replaced_predecessor_is_noticed() -> None:
    first, _ = chain("opening", "started")
    other = sealed(0, "opening")
    assert other != first  # sealed anew it is another entry
    with pytest.raises(ChainBroken, match="does not follow the entry before it"):
        require_follows(other, sealed(1, "started", first), SIGNER.public_bytes)


def test_nothing_follows_the_end_and_no_entry_changes_its_log() -> None:
    (last,) = chain("end")
    with pytest.raises(ChainBroken, match="after the end"):
        require_follows(last, sealed(1, "note", last), SIGNER.public_bytes)
    (first,) = chain("opening")
    for changes in ({"recording": str(uuid4())}, {"kiosk": str(uuid4())}):
        with pytest.raises(ChainBroken, match="another log"):
            require_follows(first, sealed(1, "note", first, **changes), SIGNER.public_bytes)


def test_entry_of_another_kiosk_is_refused_by_name() -> None:
    with pytest.raises(SignatureRefused, match="Entry 000000 of the room’s log"):
        require_follows(None, sealed(), KioskSigner.new().public_bytes)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_altered_byte_passes(data: st.DataObject) -> None:
    entry = bytearray(sealed(kind="opening"))
    entry[data.draw(st.integers(0, len(entry) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CaptureError):
        require_follows(None, bytes(entry), SIGNER.public_bytes)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_cut_off_entry_passes_and_none_breaks_the_reader(data: st.DataObject) -> None:
    entry = sealed(kind="opening")
    cut = entry[: data.draw(st.integers(0, len(entry) - 1))]
    with pytest.raises(CaptureError):
        require_follows(None, cut, SIGNER.public_bytes)
    with pytest.raises(EntryRefused):
        open_entry(cut, DISTRICT)


def test_header_belongs_to_its_content() -> None:
    """The signature apart: the district's own opening notices a header that was put before another content."""
    entry, other = sealed(kind="note"), sealed(kind="note", elapsed=99.5)
    swapped = header(elapsed=99.5).to_bytes() + entry[len(header().to_bytes()) :]
    assert len(swapped) == len(other)
    with pytest.raises(EntryRefused, match="does not open"):
        open_entry(swapped, DISTRICT)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "gossip"}, {"index": -1}, {"index": True}, {"recording": "x"}, {"run": "../../etc"}, {"at": "2026-10-13T14:00:00"}, {"at": "then"},
        {"elapsed": -1.0}, {"elapsed": float("nan")}, {"clock_offset": float("inf")}, {"clock_offset": "0"}, {"previous": "0"}, {"district_key": 1},
        {"clock_offset": 10**400}, {"kiosk": None},
    ],
)  # fmt: skip
def test_header_that_this_format_never_writes_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused):
        seal_entry(replace(header(), **changes), CONTENTS["note"], PUBLIC, SIGNER)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("notice", {"recorder_role": "advocate"}), ("notice", {"recorder_name": " "}), ("notice", {"stated_at": "today"}), ("notice", {"device": "x" * 121}),
        ("opening", {"parent_records": "perhaps"}), ("opening", {"asked_by": ""}), ("opening", {"in_plain_sight": "yes"}),
        ("opening", {"present": [{"role": "Laura Bennett", "where": "table", "count": 1}]}), ("opening", {"present": "all"}),
        ("opening", {"present": [{"role": "parent", "where": "table", "count": 0}]}), ("opening", {"name": "Mateo"}),
        ("preflight", {"microphones": [{"id": "../x", "seat": None, "heard": True, "level_db": None}]}), ("note", {"text": ""}),
        ("note", {"text": "x" * 4001}), ("bookmark", {"label": None}), ("alarm", {"number": "1"}), ("objection", {"by": "chair"}),
        ("closing", {"in_plain_sight": True}), ("end", {"confirmed": 1}), ("started", {"parent_wants_copy": "yes"}), ("paused", {"why": "lunch"}),
    ],
)  # fmt: skip
def test_content_that_its_kind_never_has_is_refused(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused, match=f"of the kind {kind}"):
        seal_entry(header(kind=kind), {**CONTENTS[kind], **changes}, PUBLIC, SIGNER)


@pytest.mark.requirement("A-05")
def test_recording_without_a_recording_parent_says_that_the_parent_wants_it() -> None:
    entry = seal_entry(header(kind="started"), {"parent_wants_copy": True}, PUBLIC, SIGNER)
    assert open_entry(entry, DISTRICT) == {"parent_wants_copy": True}


@pytest.mark.requirement("W-37")
@pytest.mark.parametrize("alarm", ["Mateo cried and his mother left the room", "LOST", "", "x" * 41, "lost\n"])
def test_alarm_is_a_word_and_never_a_text(alarm: str) -> None:
    for kind in ("alarm", "alarm_over", "alarm_answered"):
        with pytest.raises(EntryRefused):
            require_content(kind, {**ALARM, "alarm": alarm})


def test_notice_is_given_in_a_language_of_the_product() -> None:
    assert set(LANGUAGES) == set(OF_THE_PRODUCT)
    for language in LANGUAGES:
        require_content("notice", {**NOTICE, "language": language})
    for other in ("fr", "EN", "", "12345"):
        with pytest.raises(EntryRefused):
            require_content("notice", {**NOTICE, "language": other})
