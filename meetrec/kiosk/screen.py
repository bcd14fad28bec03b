"""What the room's screen shows just now, as plain data in the reader's language; pages and the polled status are made of the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask_babel import format_datetime, format_time
from flask_babel import gettext as _

from meetrec.capture.room_contents import SPOKEN_OPENING
from meetrec.kiosk import questions, sentences
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.forms import TypedBefore
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading
from meetrec.kiosk.reserve import reserve_words
from meetrec.kiosk.room import Delivery, Room
from meetrec.kiosk.room_news import ArmedMeeting
from meetrec.kiosk.wording import (
    alarm_words,
    elapsed_words,
    hearing_words,
    kind_words,
    line_words,
    log_waits,
    other_as_shown,
    preflight_of,
    row_of,
    space_words,
    state_words,
    time_words,
    voice_words,
)

SHORT_HOURS = 4.0  # from here on the recorder's page says how much room is left


@dataclass
class RunningMarks:
    """What the chair did in the running program that the recorder's page shows."""

    is_off_the_record: bool = False


@dataclass(frozen=True)
class Screen:
    """The room and its talk with the server, as the pages ask for them."""

    room: Room
    news: NewsPoll
    typed: TypedBefore = field(default_factory=TypedBefore)
    marks: RunningMarks = field(default_factory=RunningMarks)

    def status(self, now: datetime, meeting: str | None = None) -> dict[str, Any]:
        """Everything a page keeps up to date once a second; `meeting` is the recording whose microphones are being checked."""
        reading, opening = self.room.look(), self.room.opening_of(meeting) if meeting else None
        on_line = opening is None or opening.has_people_on_line  # while nothing is said of it, the line is waited for like any microphone
        of_meeting = {"line": line_words(reading, opening), "reserve": self.reserve_words(reading.recording or meeting)}
        return {
            "state": reading.state,
            "is_deaf": reading.is_deaf,
            "recording": reading.recording,
            "after": None if self.room.is_stopping else self.after(self.room.last_stopped),
            "version": "" if reading.is_running else self.version(now, reading),  # no list is shown then, and reading the outbox is work
            "texts": {**self._texts(now, reading, has_people_on_line=on_line), **of_meeting},
            "is_connected": self.is_connected,
            "is_opening_spoken": self.room.is_opening_spoken(reading.recording),
            "preflight": preflight_of(reading, has_people_on_line=on_line),
            "microphones": {shown["id"]: shown for shown in self.microphones(reading)},
            "faults": self.faults(),
            **self.levels(reading),
        }

    def _texts(self, now: datetime, reading: RecorderReading, *, has_people_on_line: bool) -> dict[str, str]:
        hours = space_words(reading.hours_left)
        return {
            "clock": format_time(now, "short"),
            "server": self.server_words(),
            "hearing": hearing_words(reading, has_people_on_line=has_people_on_line),
            "state": state_words(reading, is_off_the_record=self.marks.is_off_the_record),
            "space": hours,
            "short_space": hours if reading.hours_left is not None and reading.hours_left < SHORT_HOURS else "",
        }

    def after(self, stopped: str | None) -> str:
        """Where the screen goes when a recording has ended: to the closing questions while they are open, else to what is saved."""
        if stopped is None:
            return "/"
        return f"/recordings/{stopped}/{'closing' if self.room.closing_due() == stopped else 'saved'}"

    def pause(self, *, off_the_record: bool) -> None:
        """Hold on, and remember why; a second press changes nothing."""
        was_paused = self.room.look().state == "paused"
        self.room.pause(off_the_record)
        if not was_paused:
            self.marks.is_off_the_record = off_the_record

    def bookmark_spoken_opening(self) -> None:
        """The opening was read aloud: its place in the recording is marked, and the prompt goes."""
        self.room.add_bookmark(SPOKEN_OPENING)

    def levels(self, reading: RecorderReading | None = None) -> dict[str, Any]:
        """What moves several times a second."""
        reading = reading or self.room.look()
        total = reading.elapsed + self.room.recorded_before(reading.recording)
        return {
            "elapsed": elapsed_words(reading.elapsed),
            "total": elapsed_words(total),
            "levels": {microphone.id: microphone.percent for microphone in reading.microphones},
        }

    def elapsed(self) -> str:
        """Recorded time of the running part."""
        return elapsed_words(self.room.look().elapsed)

    def recorder(self, reading: RecorderReading) -> dict[str, Any]:
        """What the recorder's page shows that does not change while it is open."""
        news = self.room.cache.news
        meeting = news.find(reading.recording) if news and reading.recording else None
        opening = self.room.opening_of(reading.recording) if reading.recording else None
        spoken = questions.SPOKEN_OPENING if opening is None or opening.parent_is_recording else questions.SPOKEN_OPENING_DISTRICT_ALONE
        return {
            "meeting": meeting,
            "part": self.room.part_of(reading.recording),
            "may_object": meeting is not None and meeting.objection_stops,
            "is_opening_spoken": self.room.is_opening_spoken(reading.recording) or self.room.asks_nothing(reading.recording or ""),
            "spoken_opening": spoken,
        }

    def microphones(self, reading: RecorderReading) -> list[dict[str, str]]:
        """Each microphone with its name and its state in words; `kind` is heard, quiet or trouble; `voice` is yes once it heard one."""
        return [self._microphone(one, reading) for one in reading.microphones]

    def _microphone(self, one: MicrophoneReading, reading: RecorderReading) -> dict[str, str]:
        words, kind, voice = self._words_of(one, reading), self._kind_of(one, reading), "yes" if one.heard_voice else "no"
        return {"id": one.id, "name": one.name, "words": words, "kind": kind, "voice": voice, "voice_words": voice_words(words, kind, one)}

    def _words_of(self, microphone: MicrophoneReading, reading: RecorderReading) -> str:
        return sentences.microphone_words(microphone, self.room.is_heard(microphone.id), is_paused=reading.state == "paused")

    def _kind_of(self, microphone: MicrophoneReading, reading: RecorderReading) -> str:
        if microphone.alarm_kinds or microphone.is_lost or microphone.is_mute or microphone.state == "disk_full":
            return "trouble"
        return "heard" if self.room.is_heard(microphone.id) and reading.state != "paused" else "quiet"

    def faults(self) -> list[dict[str, Any]]:
        """The faults that wait for a person's answer."""
        unanswered = self.room.faults.unanswered()
        shown = [
            {
                "number": fault.number,
                "kind": fault.kind,
                "name": alarm_words(fault.kind, fault.name),
                "sentence": sentences.fault_sentence(fault.kind, fault.name, fault.is_over, elapsed_words(fault.seconds)),
                "is_over": fault.is_over,
            }
            for fault in unanswered
        ]
        return [log_waits(), *shown] if self.room.log.is_held_up else shown

    @property
    def troubles(self) -> list[Trouble | None]:
        """Troubles with the server, of asking first."""
        return [self.news.trouble, self.room.courier.state.trouble]

    @property
    def is_connected(self) -> bool:
        """Whether nothing is wrong between here and the server."""
        return self.news.has_asked and not any(self.troubles)

    def reserve_words(self, recording: str | None) -> str:
        """That this is the reserve kiosk and how the main one stands; empty on a main kiosk."""
        return reserve_words(self.room.cache.news, recording, is_connected=self.is_connected)

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
        """Changes when the list of meetings shows something else, and only then: a list drawn anew moves under a finger."""
        news, moment = self.room.cache.news, self.room.cache.by_the_server(now)
        shown = (
            news and [list(map(row_of, listed)) for listed in (news.on_day_of(moment), news.others_on_day_of(moment), news.after_day_of(moment))],
            news and [(row_of(meeting), self.room.has_recorded(meeting.recording), self._is_declined(meeting)) for meeting in news.meetings],
            self.room.interrupted(now),
            self.room.closing_due(),
            [microphone.id for microphone in reading.microphones],
        )
        return sha256(repr(shown).encode()).hexdigest()[:16]

    def today(self, now: datetime) -> list[dict[str, Any]]:
        """Today's armed meetings as the list shows them."""
        return self._listed(self.room.cache.news.on_day_of(self.room.cache.by_the_server(now)), now) if self.room.cache.news else []

    def others(self, now: datetime) -> list[dict[str, str]]:
        """Today's meetings without a notice: a parent may still give one here."""
        news = self.room.cache.news
        return [other_as_shown(meeting) for meeting in news.others_on_day_of(self.room.cache.by_the_server(now))] if news else []

    def later(self, now: datetime) -> list[dict[str, Any]]:
        """The armed meetings of the next seven days."""
        return self._listed(self.room.cache.news.after_day_of(self.room.cache.by_the_server(now)), now) if self.room.cache.news else []

    def on_another_day(self, now: datetime) -> list[dict[str, Any]]:
        """The armed meetings of no day near: they can be recorded all the same, for the clock or the plan may be wrong."""
        return self._listed(self.room.cache.news.on_no_day_near(self.room.cache.by_the_server(now)), now) if self.room.cache.news else []

    def meeting(self, recording: str, now: datetime) -> dict[str, Any] | None:
        """A meeting that can be recorded; None when it is recorded already or not armed."""
        today = [{**shown, "is_today": True} for shown in self.today(now)]
        later = [{**shown, "is_today": False} for shown in self.later(now) + self.on_another_day(now)]
        return next((shown for shown in today + later if shown["recording"] == recording and not shown["is_recorded"]), None)

    def other(self, meeting: str, now: datetime) -> dict[str, str] | None:
        """A meeting without a notice."""
        return next((shown for shown in self.others(now) if shown["meeting"] == meeting), None)

    def _listed(self, meetings: Sequence[ArmedMeeting], now: datetime) -> list[dict[str, Any]]:
        """An interrupted recording stands above the list, with its own two buttons: not in the list as if nothing had been recorded."""
        interrupted = {one.recording for one in self.room.interrupted(now)}
        return [self._as_shown(meeting) for meeting in meetings if meeting.recording not in interrupted]

    def _as_shown(self, meeting: ArmedMeeting) -> dict[str, Any]:
        return {
            "recording": meeting.recording,
            "initials": meeting.initials,
            "kind": kind_words(meeting.kind),
            "time": time_words(meeting),
            "device": meeting.device,
            "day": format_datetime(meeting.start, _("EEEE, MMMM d")),
            "is_recorded": "yes" if self.room.delivery_of(meeting.recording) else "",
            "is_declined": self._is_declined(meeting),
        }

    def _is_declined(self, meeting: ArmedMeeting) -> bool:
        """Whether the chair chose not to record, by the newest answer here; where none was given here, by the main kiosk's (A-05)."""
        opening = self.room.opening_of(meeting.recording)
        return meeting.main == "declined" if opening is None else opening.declined_at is not None
