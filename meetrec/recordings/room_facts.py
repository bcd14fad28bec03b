"""What an opened entry of the room log leaves outside the record's encryption: facts in rows, verbs in the journal; no names, no texts of notes (G6, G7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from meetrec.capture.room_entries import EntryHeader
from meetrec.journal import actions as journal
from meetrec.meetings.models import Kiosk
from meetrec.recordings import checklist
from meetrec.recordings.models import Opening, Recording
from meetrec.recordings.on_the_spot import storable
from meetrec.recordings.room_time import room_time

# Entries that change no row: only the journal tells of them. Bookmarks and notes are told nowhere outside the record.
TOLD = {
    "paused": "recording.paused",
    "off_the_record": "recording.off_the_record",
    "resumed": "recording.resumed",
    "stopped": "recording.stopped",
    "alarm": "alarm.raised",
    "alarm_over": "alarm.over",
    "alarm_answered": "alarm.answered",
    "damaged": "room.entry_lost",
}


@dataclass(frozen=True)
class Noted:
    """One entry that is being noted: where, when and by whom it arrived, its header and what it says."""

    session: Session
    now: datetime
    actor: str
    recording: Recording
    header: EntryHeader
    content: Mapping[str, Any]

    def tell(self, verb: str, **details: str | int | bool | None) -> None:
        """Journal it, with the entry's index and the moment in the room: it may have been delivered much later."""
        subject, at_room = f"recording:{self.recording.id}", room_time(self.header).isoformat(timespec="seconds")
        journal.append(
            self.session, self.now, self.actor, verb, subject,
            recording_id=self.recording.id, entry=self.header.index, at_room=at_room, **details,
        )  # fmt: skip

    def opening(self) -> Opening:
        """What was asked and answered at this kiosk, made when its first fact arrives; another kiosk's answers stay as they are."""
        kiosk_id = self.header.kiosk
        known = next((one for one in self.recording.openings if one.kiosk_id == kiosk_id), None)
        if known is None:
            known = Opening(recording_id=self.recording.id, kiosk_id=kiosk_id, kiosk=self.session.get_one(Kiosk, kiosk_id))
            self.recording.openings.append(known)
        return known


def note_facts(noted: Noted) -> None:
    """Write down what this entry says of the meeting, in the transaction that notes the entry itself."""
    kind = noted.header.kind
    if kind in TOLD:
        noted.tell(TOLD[kind], **({"number": noted.content["number"], "kind": noted.content["alarm"]} if "alarm" in noted.content else {}))
    elif kind in ROWS:
        ROWS[kind](noted)


def _opening(noted: Noted) -> None:
    """The newest answers count. The meeting is opened by the first checklist that is complete, and by nothing else (G6.a)."""
    opening, said = noted.opening(), noted.content
    opening.parent_records, opening.asked_at = said["parent_records"], room_time(noted.header)
    opening.device, opening.device_as_in_notice = storable(said["device"]), said["device_as_in_notice"]  # G6.b: a mismatch is shown, not blocked
    opening.in_plain_sight, opening.everyone_told = said["in_plain_sight"], said["everyone_told"]
    opening.not_recorded_at = None  # who is asked anew has not chosen yet
    is_opened_now = opening.opened_at is None and checklist.is_complete(said)
    if is_opened_now:
        opening.opened_at = room_time(noted.header)
    noted.tell("room.opened" if is_opened_now else "opening.noted", parent_records=opening.parent_records)


def _not_recorded(noted: Noted) -> None:
    """Nothing was recorded yet, so nothing is closed: a parent may change their mind (A-05)."""
    noted.opening().not_recorded_at = room_time(noted.header)
    noted.tell("opening.not_recorded")


def _started(noted: Noted) -> None:
    """The copy is owed for what was begun while the parent recorded or wanted it, whatever is answered later (A-05, G5.a)."""
    opening = noted.opening()
    opening.not_recorded_at = None
    if noted.content.get("parent_wants_copy"):
        opening.begun_for = opening.begun_for or "wanted"
    elif opening.parent_records == "yes":
        opening.begun_for = "yes"


def _preflight(noted: Noted) -> None:
    noted.opening().not_heard = list(noted.content["started_without"])


def _objection(noted: Noted) -> None:
    """X-4: where the profile says so the kiosk stopped by itself; here it is only told."""
    opening = noted.opening()
    opening.objection_at, opening.objection_by = room_time(noted.header), noted.content["by"]
    noted.tell("recording.objected", by=noted.content["by"])


def _closing(noted: Noted) -> None:
    opening, said = noted.opening(), noted.content
    opening.closed_at, opening.closing_in_plain_sight = room_time(noted.header), said["in_plain_sight"]  # G6.c
    opening.district_copy_complete = said["district_copy_complete"]
    noted.tell("room.closed", in_plain_sight=said["in_plain_sight"], district_copy_complete=said["district_copy_complete"])


def _end(noted: Noted) -> None:
    noted.opening().end_confirmed = noted.content["confirmed"]


ROWS: dict[str, Callable[[Noted], None]] = {
    "opening": _opening, "not_recorded": _not_recorded, "preflight": _preflight, "started": _started, "objection": _objection,
    "closing": _closing, "end": _end,
}  # fmt: skip
