"""What the room's screen says of meetings, microphones, room on the disk and alarms, made of readings; the fixed sentences stand in sentences.py."""

from datetime import datetime
from typing import Any

from flask_babel import format_datetime, format_time, ngettext
from flask_babel import gettext as _

from meetrec.kiosk import questions, sentences
from meetrec.kiosk.interruptions import Interrupted
from meetrec.kiosk.opening import OpeningState
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading
from meetrec.kiosk.room_news import ArmedMeeting, OtherMeeting


def log_waits() -> dict[str, Any]:
    """Notes that cannot be written just now: it goes by itself, not by an answer."""
    return {"number": 0, "kind": "log_waits", "name": alarm_words("log_waits", ""), "sentence": str(sentences.LOG_WAITS), "is_over": False}


def other_as_shown(meeting: OtherMeeting) -> dict[str, str]:
    return {"meeting": meeting.meeting, "initials": meeting.initials, "kind": kind_words(meeting.kind), "time": time_words(meeting)}


def row_of(meeting: ArmedMeeting | OtherMeeting) -> tuple[object, ...]:
    """What of a meeting the list shows or leads to."""
    key = meeting.recording if isinstance(meeting, ArmedMeeting) else meeting.meeting
    return key, meeting.initials, meeting.kind, meeting.start, meeting.planned_end


def time_words(meeting: ArmedMeeting | OtherMeeting) -> str:
    """From when to when."""
    return f"{format_time(meeting.start, 'short')} – {format_time(meeting.planned_end, 'short')}"


def preflight_of(reading: RecorderReading, *, has_people_on_line: bool) -> str:
    """Whether Start may turn green (peers #17): "heard" when each microphone heard a voice, else "waiting"; "none" when there is none to hear with.

    A line that nobody is on, by the opening, is not waited for.
    """
    if all(microphone.is_lost for microphone in reading.microphones):
        return "none"
    awaited = [one for one in reading.microphones if one.must_be_heard(has_people_on_line=has_people_on_line)]
    return "heard" if all(one.heard_voice for one in awaited) else "waiting"


def hearing_words(reading: RecorderReading, *, has_people_on_line: bool) -> str:
    """How far the check of the microphones has come."""
    if (preflight := preflight_of(reading, has_people_on_line=has_people_on_line)) == "none":
        return str(sentences.NO_MICROPHONE)
    if preflight == "waiting":
        return _("A microphone is ticked as soon as it hears a voice.")
    if all(microphone.heard_voice for microphone in reading.microphones):
        return _("Every microphone heard a voice. You can start.")
    return _("You can start. Nobody is on the line.")


def line_words(reading: RecorderReading, opening: OpeningState | None) -> str:
    """That somebody was counted on the line in a room without a microphone on it; empty else, and while nobody was counted."""
    hears_line = any(microphone.is_silent_when_idle for microphone in reading.microphones)
    return "" if hears_line or opening is None or not opening.has_people_on_line else str(sentences.LINE_NOT_HEARD)


def voice_words(words: str, kind: str, one: MicrophoneReading) -> str:
    """What a microphone's row says before the start; trouble speaks first."""
    if kind == "trouble":
        return words
    if one.heard_voice:
        return _("Heard a voice")
    return _("Nobody has spoken yet") if one.is_silent_when_idle else _("Waiting for a voice")


def state_words(reading: RecorderReading, *, is_off_the_record: bool) -> str:
    """The large word of the recorder's page."""
    if reading.is_deaf:
        return _("Nothing is being recorded")
    if reading.state == "stopping":
        return _("Stopped: what was recorded is being kept safe")
    if reading.state != "paused" and reading.writing < len(reading.microphones):
        return _("Recording now: %(writing)s of %(all)s microphones", writing=reading.writing, all=len(reading.microphones))
    if reading.state != "paused":
        return _("Recording now")
    return _("Off the record: nothing is being recorded") if is_off_the_record else _("Paused: nothing is being recorded")


def space_words(hours: float | None) -> str:
    """For how long the disk still holds sound; nothing while that is not known."""
    if hours is None:
        return ""
    if hours < 1:
        return _("Room for %(minutes)s more minutes of recording on this machine.", minutes=int(hours * 60))
    return ngettext("Room for %(num)s more hour of recording on this machine.", "Room for %(num)s more hours of recording on this machine.", int(hours))


def alarm_words(kind: str, seat: str) -> str:
    """An alarm's own name, and where."""
    name = str(questions.ALARMS.get(kind, kind))
    return f"{name}: {seat}" if seat else name


def kind_words(kind: str) -> str:
    """The kind of a meeting in words; one this version does not know is shown as it came."""
    return str(sentences.KINDS.get(kind, kind))


def elapsed_words(seconds: float) -> str:
    """Recorded time as h:mm:ss."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def interrupted_words(one: Interrupted, now: datetime) -> str:
    """What was interrupted, and when; and whether something of it does not read."""
    at = moment_words(one.interrupted_at, now)
    if one.meeting is None:
        words = _("A recording was interrupted at %(at)s. What was recorded is kept.", at=at)
    else:
        words = _("The recording of %(initials)s was interrupted at %(at)s. What was recorded is kept.", initials=one.meeting.initials, at=at)
    return f"{words} {sentences.DAMAGED}" if one.is_damaged else words


def moment_words(moment: datetime, now: datetime) -> str:
    """A time; with its day when that is not today."""
    time, day = format_time(moment, "short"), _("EEEE, MMMM d")
    is_today = format_datetime(moment, "yyyy-MM-dd") == format_datetime(now, "yyyy-MM-dd")
    return time if is_today else f"{time}, {format_datetime(moment, day)}"
