"""What desk and page say of the room: alarms that run there, room on the kiosk's disk, answers of the opening and the closing, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import format_time, gettext, ngettext

from meetrec.recordings.models import KioskCopy, Opening, Recording
from meetrec.recordings.rules import Stage

ALARMS_WHILE = (Stage.RECORDING, Stage.PAUSED)  # afterwards the signed room log tells of them


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


def alarm_name(kind: str) -> str:
    """What is wrong, by the alarm's kind."""
    return {
        "lost": _("the microphone was unplugged or failed"),
        "muted": _("the microphone is muted and gives nothing at all"),
        "too_quiet": _("the microphone is too quiet"),
        "clipping": _("the microphone is too loud and distorts"),
        "disk_filling": _("the kiosk’s disk is filling up"),
        "disk_full": _("the kiosk’s disk is full"),
        "interruption": _("the recording broke off and went on"),
    }.get(kind, _("something is wrong"))


def running_alarms(recording: Recording, stages: Mapping[str, Stage]) -> tuple[str, ...]:
    """A sentence for each alarm that is not over, or that nobody in the room has answered yet, the oldest first; kiosk by kiosk, `stages` by its id."""
    by_kiosk = sorted((one for one in recording.copies if stages[one.kiosk_id] in ALARMS_WHILE), key=lambda one: one.kiosk.is_reserve)
    return tuple(
        of_kiosk(True, _alarm(told)) if one.kiosk.is_reserve else _alarm(told)
        for one in by_kiosk
        for told in one.kiosk_alarms or ()
        if not (told["over"] and told["answered"])
    )


def is_disk_full(copy: KioskCopy | None) -> bool:
    """Whether the kiosk tells that it cannot write just now, although its recording is open."""
    return copy is not None and any(told["kind"] == "disk_full" and not told["over"] for told in copy.kiosk_alarms or ())


def nothing_written() -> str:
    """In the place of “The room is recording.” while the kiosk cannot write."""
    return _("Nothing is being recorded in the room: the kiosk’s disk is full. What was recorded before is kept.")


def of_kiosk(is_reserve: bool, sentence: str) -> str:
    """A sentence about one of a room's two kiosks, which one being said in front."""
    return f"{_('Reserve recorder') if is_reserve else _('Main kiosk')}: {sentence}"


def reserve_alone(recording: Recording) -> str:
    """That what stands there is the reserve's, since the main kiosk's is not (G5.a)."""
    if recording.led_by is None:
        return _("The main kiosk has not recorded; only the reserve recorder has.")
    return _("The listening copy and the transcript come from the reserve recorder, in place of the main kiosk.")


def room_on_the_disk(recording: Recording, stage: Stage) -> str | None:
    """How long the kiosk can go on recording; None while it does not record or has not said."""
    shown = recording.main_copy
    if stage not in ALARMS_WHILE or shown is None or shown.kiosk_hours_left is None:
        return None
    hours = int(shown.kiosk_hours_left)
    if hours < 1:
        return _("The kiosk’s disk holds less than one more hour.")
    return str(ngettext("The kiosk’s disk holds about %(num)s more hour.", "The kiosk’s disk holds about %(num)s more hours.", hours))


def remarks(opening: Opening | None) -> tuple[str, ...]:
    """What the coordinator should know of opening and closing: each a sentence, none where all went as planned (G6)."""
    if opening is None:
        return ()
    return tuple(str(sentence) for sentence in (*_at_the_opening(opening), *_at_the_end(opening)) if sentence)


def answer_of(parent_records: str | None) -> str:
    """What the parent answered when asked whether they record (G6.a)."""
    return {
        "yes": _("The parent records."),
        "no": _("The parent does not record."),
        "declined": _("The parent did not say whether they record."),
    }.get(parent_records or "", _("The parent was not asked yet."))


def plain_sight(answer: str) -> str:
    """What the chair said at the end of the parent's device (G6.c)."""
    return {
        "yes": _("The parent’s device stayed in plain sight."),
        "no": _("The parent’s device did not stay in plain sight."),
    }.get(answer, _("It is not known whether the parent’s device stayed in plain sight."))


def person_of(role: str) -> str:
    """Who objected, or gave notice."""
    return {"legal_guardian": _("the legal guardian"), "eligible_student": _("the student")}.get(role, _("the parent"))


def role_present(role: str) -> str:
    """A duty at the table; the room log knows duties and no names (W-01)."""
    return {
        "parent": _("parent"), "legal_guardian": _("legal guardian"), "student": _("student"), "chair": _("chair"),
        "district_representative": _("district representative"), "case_manager": _("case manager"),
        "general_education_teacher": _("general education teacher"), "special_education_teacher": _("special education teacher"),
        "psychologist": _("psychologist"), "speech_pathologist": _("speech pathologist"), "related_services": _("related services"),
        "counselor": _("counselor"), "nurse": _("nurse"), "interpreter": _("interpreter"), "advocate": _("advocate"),
        "attorney_for_the_parent": _("attorney for the parent"), "attorney_for_the_district": _("attorney for the district"),
    }.get(role, _("other"))  # fmt: skip


def _alarm(alarm: dict[str, Any]) -> str:
    what, when = alarm_name(alarm["kind"]), format_time(datetime.fromisoformat(alarm["since"]), "short")
    told = _("%(seat)s: %(what)s, since %(when)s.", seat=alarm["seat"] or alarm["microphone"] or _("Kiosk"), what=what, when=when)
    if alarm["over"]:
        return told + " " + _("It is over, and nobody in the room has answered yet.")
    return told + " " + (_("Somebody in the room has seen it.") if alarm["answered"] else _("Nobody in the room has answered yet."))


def _at_the_opening(opening: Opening) -> Sequence[str | None]:
    """G6.b: a mismatch is shown, not blocked."""
    records = opening.parent_records
    return (
        answer_of(records) if records in ("no", "declined") else None,
        _not_recorded(records) if opening.not_recorded_at else None,
        _not_heard(len(opening.not_heard or ())),
        _("The parent’s device is not the one of the notice.") if records == "yes" and opening.device_as_in_notice is False else None,
        _("The parent’s device did not lie in plain sight at the opening.") if records == "yes" and opening.in_plain_sight is False else None,
        _objection(opening) if opening.objection_at and opening.objection_by else None,
    )


def _not_recorded(parent_records: str | None) -> str:
    """The chair's choice, with no word put into the mouth of a parent who did not say (G6.a)."""
    if parent_records == "declined":
        return _("In the room the chair chose not to record, since the parent did not say that they do.")
    return _("In the room the chair chose not to record, since the parent does not.")


def _not_heard(microphones: int) -> str | None:
    """That it was begun all the same; why stands in the stored log."""
    if not microphones:
        return None
    return str(
        ngettext("It was begun although %(num)s microphone had heard no voice.", "It was begun although %(num)s microphones had heard no voice.", microphones)
    )


def _at_the_end(opening: Opening) -> Sequence[str | None]:
    return (
        plain_sight("no") if opening.closing_in_plain_sight == "no" else None,
        _("The chair says that the district’s copy is not complete.") if opening.district_copy_complete is False else None,
        _("Nobody confirmed the closing in the room.") if opening.end_confirmed is False else None,
    )


def _objection(opening: Opening) -> str:
    assert opening.objection_at is not None
    when = format_time(opening.objection_at, "short")
    return _("At %(when)s %(person)s objected to the recording.", when=when, person=person_of(opening.objection_by or ""))
