"""The other kiosks' copies on a recording's page: to be listened to by themselves, and whether they have sound where the leading one has none (G5.b)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal

from meetrec.custody.models import ObjectRole, Record, StoredObject
from meetrec.custody.queries import further_copies, objects_of
from meetrec.custody.vault import Vault
from meetrec.recordings.gaps import GapRow, rows_of
from meetrec.recordings.room_page import RoomPage, room_page
from meetrec.recordings.sentences import _


@dataclass(frozen=True)
class OtherCopy:
    """One copy beside the leading one: its microphones with their names, the one chosen, its own ledger, gaps and room log."""

    number: int
    is_reserve: bool
    sounds: Sequence[tuple[StoredObject, str]]
    chosen: StoredObject
    ledger: Mapping[str, Any]
    gaps: Sequence[GapRow]
    room: RoomPage | None

    @property
    def name(self) -> str:
        """Which of the room's kiosks made it."""
        return _("Reserve recorder") if self.is_reserve else _("Main kiosk")

    @property
    def distance(self) -> str:
        """How far its beginning lies from the leading one's, as far as the clocks tell."""
        seconds, uncertainty = self.ledger["beside"]["seconds"], self.ledger["beside"]["uncertainty"]
        if uncertainty is None:
            return _("How far the two recordings’ beginnings lie apart is not known: a kiosk’s clock was never compared with the server’s.")
        apart, wrong_by = format_decimal(abs(seconds), "0.#"), format_decimal(uncertainty, "0.#")
        if seconds < 0:
            return _(
                "It begins %(seconds)s s before the other, by the clocks of the two kiosks; that may be wrong by %(wrong)s s.", seconds=apart, wrong=wrong_by
            )
        return _("It begins %(seconds)s s after the other, by the clocks of the two kiosks; that may be wrong by %(wrong)s s.", seconds=apart, wrong=wrong_by)


def other_copies(record: Record, vault: Vault, wanted: str | None) -> list[OtherCopy]:
    """Every copy beside the leading one; `wanted` is the id of the object that is to be listened to."""
    return [_other_copy(record, vault, number, wanted) for number in further_copies(record)]


def _other_copy(record: Record, vault: Vault, number: int, wanted: str | None) -> OtherCopy:
    masters = objects_of(record, ObjectRole.MASTER, number)
    ledger = json.loads(vault.read(objects_of(record, ObjectRole.GAP_LEDGER, number)[0]))
    logs = objects_of(record, ObjectRole.ROOM_LOG, number)
    chosen = next((one for one in masters if one.id == wanted), masters[0])
    sounds = [(one, sound_name(one)) for one in masters]
    return OtherCopy(number, masters[0].is_reserve, sounds, chosen, ledger, rows_of(ledger), room_page(vault.read(logs[0])) if logs else None)


def sound_name(sound: StoredObject) -> str:
    """How a page calls one sound: its seat, and that the reserve recorded it, where it did."""
    name = sound.label or _("All microphones together")
    return _("Reserve: %(seat)s", seat=name) if sound.is_reserve else name


def who_has(gap: GapRow, copies: Sequence[OtherCopy]) -> list[str]:
    """A sentence for each other copy that has sound in a gap of the leading one: a fact, nothing is put in its place."""
    return [sentence for copy in copies if (sentence := _has(gap, copy))]


def _has(gap: GapRow, copy: OtherCopy) -> str | None:
    """Only as far as the two clocks allow to say so: the stretch is taken wider by what they may be wrong."""
    beside = copy.ledger["beside"]
    if beside["uncertainty"] is None or not gap.seconds:
        return None
    start, end = gap.start - beside["seconds"] - beside["uncertainty"], gap.end - beside["seconds"] + beside["uncertainty"]
    heard = max((_heard(copy.ledger, clock["microphone"], start, end) for clock in copy.ledger["clocks"]), default=0.0)
    if heard >= end - start:
        return _("The reserve recorder has this stretch.") if copy.is_reserve else _("The main kiosk has this stretch.")
    if heard > 2 * beside["uncertainty"]:
        return _("The reserve recorder has a part of this stretch.") if copy.is_reserve else _("The main kiosk has a part of this stretch.")
    return None


def _heard(ledger: Mapping[str, Any], microphone: str, start: float, end: float) -> float:
    """Seconds between two places in which the microphone has sound; its gaps do not overlap."""
    begin, stop = max(start, 0.0), min(end, ledger["duration"])
    silent = sum(max(0.0, min(gap["end"], stop) - max(gap["start"], begin)) for gap in ledger["gaps"] if gap["microphone"] == microphone)
    return max(0.0, stop - begin - silent)
