"""The worker's part for a recording made on another device: its master at 48 kHz, listening copy and outline, beside the bytes as they came (G5.a).

From here on it is a record like a kiosk's: player, transcript and everything after treat it alike. Only the gap ledger says that
nothing is known about gaps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from meetrec.capture.pieces import RATE, Samples
from meetrec.custody import actions as custody
from meetrec.custody.actions import NewObject, NewRecording
from meetrec.custody.models import OTHER_DEVICE, ObjectRole
from meetrec.custody.vault import Vault
from meetrec.meetings.models import MeetingKind
from meetrec.platform import clock
from meetrec.platform.jobs import Handler, JobRun
from meetrec.recordings import queries
from meetrec.recordings.assembly import Assembled, assemble
from meetrec.recordings.delivered_runs import Microphone
from meetrec.recordings.district_copy_actions import note_failure
from meetrec.recordings.district_copy_models import STORE_UPLOAD, UploadedCopy
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.progress import seldom
from meetrec.recordings.rules import RecordingState
from meetrec.recordings.timeline import Timeline, Track
from meetrec.recordings.uploads_formats import FORMATS
from meetrec.recordings.uploads_sound import SoundUnreadable, track_at_48k

MICROPHONE = "other-device"
LONGEST_SEAT = 80  # characters


@dataclass(frozen=True)
class UploadedTrack(Track):
    """The one track of an uploaded file, decoded anew out of the store each time it is asked for."""

    vault: Vault
    record_id: str
    object_id: str
    sound_format: str
    channel: int | None

    def sound(self) -> Iterator[Samples]:
        """All samples, about a second at a time. Raises AssemblyFailed when the bytes that were listened to before no longer decode."""
        try:
            with self.vault.open_unlisted(self.record_id, self.object_id) as file:
                yield from track_at_48k(file, self.sound_format, self.channel)  # type: ignore[arg-type]
        except SoundUnreadable as error:
            raise AssemblyFailed("The uploaded file does not decode any more. Its bytes were kept as they came.") from error


@dataclass(frozen=True)
class UploadedTimeline(Timeline):
    """One track from beginning to end; what its device missed, nobody knows."""

    def ledger(self) -> dict[str, Any]:
        """The gap ledger as JSON; `is_unknown` is what pages say in place of "nothing is missing"."""
        return {"duration": self.seconds, "gaps": [], "clocks": [], "stretches": [], "is_unknown": True}


@dataclass(frozen=True)
class Uploaded:
    """What the worker must know: the copy's row, state and ids of its recording, its meeting and pupil."""

    copy: UploadedCopy
    state: RecordingState
    record_id: str
    meeting_id: str
    is_iep: bool
    student_id: str


def handlers(vault: Vault) -> dict[str, Handler]:
    """The job of this part by its kind."""
    return {STORE_UPLOAD: Handler(lambda run: store_upload(run, vault), note_failure)}


def store_upload(run: JobRun, vault: Vault) -> None:
    """Make a record of one upload. Safe to repeat at any point: what is stored stays."""
    uploaded = _uploaded(run)
    if uploaded.state is RecordingState.STORED:
        return
    timeline = _timeline(vault, uploaded)
    assembled = assemble(timeline, vault, uploaded.record_id, seldom(run.progress))
    _hand_over(run, uploaded, replace(assembled, objects=(*assembled.objects, _original(vault, uploaded))))


def _uploaded(run: JobRun) -> Uploaded:
    with run.database.reading() as session:
        recording = queries.recording(session, run.subject["recording"])
        copy, meeting = session.get_one(UploadedCopy, recording.id), recording.meeting
        assert recording.record_id is not None  # set when the upload was accepted
        return Uploaded(copy, recording.state, recording.record_id, meeting.id, meeting.kind is MeetingKind.IEP, meeting.student_id)


def _timeline(vault: Vault, uploaded: Uploaded) -> UploadedTimeline:
    copy = uploaded.copy
    seat = copy.device[:LONGEST_SEAT]  # what it was recorded on stands where a kiosk's seat does
    track = UploadedTrack(Microphone(MICROPHONE, seat, seat), (), vault, uploaded.record_id, copy.object_id, copy.sound_format, copy.channel)
    frames = sum(len(block) for block in track.sound())
    return UploadedTimeline(frames, (track,), (), {})


def _original(vault: Vault, uploaded: Uploaded) -> NewObject:
    """The bytes as they came, read whole once more: what the row says of them must still be so."""
    copy = uploaded.copy
    stored = vault.describe(uploaded.record_id, copy.object_id)
    if stored.sha256 != copy.sha256:
        raise AssemblyFailed("The stored upload is not the one that was taken in: its SHA-256 differs. Nothing was deleted.")
    return NewObject(copy.object_id, ObjectRole.ORIGINAL, 0, None, FORMATS[copy.sound_format].media_type, stored)


def _hand_over(run: JobRun, uploaded: Uploaded, assembled: Assembled) -> None:
    new = NewRecording(
        uploaded.record_id, uploaded.copy.recording_id, uploaded.meeting_id, uploaded.is_iep, {uploaded.student_id: "focus"},
        assembled.timeline.frames / RATE, made_on=OTHER_DEVICE,
    )  # fmt: skip
    with run.database.writing() as session:
        custody.store_recording(session, clock.now(), "system", new, assembled.objects)
        queries.recording(session, uploaded.copy.recording_id).state = RecordingState.STORED
