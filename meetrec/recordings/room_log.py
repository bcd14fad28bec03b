"""Takes in the room log: each signed entry in its place, durable before it is confirmed, opened with the district's key, its facts noted (G5.b, G6, G7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_entries import EntryHeader, open_entry, parse_entry, require_entry_signed, require_follows
from meetrec.notices.actions import District
from meetrec.platform.web import NotFound
from meetrec.recordings import copies, delivery_queries, incoming, on_the_spot
from meetrec.recordings.actions import Courier
from meetrec.recordings.errors import DeliveryRefused
from meetrec.recordings.models import Recording, RoomEntry
from meetrec.recordings.room_facts import Noted, note_facts
from meetrec.recordings.room_time import kiosk_time, room_time
from meetrec.recordings.rules import UNDELIVERED


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry belongs: its recording, the kiosk that keeps the log, and its index there."""

    recording_id: str
    kiosk_id: str
    index: int

    @property
    def name(self) -> str:
        """How sentences call the entry."""
        return f"Entry {self.index:06d} of the room’s log"


@dataclass(frozen=True)
class OpenedEntry:
    """An entry that may lie at its place: its header, and what it says."""

    header: EntryHeader
    content: Mapping[str, Any]


def check_entry(session: Session, courier: Courier, place: EntryPlace, entry: bytes, district_key: X25519PrivateKey, folder: Path) -> OpenedEntry | None:
    """Open an entry that follows the one before it; None for the same bytes once more. `folder` is where deliveries wait.

    Raises NotFound or DeliveryRefused: another recording or kiosk, altered, unsigned, out of order, a missing predecessor, each by name.
    """
    recording = _recording_in_room(session, courier, place)
    known = session.get(RoomEntry, (place.recording_id, place.kiosk_id, place.index))
    if known:
        if known.sha256 != sha256_hex(entry) and not _stands_in(session, place, entry):
            raise DeliveryRefused(f"{place.name} was delivered before with other bytes. The first ones stay.", "other_bytes")
        return None
    try:
        header = parse_entry(entry)
        _require_place(header, place)
        require_follows(_entry_before(session, place, folder), entry, delivery_queries.kiosk_public_key(session, place.kiosk_id))
        content = open_entry(entry, district_key)
    except CaptureError as error:
        raise DeliveryRefused.by(error) from None
    _require_timely(session, courier, place, recording, OpenedEntry(header, content))
    return OpenedEntry(header, content)


def note_entry(session: Session, now: datetime, courier: Courier, place: EntryPlace, entry: OpenedEntry, size: int, sha256: str, district: District) -> None:
    """Note an entry whose bytes are durable, with what it says of the meeting; one transaction. A parent's notice makes the recording first."""
    if session.get(RoomEntry, (place.recording_id, place.kiosk_id, place.index)):
        return
    recording = session.get(Recording, place.recording_id)
    _require_timely(session, courier, place, recording, entry)
    header = entry.header
    if recording is None:
        recording = on_the_spot.arm_by_statement(session, now, courier, place.recording_id, entry.content, district, room_time(header))
    row = RoomEntry(
        recording_id=place.recording_id, kiosk_id=place.kiosk_id, position=place.index, kind=header.kind, at=kiosk_time(header),
        clock_offset=header.clock_offset, elapsed=header.elapsed, run_id=header.run, size=size, sha256=sha256, received_at=now,
    )  # fmt: skip
    session.add(row)
    copies.copy_of_kiosk(session, recording, courier.kiosk_id)
    note_facts(Noted(session, now, courier.actor, recording, header, entry.content))
    session.flush()
    if header.kind == "end":
        copies.deliver_if_complete(session, now, courier.actor, copies.copy_of_kiosk(session, recording, courier.kiosk_id))


def _stands_in(session: Session, place: EntryPlace, entry: bytes) -> bool:
    """Whether the kiosk only states that it has lost what lies here: then the first bytes stay, and the kiosk goes on with what follows."""
    try:
        header = require_entry_signed(entry, delivery_queries.kiosk_public_key(session, place.kiosk_id))
    except CaptureError:
        return False
    _require_place(header, place)
    return header.kind == "damaged"


def _recording_in_room(session: Session, courier: Courier, place: EntryPlace) -> Recording | None:
    """The recording, None while this server does not know it. Raises NotFound for another room's."""
    if session.get(Recording, place.recording_id) is None:
        return None
    return delivery_queries.recording_of_room(session, place.recording_id, courier.room_id)


def _require_place(header: EntryHeader, place: EntryPlace) -> None:
    if (header.recording, header.kiosk, header.index) != (place.recording_id, place.kiosk_id, place.index):
        raise DeliveryRefused(f"What was sent as {place.name} belongs to another recording, another kiosk or another place.")


def _entry_before(session: Session, place: EntryPlace, folder: Path) -> bytes | None:
    """The newest entry of this log, as it lies on the disk; None before the first."""
    log = select(RoomEntry).where(RoomEntry.recording_id == place.recording_id, RoomEntry.kiosk_id == place.kiosk_id)
    last = session.scalars(log.order_by(RoomEntry.position.desc()).limit(1)).first()
    if last is None:
        return None
    path = incoming.entry_path(folder, place.recording_id, place.kiosk_id, last.position)
    if not path.exists():
        raise DeliveryRefused(f"{place.name} comes after the whole recording was delivered.", "closed")
    return path.read_bytes()


def _require_timely(session: Session, courier: Courier, place: EntryPlace, recording: Recording | None, entry: OpenedEntry) -> None:
    """A notice begins a recording that this server does not know yet; everything else belongs to one that is not delivered whole."""
    is_notice = entry.header.kind == "notice"
    if recording is None and not is_notice:
        raise NotFound("No recording with this id is armed for the kiosk's room.")
    if recording is None:
        on_the_spot.require_meeting_of_room(session, courier, entry.content)
    elif is_notice:
        raise DeliveryRefused(f"{place.name} is a parent's notice, but this recording was armed before by another one.")
    elif (copy := recording.copy_of(courier.kiosk_id)) is not None and copy.state not in UNDELIVERED:
        raise DeliveryRefused(f"{place.name} comes after the whole recording was delivered.", "closed")
