"""The room on a recording's page: opening, who was there, pre-flight, what was noted when, and the closing, out of the stored room log (G6, G7)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from meetrec.kiosk.ready_words import as_read
from meetrec.recordings.room_sentences import alarm_name, person_of, role_present

Entry = Mapping[str, Any]


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


@dataclass(frozen=True)
class Moment:
    """Something noted in the room: seconds in the recording (None before it began), when by the server's clock, what it is, and the words written."""

    place: float | None
    at: datetime
    what: str
    text: str | None


@dataclass(frozen=True)
class Present:
    """How many of one duty were there, at the table or on the line."""

    role: str
    is_on_the_line: bool
    count: int


@dataclass(frozen=True)
class RoomPage:
    """What the page shows of the room. `opening`, `preflight` and `closing` are the contents of the newest entries of these kinds, None without one."""

    opening: Entry | None
    asked_at: datetime | None
    present: tuple[Present, ...]
    preflight: Entry | None
    moments: tuple[Moment, ...]
    closing: Entry | None
    closed_at: datetime | None
    is_confirmed: bool


def room_page(log: bytes) -> RoomPage:
    """The page's part out of the stored log (JSON of joined_room_log)."""
    entries: Sequence[Entry] = json.loads(log)["entries"]
    newest = {entry["kind"]: entry for entry in entries}  # an answer that was changed replaces the earlier one
    opening, closing = newest.get("opening"), newest.get("closing")
    present = tuple(Present(role_present(one["role"]), one["where"] == "line", one["count"]) for one in opening["content"]["present"]) if opening else ()
    return RoomPage(
        _as_read(_content(opening), "asked_by"), _moment(opening), present, _as_read(_content(newest.get("preflight")), "reason"),
        tuple(_noted(entry) for entry in entries if entry["kind"] in NOTED),
        _content(closing), _moment(closing), bool((_content(newest.get("end")) or {}).get("confirmed")),
    )  # fmt: skip


def _content(entry: Entry | None) -> Entry | None:
    return entry["content"] if entry else None


def _as_read(content: Entry | None, field: str) -> Entry | None:
    """With the field's ready-made words, chosen by a tap in the room, in the reader's language."""
    return {**content, field: as_read(content[field])} if content and content.get(field) else content


def _moment(entry: Entry | None) -> datetime | None:
    return datetime.fromisoformat(entry["moment"]) if entry else None


def _noted(entry: Entry) -> Moment:
    content = _as_read(entry["content"], "text") or {}
    what = NOTED[entry["kind"]](content)
    return Moment(entry["place"], datetime.fromisoformat(entry["moment"]), what, content.get("text"))


def _bookmark(content: Entry) -> str:
    label = _("spoken opening") if content["label"] == "spoken_opening" else content["label"]
    return _("Bookmark: %(label)s", label=label)


def _started(content: Entry) -> str:
    if content.get("after_interruption"):
        return _("Went on by itself after the recording had broken off")
    return _("Started; the parent wants the district’s copy all the same") if content.get("parent_wants_copy") else _("Started")


def _alarm(sentence: str, content: Entry) -> str:
    where = content["seat"] or content["microphone"] or _("Kiosk")
    return f"{sentence}: {where}, {alarm_name(content['alarm'])}"


NOTED: dict[str, Callable[[Entry], str]] = {
    "notice": lambda content: _("Notice given in the room by %(person)s", person=person_of(content["recorder_role"])),
    "started": _started,
    "not_recorded": lambda _content: _("The chair chose not to record"),
    "paused": lambda _content: _("Paused"),
    "off_the_record": lambda _content: _("Off the record"),
    "resumed": lambda _content: _("Went on"),
    "bookmark": _bookmark,
    "note": lambda _content: _("Note of the chair"),
    "alarm": lambda content: _alarm(_("Alarm"), content),
    "alarm_over": lambda content: _alarm(_("Alarm over"), content),
    "alarm_answered": lambda content: _alarm(_("Alarm answered"), content),
    "left_out": lambda content: _("So many entries of the kiosk could not be kept here: %(entries)s", entries=content["entries"]),
    "objection": lambda content: _("Objection to the recording by %(person)s", person=person_of(content["by"])),
    "stopped": lambda _content: _("Stopped"),
    "damaged": lambda _content: _("What was noted here was lost"),
}
