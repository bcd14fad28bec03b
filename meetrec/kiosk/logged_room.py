"""What people say and do in the room besides the sound: notice, opening, notes, bookmarks, alarms, closing; each is an entry of the room's log."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from meetrec.capture import outbox
from meetrec.capture.errors import CaptureError
from meetrec.capture.room_contents import LONGEST_LABEL, LONGEST_NAME, LONGEST_TEXT, SPOKEN_OPENING
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import sentences
from meetrec.kiosk.alarm_memory import AlarmMemory
from meetrec.kiosk.api import StateReport
from meetrec.kiosk.courier import Courier
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.faults import AlarmChange, FaultBoard
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.opening import Closing, OnTheSpotStatement, Opening, OpeningState, written_text
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderPort, RecorderReading
from meetrec.kiosk.room_log import RoomLog
from meetrec.kiosk.room_memory import RoomMemory, is_of_now
from meetrec.platform import clock

REPORT_SECONDS = 60.0
CLOSING_SECONDS = 300.0  # how long the closing question waits for an answer
LEFT_OPEN = float("-inf")  # a log that an earlier program left without its end
FORGOTTEN_AFTER = timedelta(days=30)

log = structlog.get_logger()


class LoggedRoom:
    """The room as far as the log goes; `Room` adds what the recorder does. Safe for several threads."""

    def __init__(self, outbox_folder: Path, recorder: RecorderPort, cache: MeetingsCache, courier: Courier, signer: KioskSigner) -> None:
        self.cache = cache
        self.courier = courier
        self.faults = FaultBoard()
        self.log = RoomLog(outbox_folder, cache, signer)
        self._memory = RoomMemory(cache.folder)
        self._outbox = outbox_folder
        self._recorder = recorder
        courier.mend_log = self.mend_log
        self._acting = threading.Lock()
        self._spoken: set[str] = set()  # recordings whose opening was read aloud
        self._alarm_memory = AlarmMemory(cache.folder)
        self._told_of, remembered = self._alarm_memory.read()  # the recording begun last whose log says so: from then on its alarms go there
        self.faults.restore(remembered)
        self._watching = threading.RLock()  # a reading and what the board makes of it are one step, so that changes come in their order
        self._telling = threading.Lock()
        self._untold: deque[tuple[str, AlarmChange]] = deque()  # alarms, each with its recording
        self._state: tuple[str, datetime] | None = None  # what was reported last, and since when it is so
        self._reported_at = 0.0
        self._stopped_at = {recording: LEFT_OPEN for recording in self._logs_left_open()}

    def _logs_left_open(self) -> list[str]:
        """Logs that get their end now: no answer came before the program ended, or the meeting was opened long ago and never recorded."""
        return [name for name in outbox.recordings_in(self._outbox) if self._is_open(name) and (self._is_closed(name) or self._is_forgotten(name))]

    def _is_closed(self, recording: str) -> bool:
        return (self._outbox / recording / outbox.CLOSING).exists()

    def _is_forgotten(self, recording: str) -> bool:
        """Until then the meeting may have been put off, and its log goes on."""
        told_at = self.log.newest_at(recording)
        return not outbox.run_folders(self._outbox / recording) and told_at is not None and clock.now() - told_at > FORGOTTEN_AFTER

    def _is_open(self, recording: str) -> bool:
        try:
            return self.log.has_begun(recording) and not self.log.has_ended(recording)
        except (CaptureError, ActionRefused, OSError):
            log.warning("room_log.unreadable", recording=recording)
            return False

    def mend_log(self, recording: str) -> None:
        """For the courier: what the disk did not keep of a log is put back or replaced, so that it never keeps the sound here (G5.b)."""
        try:
            lost = self.log.mend(recording)
        except ActionRefused:  # this kiosk has never heard of its server, so nothing can be sealed yet
            return
        if lost and self._is_closed(recording) and self._is_open(recording):
            self._stopped_at.setdefault(recording, LEFT_OPEN)  # its end was lost: it gets another

    def begin_on_the_spot(self, meeting_id: str, statement: OnTheSpotStatement) -> str:
        """Take down a parent's notice in the room; the new recording's id. Works without a network. Raises ActionRefused."""
        with self._acting:
            now = clock.now()
            if self.cache.on_the_spot_recording_of(meeting_id) is not None:
                raise ActionRefused(sentences.NOTICE_GIVEN_ALREADY)
            other = self.cache.news.find_other(meeting_id, self.cache.by_the_server(now)) if self.cache.news else None
            if other is None:
                raise ActionRefused(sentences.NOT_IN_THIS_ROOM)
            recording = str(uuid4())
            self.log.require(recording, "notice", statement.content(meeting_id, now.isoformat()))
            try:
                self.cache.note_on_the_spot(recording, other, statement.device.strip())
            except OSError as error:  # the notice is sealed; a restart before the server knows would ask for it again
                log.warning("room.notice_not_remembered", error=error.strerror)
            return recording

    def note_opening(self, recording: str, opening: Opening) -> None:
        """Keep what the chair asked and was told (G6); told again, the newest word counts. Raises ActionRefused."""
        with self._acting:
            self._require_armed(recording)
            self.log.require(recording, "opening", opening.content())
            self._memory.note_opening(recording, opening.state(clock.now()))

    def opening_of(self, recording: str) -> OpeningState | None:
        """What was told at this meeting's opening, also after a restart; None when it is still to be asked."""
        known = self._memory.opening_of(recording)
        return known if known is not None and (is_of_now(known, clock.now()) or recording == self._recorder.reading().recording) else None

    def decline(self, recording: str) -> None:
        """The parent does not record, so the chair does not either (A-05). The meeting stays armed: a parent may change their mind. Raises ActionRefused."""
        with self._acting:
            opening = self._require_opening(recording)
            if opening.parent_is_recording or recording == self._recorder.reading().recording:
                raise ActionRefused(sentences.PARENT_RECORDS_HERE)
            if opening.declined_at is None:
                self.log.require(recording, "not_recorded", {})
                self._memory.note_opening(recording, replace(opening, declined_at=clock.now()))

    def add_note(self, text: str) -> None:
        """Keep a note of the chair at its time (G7). Raises ActionRefused."""
        with self._acting:
            self.log.require(self._require_running(), "note", {"text": written_text(text, LONGEST_TEXT)})

    def add_bookmark(self, label: str) -> None:
        """Mark this moment of the recording; SPOKEN_OPENING marks the chair's opening words. Raises ActionRefused."""
        with self._acting:
            recording = self._require_running()
            self.log.require(recording, "bookmark", {"label": written_text(label, LONGEST_LABEL)})
            if label == SPOKEN_OPENING:
                self._spoken.add(recording)
                if (opening := self.opening_of(recording)) is not None:
                    self._memory.note_opening(recording, replace(opening, is_spoken=True))

    def is_opening_spoken(self, recording: str | None) -> bool:
        """Whether the opening was read aloud in this recording, also before a restart: nobody is asked to read it twice."""
        opening = self.opening_of(recording) if recording else None
        return recording in self._spoken or (opening is not None and opening.is_spoken)

    def note_alarms(self, recording: str | None, changes: Sequence[AlarmChange]) -> None:
        """What began, ended or was answered on the board, in order; `tell_alarms` keeps it."""
        if recording is not None:
            self._untold.extend((recording, change) for change in changes)

    def tell_alarms(self) -> None:
        """Keep alarms in their recording's log, and tell the server; those that were seen while it started wait until the log says so.

        One thread tells; another one's change is told by it or at the next look, so that no screen waits for the disk.
        """
        if not self._telling.acquire(blocking=False):
            return
        try:
            has_told = False
            while self._untold and self._untold[0][0] == self._told_of:
                recording, change = self._untold.popleft()
                if self._is_open(recording):
                    self.log.tell(recording, change.kind, change.as_content())
                has_told = True
            if has_told and self._told_of is not None:
                self._alarm_memory.note(self._told_of, self.faults.unanswered())
            if has_told and self._told_of is not None and self._state is not None:
                self._report(self._told_of, self._state[0])
        finally:
            self._telling.release()

    def answer_alarm(self, number: int) -> None:
        """A person has seen an alarm."""
        with self._watching:
            self.note_alarms(self._recorder.reading().recording or self._told_of, self.faults.answer(number))
        self.tell_alarms()

    def closing_due(self) -> str | None:
        """The recording stopped last whose closing still waits for the chair's answer."""
        waiting = {recording: since for recording, since in self._stopped_at.items() if since != LEFT_OPEN}
        return max(waiting, key=lambda recording: waiting[recording], default=None)

    def confirm_closing(self, recording: str, closing: Closing) -> None:
        """Keep the chair's word at the end (G6.c); with it the log ends and the recording can be closed on the server. Raises ActionRefused."""
        with self._acting:
            if self._stopped_at.get(recording, LEFT_OPEN) == LEFT_OPEN:
                raise ActionRefused(sentences.NO_CLOSING_DUE)
            self.log.require(recording, "closing", closing.content())
            self._end_log(recording, confirmed=True)

    def tend(self, reading: RecorderReading) -> None:
        """Several times a second: write what waits, end the logs that nobody answers for, tell the server once a minute that it records."""
        self.log.write_waiting()
        if reading.recording is not None and self._state is not None and time.monotonic() - self._reported_at > REPORT_SECONDS:
            self._report(reading.recording, self._state[0])
        if self._acting.acquire(blocking=False):  # whoever is starting or stopping must not hold up the watch over the microphones
            try:
                self._end_logs(stopped_before=time.monotonic() - CLOSING_SECONDS)
            finally:
                self._acting.release()

    def _end_logs(self, stopped_before: float, but: str | None = None) -> None:
        for recording, since in list(self._stopped_at.items()):
            if since <= stopped_before and recording != but:
                self._end_log(recording, confirmed=False)

    def _end_log(self, recording: str, *, confirmed: bool) -> None:
        self.log.tell(recording, "end", {"confirmed": confirmed})
        del self._stopped_at[recording]
        self.courier.wake()

    def _note_begun(self, recording: str, *entries: tuple[str, dict[str, Any]]) -> None:
        """The recorder records: only now is there time for the log. Another meeting's log that still waited has its end."""
        self.log.run_began(recording)
        for kind, content in entries:
            self.log.tell(recording, kind, content)
        self._end_logs(stopped_before=time.monotonic(), but=recording)
        self._report(recording, "recording")
        with self._watching:  # alarms that were seen while it started stand behind `started`
            self._untold = deque((name, change) for name, change in self._untold if name == recording)
            self._told_of = recording
        self.tell_alarms()

    def _note_stopped(self, recording: str) -> None:
        """The recording was stopped: the closing question waits from now on."""
        self.log.tell(recording, "stopped", {})
        self.log.run_ended()
        self._stopped_at[recording] = time.monotonic()
        if self.asks_nothing(recording):
            self._end_log(recording, confirmed=False)
        self._report(recording, "stopped")

    def _report(self, recording: str, state: str) -> None:
        """Have the server told how the room stands now."""
        if self._state is None or self._state[0] != state:
            self._state = state, clock.now()
        self._reported_at = time.monotonic()
        self.courier.report(recording, StateReport(state, self._state[1].isoformat(), self.faults.as_json(), self._recorder.reading().hours_left))

    def _require_running(self) -> str:
        recording = self._recorder.reading().recording
        if recording is None:
            raise ActionRefused(sentences.NOT_RECORDING)
        return recording

    def _require_armed(self, recording: str) -> None:
        if self.cache.news is None or self.cache.news.find(recording) is None:
            raise ActionRefused(sentences.NOT_ARMED)

    def _require_opening(self, recording: str) -> OpeningState:
        opening = self.opening_of(recording)
        if opening is None:
            raise ActionRefused(sentences.NOT_OPENED)
        return opening

    def asks_nothing(self, recording: str) -> bool:
        """On the reserve kiosk the questions are asked only where the chair chose to; the main kiosk asks them (G6.a).

        Where the parent said there that they do not record, it is for the chair to ask again before this one records (A-05).
        """
        news = self.cache.news
        meeting = news.find(recording) if news else None
        is_declined = meeting is not None and meeting.main == "declined"
        return news is not None and news.is_reserve and not is_declined and self.opening_of(recording) is None

    def _require_opened(self, recording: str) -> OpeningState:
        """The opening, once it allows to start (G6.a, A-05). Raises ActionRefused with what is missing."""
        opening = self._require_opening(recording)
        if opening.missing is not None:
            raise ActionRefused(opening.missing)
        if opening.declined_at is not None:
            raise ActionRefused(sentences.PARENT_DOES_NOT_RECORD)
        return opening


def preflight_of(microphones: Sequence[MicrophoneReading], reason: str | None, *, has_people_on_line: bool) -> dict[str, Any]:
    """The content of the log's `preflight`. Raises ActionRefused when a microphone never heard a voice and nobody says why (peers #17)."""
    unheard = [one.id for one in microphones if one.must_be_heard(has_people_on_line=has_people_on_line) and not one.heard_voice]
    why = written_text(reason, LONGEST_TEXT) if reason and reason.strip() else None
    if unheard and why is None:
        raise ActionRefused(sentences.MICROPHONE_NOT_HEARD)
    heard = [{"id": one.id, "seat": one.name[:LONGEST_NAME], "heard": one.heard_voice, "level_db": _level_of(one)} for one in microphones]
    return {"microphones": heard, "started_without": unheard, "reason": why if unheard else None}


def _level_of(microphone: MicrophoneReading) -> float | None:
    """dBFS of its loudest voice, else of what it hears now; None while nothing comes from it."""
    level = microphone.voice_level_db if microphone.voice_level_db is not None else microphone.level_db
    return None if microphone.is_lost else round(max(level, -120.0), 1)
