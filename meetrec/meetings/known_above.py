"""What the pages of a meeting show that features above meetings know: its notices, what a move would make of them, its recording. `app.py` fills the calls."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from meetrec.meetings.actions import Move
from meetrec.meetings.models import Meeting

MEETING_NOTICES = "meetrec.meeting_notices"
EFFECTS_OF_MOVE = "meetrec.effects_of_move"
MEETING_RECORDINGS = "meetrec.meeting_recordings"


class ShownNotice(Protocol):
    """A notice of a meeting for who prepares it: what it is, what the parent needs, and why they record (G2). Sentences are in the reader's language."""

    @property
    def url(self) -> str: ...

    @property
    def reference(self) -> str: ...

    @property
    def recorder_name(self) -> str: ...

    @property
    def sentence(self) -> str: ...

    @property
    def device(self) -> str: ...

    @property
    def reason(self) -> str | None: ...

    @property
    def needs(self) -> Sequence[str]: ...


class ShownRecording(Protocol):
    """A meeting's newest recording: its page, and where it stands as a sentence."""

    @property
    def url(self) -> str: ...

    @property
    def sentence(self) -> str: ...


NoticesOfMeetings = Callable[[Session, Sequence[str]], Mapping[str, Sequence[ShownNotice]]]
EffectsOfMove = Callable[[Session, Meeting, Move], Sequence[str]]
RecordingsOfMeetings = Callable[[Session, datetime, Sequence[str]], Mapping[str, ShownRecording]]


def notices_of(session: Session, meeting_ids: Sequence[str]) -> Mapping[str, Sequence[ShownNotice]]:
    """The matched notices of each meeting (by id) that has any, the earliest first."""
    return cast(NoticesOfMeetings, current_app.extensions[MEETING_NOTICES])(session, meeting_ids)


def effects_of_move(session: Session, meeting: Meeting, move: Move) -> Sequence[str]:
    """One sentence for each notice that stands: what the 24-hour rule would say of it after this move."""
    return cast(EffectsOfMove, current_app.extensions[EFFECTS_OF_MOVE])(session, meeting, move)


def recordings_of(session: Session, now: datetime, meeting_ids: Sequence[str]) -> Mapping[str, ShownRecording]:
    """The newest recording of each meeting that has one."""
    return cast(RecordingsOfMeetings, current_app.extensions[MEETING_RECORDINGS])(session, now, meeting_ids)
