"""What the room's screen shows just now, as plain data in the reader's language; pages and the polled status are made of the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask_babel import format_datetime, format_time
from flask_babel import gettext as _

from meetrec.kiosk import sentences
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.interruptions import Interrupted
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading
from meetrec.kiosk.room import Delivery, Room
from meetrec.kiosk.room_news import ArmedMeeting


@dataclass(frozen=True)
class Screen:
    """The room and its talk with the server, as the pages ask for them."""

    room: Room
    news: NewsPoll

    def status(self, now: datetime) -> dict[str, Any]:
        """Everything a page keeps up to date once a second."""
        reading = self.room.look()
        return {
            "state": reading.state,
            "recording": reading.recording,
            "after": f"/recordings/{self.room.last_stopped}/saved" if self.room.last_stopped else "/",
            "version": self.version(now, reading),
            "texts": {"clock": format_time(now, "short"), "server": self.server_words(), "hearing": self.hearing(reading)},
            "is_connected": self.is_connected,
            "microphones": {shown["id"]: shown for shown in self.microphones(reading)},
            "faults": self.faults(),
            **self.levels(reading),
        }

    def levels(self, reading: RecorderReading | None = None) -> dict[str, Any]:
        """What moves several times a second."""
        reading = reading or self.room.look()
        return {"elapsed": elapsed_words(reading.elapsed), "levels": {microphone.id: microphone.percent for microphone in reading.microphones}}

    def microphones(self, reading: RecorderReading) -> list[dict[str, str]]:
        """Each microphone with its name and its state in words; `kind` is heard, quiet or trouble."""
        return [{"id": one.id, "name": one.name, "words": self._words_of(one, reading), "kind": self._kind_of(one, reading)} for one in reading.microphones]

    def _words_of(self, microphone: MicrophoneReading, reading: RecorderReading) -> str:
        return sentences.microphone_words(microphone, self.room.is_heard(microphone.id), is_paused=reading.state == "paused")

    def _kind_of(self, microphone: MicrophoneReading, reading: RecorderReading) -> str:
        if microphone.is_lost or microphone.is_mute or microphone.state == "disk_full":
            return "trouble"
        return "heard" if self.room.is_heard(microphone.id) and reading.state != "paused" else "quiet"

    def hearing(self, reading: RecorderReading) -> str:
        """Whether the room can be heard, before the recording starts (peers #17)."""
        if not any(not microphone.is_lost for microphone in reading.microphones):
            return str(sentences.NO_MICROPHONE)
        if any(self.room.is_heard(microphone.id) for microphone in reading.microphones):
            return _("The microphones hear you.")
        return _("Say a few words: the bars should move.")

    def faults(self) -> list[dict[str, Any]]:
        """The faults that wait for a person's answer."""
        unanswered = self.room.faults.unanswered()
        log_waits = [{"number": 0, "sentence": str(sentences.LOG_WAITS)}] if self.room.log.is_held_up else []  # goes by itself, not by an answer
        return log_waits + [{"number": fault.number, "sentence": sentences.fault_sentence(fault.kind, fault.name, fault.is_over)} for fault in unanswered]

    @property
    def troubles(self) -> list[Trouble | None]:
        """Troubles with the server, of asking first."""
        return [self.news.trouble, self.room.courier.state.trouble]

    @property
    def is_connected(self) -> bool:
        """Whether nothing is wrong between here and the server."""
        return self.news.has_asked and not any(self.troubles)

    def server_words(self) -> str:
        """How the connection stands, in words."""
        return sentences.server_sentence(self.news.has_asked, self.troubles)

    def delivery_words(self, delivery: Delivery) -> str:
        """How far a saved recording has come, and what is kept where."""
        if delivery.is_complete:
            return _("Delivered. The district’s copy is safe on the server.")
        words = _("Saved. %(delivered)s of %(pieces)s pieces delivered.", delivered=delivery.delivered, pieces=delivery.pieces)
        if not any(self.troubles):
            return words
        return f"{words} {_('The others are kept on this machine, sealed.')} {self.server_words()}"

    def version(self, now: datetime, reading: RecorderReading) -> str:
        """Changes when the list of meetings must be drawn anew."""
        shown = (self.today(now), self.later(now), self.room.interrupted(now), [microphone.id for microphone in reading.microphones])
        return sha256(repr(shown).encode()).hexdigest()[:16]

    def today(self, now: datetime) -> list[dict[str, str]]:
        """Today's armed meetings as the list shows them."""
        return self._listed(self.room.cache.news.on_day_of(now), now) if self.room.cache.news else []

    def later(self, now: datetime) -> list[dict[str, str]]:
        """Those of the next seven days."""
        return self._listed(self.room.cache.news.after_day_of(now), now) if self.room.cache.news else []

    def _listed(self, meetings: Sequence[ArmedMeeting], now: datetime) -> list[dict[str, str]]:
        """An interrupted recording stands above the list, with its own two buttons: not in the list as if nothing had been recorded."""
        interrupted = {one.recording for one in self.room.interrupted(now)}
        return [self._as_shown(meeting) for meeting in meetings if meeting.recording not in interrupted]

    def _as_shown(self, meeting: ArmedMeeting) -> dict[str, str]:
        return {
            "recording": meeting.recording,
            "initials": meeting.initials,
            "kind": kind_words(meeting.kind),
            "time": f"{format_time(meeting.start, 'short')} – {format_time(meeting.planned_end, 'short')}",
            "day": format_datetime(meeting.start, _("EEEE, MMMM d")),
            "is_recorded": "yes" if self.room.delivery_of(meeting.recording) else "",
        }


def kind_words(kind: str) -> str:
    """The kind of a meeting in words; one this version does not know is shown as it came."""
    return str(sentences.KINDS.get(kind, kind))


def elapsed_words(seconds: float) -> str:
    """Recorded time as h:mm:ss."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def interrupted_words(one: Interrupted) -> str:
    """What was interrupted, and when; and whether something of it does not read."""
    at = format_datetime(one.interrupted_at, "short")
    if one.meeting is None:
        words = _("A recording was interrupted at %(at)s. What was recorded is kept.", at=at)
    else:
        words = _("The recording of %(initials)s was interrupted at %(at)s. What was recorded is kept.", initials=one.meeting.initials, at=at)
    return f"{words} {sentences.DAMAGED}" if one.is_damaged else words
