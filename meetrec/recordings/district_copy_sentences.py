"""What pages say of a missing district copy, of its answers, and of a copy made on another device, in the reader's language (G5.a)."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import format_date, format_time, gettext

from meetrec.recordings.district_copy_models import DistrictCopyAnswer, UploadedCopy
from meetrec.recordings.district_copy_rules import CopyReason, CopyStanding
from meetrec.recordings.gap_sentences import length_of
from meetrec.recordings.rules import Stage


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


def reason_words(reason: str) -> str:
    """A reason as the form offers it and as pages tell it."""
    return {
        CopyReason.DEVICE_FAILURE: _("The kiosk or a microphone failed"),
        CopyReason.NO_KIOSK: _("The room had no kiosk"),
        CopyReason.POWER: _("There was no power"),
        CopyReason.PARENT_WITHDREW: _("The parent withdrew the notice"),
        CopyReason.PARENT_DID_NOT_RECORD: _("The parent did not record"),
        CopyReason.OTHER: _("Another reason"),
        CopyReason.UPLOADED: _("A recording made on another device was uploaded"),
    }[CopyReason(reason)]


def why_expected(room_answers: Sequence[str | None]) -> str:
    """Why there must be a copy: what was said in the room, else the notice."""
    if "wanted" in room_answers and "yes" not in room_answers:
        return _("In the room the parent wanted the district’s copy, and it was begun, so the district must have it.")
    if "yes" in room_answers:
        return _("In the room the parent said that they record, so the district must have a copy of its own.")
    return _("The parent gave notice that they record, so the district must have a copy of its own.")


def standing_sentence(standing: CopyStanding, answers: Sequence[DistrictCopyAnswer]) -> str:
    """Where a meeting stands with its copy, in one sentence."""
    if standing is CopyStanding.MISSING and answers:
        return _("The district's copy is missing: the recording that was uploaded could not be used.")
    has_reason = any(one.reason != CopyReason.UPLOADED for one in answers[-1:])
    return {
        CopyStanding.MISSING: _("The meeting is over and the district's copy is missing."),
        CopyStanding.EXPLAINED: _("There is no district copy. The reason was given."),
        CopyStanding.HERE: _("The district's copy came after all.") if has_reason else _("The district has its copy."),
        CopyStanding.NOT_DUE: _("No district copy is missing."),
    }[standing]


def answer_sentence(answer: DistrictCopyAnswer) -> str:
    """What was answered, by whom and when."""
    what = reason_words(answer.reason) + (f": {answer.words}" if answer.words else "")
    return _("%(what)s. %(who)s, %(when)s", what=what.rstrip("."), who=answer.account.name, when=_moment(answer.answered_at))


def origin_sentence(upload: UploadedCopy) -> str:
    """The mark that stands wherever the copy does."""
    return _("Made on another device, uploaded by %(who)s on %(when)s.", who=upload.account.name, when=_moment(upload.uploaded_at))


def upload_stage(stage: Stage) -> str | None:
    """What a page says of an upload on its way into custody, where a kiosk's pieces would be spoken of; None for the other stages."""
    return {
        Stage.WAITING_TO_JOIN: _("The uploaded recording was listened to and waits to be stored."),
        Stage.JOINING: _("The uploaded recording is being stored."),
        Stage.JOINING_FAILED: _("The uploaded recording could not be stored yet. Nothing was lost."),
        Stage.BROKEN: _("The uploaded recording does not decode any more. Its bytes were kept; a person must look into it."),
    }.get(stage)


def half_copy(unheard: float, duration: float) -> str:
    """A stored copy with long gaps."""
    return _("The district's copy is not whole: %(gaps)s of %(whole)s have no sound.", gaps=length_of(unheard), whole=length_of(duration))


def part_missing() -> str:
    """One recording of the meeting is there, another never came whole."""
    return _("One part of the district's copy is missing: another recording of this meeting did not arrive or does not fit together.")


def _moment(at: datetime) -> str:
    return f"{format_date(at, 'medium')}, {format_time(at, 'short')}"
