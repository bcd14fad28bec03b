"""What is typed and tapped before, during and after a recording: each missing answer has its sentence, and nothing is lost by a language switch."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from meetrec.capture.room_contents import IN_PLAIN_SIGHT, PARENT_RECORDS, PLACES, PRESENT_ROLES
from meetrec.kiosk import questions, ready_words, sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.opening import Closing, OnTheSpotStatement, Opening, Present
from meetrec.platform import clock

Typed = Mapping[str, str]
MOST_OF_ONE_DUTY = 40  # people; more is a slip of the finger, and not corrected without a word


@dataclass(frozen=True)
class Asked:
    """The first step of the opening (G6.a–c): what the parent answered, and who asked."""

    parent_records: str
    asked_by: str
    device: str
    device_as_in_notice: bool | None
    in_plain_sight: bool | None


def asked_from(typed: Typed, device_in_notice: str) -> Asked:
    """Read the first step. A device other than the notice's is noted and never refused (G6.b). Raises ActionRefused naming what is missing."""
    answer = _one_of(typed, "parent_records", PARENT_RECORDS, sentences.PARENT_NOT_ASKED)
    asked_by = _who_asked(typed)
    if answer != "yes":
        return Asked(answer, asked_by, "", None, None)
    device = _device(typed, device_in_notice)
    in_sight = _one_of(typed, "in_plain_sight", ("yes", "no"), sentences.DEVICE_NOT_LOOKED_FOR) == "yes"
    return Asked(answer, asked_by, device, _is_same(device, device_in_notice), in_sight)


def _who_asked(typed: Typed) -> str:
    """Whoever is named; the words that the form offered are kept in the record's language and not in the screen's."""
    asked_by = _line(typed, "asked_by")
    if not asked_by:
        raise ActionRefused(sentences.NOBODY_ASKED)
    return ready_words.as_kept(ready_words.WHO_LEADS) if asked_by == typed.get("asked_by_offered") else asked_by


def _device(typed: Typed, device_in_notice: str) -> str:
    chosen = typed.get("device", "")
    known = {"notice": device_in_notice, "other": _line(typed, "other_device"), **{name: str(words) for name, words in questions.DEVICES.items()}}
    if not known.get(chosen):
        raise ActionRefused(sentences.NO_DEVICE)
    return known[chosen]


def _is_same(device: str, device_in_notice: str) -> bool | None:
    """None where the notice named no device: there is nothing to differ from."""
    return device.casefold() == device_in_notice.casefold() if device_in_notice else None


def opening_from(asked: Asked, typed: Typed) -> Opening:
    """Read the second step, and put both together. Raises ActionRefused for a count that cannot be, when nobody is here or not everyone has been told."""
    present = tuple(Present(role, where, count) for role in PRESENT_ROLES for where in PLACES if (count := _count(typed, where, role)))
    opening = _opening(asked, present, everyone_told=typed.get("everyone_told") == "yes")
    missing = opening.state(clock.now()).missing
    if missing is not None:
        raise ActionRefused(missing)
    return opening


def opening_without_recording(asked: Asked) -> Opening:
    """The opening of a meeting that is not recorded: nobody needs to be told of a recording."""
    return _opening(asked, (), everyone_told=False)


def _opening(asked: Asked, present: tuple[Present, ...], *, everyone_told: bool) -> Opening:
    return Opening(asked.parent_records, asked.asked_by, asked.device, asked.device_as_in_notice, asked.in_plain_sight, present, everyone_told)


def statement_from(typed: Typed, language: str) -> OnTheSpotStatement:
    """A notice given at this screen; the room refuses one without a name or a role (G4). Device and reason are optional and change nothing (G2)."""
    name, role, device, reason = (_line(typed, name) for name in ("recorder_name", "recorder_role", "device", "reason"))
    return OnTheSpotStatement(name, role, device, language, reason or None)


def closing_from(typed: Typed) -> Closing:
    """The chair's confirmation at the end (G6.c). Raises ActionRefused naming the question without an answer."""
    in_sight = _one_of(typed, "in_plain_sight", IN_PLAIN_SIGHT, sentences.PLAIN_SIGHT_NOT_ANSWERED)
    is_whole = _one_of(typed, "district_copy_complete", ("yes", "no"), questions.COPY_NOT_ANSWERED) == "yes"
    return Closing(in_sight, _line(typed, "notes"), is_whole)


def note_from(typed: Typed) -> str:
    """A note of the chair: one of the ready-made ones, or their own words."""
    ready = ready_words.QUICK_NOTES.get(typed.get("ready", ""))
    return ready_words.as_kept(ready) if ready else typed.get("text", "")


def reason_from(typed: Typed) -> str | None:
    """Why the recording starts though a microphone heard nobody: a ready-made reason or another; None without one."""
    ready = ready_words.REASONS.get(typed.get("reason", ""))
    return ready_words.as_kept(ready) if ready else typed.get("reason") or None


def _one_of(typed: Typed, name: str, answers: tuple[str, ...], sentence: object) -> str:
    if typed.get(name) not in answers:
        raise ActionRefused(sentence)
    return typed[name]


def _line(typed: Typed, name: str) -> str:
    """One line of text, without control characters; whoever takes it in refuses what is too long."""
    return " ".join("".join(character if character.isprintable() else " " for character in typed.get(name, "")).split())


def _count(typed: Typed, where: str, role: str) -> int:
    """How many of one duty; an empty field counts nobody. Raises ActionRefused for what is no number of people at one meeting."""
    text = typed.get(f"{where}-{role}", "").strip() or "0"
    count = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
    if count is None or count > MOST_OF_ONE_DUTY:
        raise ActionRefused(sentences.not_a_count(str(questions.ROLES[role]), where, MOST_OF_ONE_DUTY))
    return count


class TypedBefore:
    """What was typed and not yet sent, by the page it was typed on; in memory only, and gone when the list of meetings is shown."""

    def __init__(self) -> None:
        self._by_page: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def keep(self, page: str, typed: Typed) -> None:
        """Remember what stands in a page's form."""
        with self._lock:
            self._by_page[page] = {name: value for name, value in typed.items() if name != "form_token"}

    def on(self, page: str) -> dict[str, str]:
        """What stood there; empty when nothing did."""
        with self._lock:
            return dict(self._by_page.get(page, {}))

    def forget(self, page: str | None = None) -> None:
        """Let go of one page's text, or of all."""
        with self._lock:
            if page is None:
                self._by_page.clear()
            else:
                self._by_page.pop(page, None)
