"""What the chair tells at the opening and the closing of a meeting, and what of it the kiosk remembers (G6).

The free text of it is sealed into the room's log at once; what is remembered to draw the screen has none.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from meetrec.capture.room_contents import IN_PLAIN_SIGHT, LANGUAGES, LONGEST_DEVICE, LONGEST_NAME, LONGEST_TEXT, PARENT_RECORDS, PRESENT_ROLES, RECORDER_ROLES
from meetrec.kiosk import sentences
from meetrec.kiosk.errors import ActionRefused


@dataclass(frozen=True)
class OnTheSpotStatement:
    """A parent's notice given in the room (G1, G4): `recorder_role` is one of RECORDER_ROLES, `language` that of the screen; `reason` is optional (G2)."""

    recorder_name: str
    recorder_role: str
    device: str
    language: str
    reason: str | None = None

    def content(self, meeting: str, stated_at: str) -> dict[str, Any]:
        """The content of the log's `notice`. Raises ActionRefused with what is missing or too long."""
        _require_text(self.recorder_name, LONGEST_NAME, sentences.NO_RECORDER_NAME)
        if self.recorder_role not in RECORDER_ROLES or self.language not in LANGUAGES:
            raise ActionRefused(sentences.NO_RECORDER_ROLE)
        _require_fits(self.device, LONGEST_DEVICE)
        _require_fits(self.reason or "", LONGEST_TEXT)
        reason = (self.reason or "").strip() or None
        return {**_stripped(self), "reason": reason, "meeting": meeting, "stated_at": stated_at}


@dataclass(frozen=True)
class Present:
    """How many of one duty are at the table or on the line: `role` is one of PRESENT_ROLES, `where` "table" or "line"."""

    role: str
    where: str
    count: int


@dataclass(frozen=True)
class Opening:
    """The chair's checklist. `parent_records` is "yes", "no" or "declined"; None means that it was not asked (no device, nothing to see)."""

    parent_records: str
    asked_by: str
    device: str = ""
    device_as_in_notice: bool | None = None
    in_plain_sight: bool | None = None
    present: tuple[Present, ...] = ()
    everyone_told: bool = False

    def content(self) -> dict[str, Any]:
        """The content of the log's `opening`.

        Raises ActionRefused for what was not asked. A parent who does not record has no device to name; who is present may be told later.
        """
        if self.parent_records not in PARENT_RECORDS:
            raise ActionRefused(sentences.PARENT_NOT_ASKED)
        _require_text(self.asked_by, LONGEST_NAME, sentences.NOBODY_ASKED)
        _require_fits(self.device, LONGEST_DEVICE)
        if any(one.role not in PRESENT_ROLES for one in self.present):
            raise ActionRefused(sentences.NOBODY_PRESENT)
        return {**_stripped(self), "present": [asdict(one) for one in self.present]}

    def state(self, noted_at: datetime) -> "OpeningState":
        """What is remembered of it."""
        return OpeningState(
            noted_at, self.parent_records, self.device.strip() != "", self.device_as_in_notice, self.in_plain_sight, self.present, self.everyone_told
        )


@dataclass(frozen=True)
class OpeningState:
    """What the kiosk remembers of an opening, without any free text: enough to draw the screen after a restart, and to know what is missing.

    `declined_at` is when the chair chose not to record, because the parent does not; `is_spoken` once the opening was read aloud.
    """

    noted_at: datetime
    parent_records: str
    has_device: bool
    device_as_in_notice: bool | None
    in_plain_sight: bool | None
    present: tuple[Present, ...]
    everyone_told: bool
    declined_at: datetime | None = None
    is_spoken: bool = False

    @property
    def missing(self) -> object | None:
        """The sentence for the first thing that is still to be done before the recording may start (G6); None when the opening is complete."""
        if self.parent_records == "yes" and not self.has_device:
            return sentences.NO_DEVICE  # G6.b
        if self.parent_records == "yes" and self.in_plain_sight is None:
            return sentences.DEVICE_NOT_LOOKED_FOR  # G6.c; not being in plain sight is noted, never a reason to refuse
        if not self.present:
            return sentences.NOBODY_PRESENT
        return None if self.everyone_told else sentences.NOT_EVERYONE_TOLD

    @property
    def is_complete(self) -> bool:
        """Whether the recording may start."""
        return self.missing is None

    @property
    def has_people_on_line(self) -> bool:
        """Whether somebody takes part by the conference line."""
        return any(one.where == "line" for one in self.present)

    @property
    def parent_is_recording(self) -> bool:
        """Whether the parent said yes; else the district's copy is made only because the parent wants it (A-05)."""
        return self.parent_records == "yes"

    def as_json(self) -> dict[str, Any]:
        """As it is kept on the kiosk's disk."""
        moments = {"noted_at": self.noted_at.isoformat(), "declined_at": self.declined_at.isoformat() if self.declined_at else None}
        return {**asdict(self), **moments}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "OpeningState":
        """Back from the disk. Raises KeyError, TypeError or ValueError when it does not read."""
        present = tuple(Present(str(one["role"]), str(one["where"]), int(one["count"])) for one in fields["present"])
        moments = {name: datetime.fromisoformat(fields[name]) if fields[name] else None for name in ("noted_at", "declined_at")}
        return cls(**{**fields, **moments, "present": present})


@dataclass(frozen=True)
class Closing:
    """The chair's word at the end: whether the parent's device stayed in plain sight ("yes", "no", "unknown"), and whether the copy is whole (G6.c)."""

    in_plain_sight: str
    notes: str = ""
    district_copy_complete: bool = True

    def content(self) -> dict[str, Any]:
        """The content of the log's `closing`. Raises ActionRefused for what was not answered or is too long."""
        if self.in_plain_sight not in IN_PLAIN_SIGHT:
            raise ActionRefused(sentences.PLAIN_SIGHT_NOT_ANSWERED)
        _require_fits(self.notes, LONGEST_TEXT)
        return _stripped(self)


def written_text(text: str, longest: int) -> str:
    """The text of a note or a bookmark's label without what surrounds it. Raises ActionRefused when there is none or it is too long."""
    _require_text(text, longest, sentences.NOTHING_WRITTEN)
    return text.strip()


def _require_text(text: str, longest: int, sentence: object) -> None:
    if not text.strip():
        raise ActionRefused(sentence)
    _require_fits(text, longest)


def _require_fits(text: str, longest: int) -> None:
    if len(text.strip()) > longest:
        raise ActionRefused(sentences.too_long(longest))


def _stripped(told: OnTheSpotStatement | Opening | Closing) -> dict[str, Any]:
    """The fields of a dataclass, texts without surrounding blanks."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in asdict(told).items()}
