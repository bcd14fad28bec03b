"""The page of one recording: how far it is, its sound and its transcript in step, its gaps, and its story."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from meetrec.custody import actions as custody
from meetrec.custody.access import Purpose
from meetrec.custody.models import ObjectRole, Record, StoredObject
from meetrec.custody.queries import objects_of
from meetrec.journal.verbs import VERBS
from meetrec.people.roles import DESK_ROLES, ROLES
from meetrec.platform import clock
from meetrec.platform.web import database, for_staff, settings
from meetrec.recordings import gap_sentences, refusal_sentences, room_sentences
from meetrec.recordings import queries as recordings
from meetrec.recordings.content_gate import let_in, let_in_to_record, vault
from meetrec.recordings.copy_queries import has_failed, reserve_to_choose
from meetrec.recordings.district_copy_queries import upload_of
from meetrec.recordings.district_copy_sentences import origin_sentence
from meetrec.recordings.gaps import gaps_before, rows_of
from meetrec.recordings.other_copies import other_copies, sound_name, who_has
from meetrec.recordings.room_page import room_page
from meetrec.recordings.rules import ArmingAgain
from meetrec.transcripts import actions, queries
from meetrec.transcripts.models import Transcript
from meetrec.transcripts.sentences import clock_time
from meetrec.transcripts.story import story_of

blueprint = Blueprint("transcripts", __name__, url_prefix="/recordings")

# The door lets in all staff and custody's rules decide, so that a refused attempt reaches the journal (W-37).


@blueprint.get("/<uuid:recording_id>")
@for_staff(*ROLES)
def recording_page(recording_id: UUID) -> ResponseReturnValue:
    """Everything about one recording. Works without scripts; `?t=` and `?sound=` choose the place and the microphone."""
    record = let_in(str(recording_id), Purpose.READ)
    now = clock.now()
    with database().reading() as session:
        recording = recordings.recording(session, str(recording_id))
        standing = queries.standing_of(session, now, recording, record)
        story = story_of(session, recording)
        transcript = queries.newest_transcript(session, record.id) if record else None
        upload, refused = upload_of(session, recording.id), refusal_sentences.of_recording(session, recording)
        others = recordings.other_recordings(session, recording, now)
        kiosks, may_use_reserve = recordings.of_other_kiosks(session, recording, now), reserve_to_choose(session, recording) is not None
        has_failed_copy = any(has_failed(session, one) for one in recording.copies if one is not recording.main_copy)
        was_objected = recordings.was_objected(session, recording.meeting_id)
        may_arm_again = upload is None and recordings.arming_again(session, recording, now, settings().district.zone) is ArmingAgain.POSSIBLE
    content = _content_of(record, transcript) if record else {}
    return render_template(
        "transcripts/recording.html", recording=recording, record=record, standing=standing, story=story, transcript=transcript,
        others=others, was_objected=was_objected, may_arm_again=may_arm_again and _is_from_the_desk(), verbs=VERBS, clock_time=clock_time, words=gap_sentences,
        room_words=room_sentences, kiosks=kiosks, has_failed_copy=has_failed_copy, may_use_reserve=may_use_reserve and _is_from_the_desk(),
        refused=refused, upload=upload, origin=origin_sentence(upload) if upload else None, **content,
    )  # fmt: skip


@blueprint.get("/<uuid:recording_id>/state")
@for_staff(*ROLES)
def recording_state(recording_id: UUID) -> ResponseReturnValue:
    """How far the recording is, for the script that watches; 304 while nothing moved."""
    record = let_in(str(recording_id), Purpose.READ)
    with database().reading() as session:
        standing = queries.standing_of(session, clock.now(), recordings.recording(session, str(recording_id)), record)
    answer = jsonify(key=standing.key, sentence=standing.sentence, fraction=standing.fraction)
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post("/<uuid:recording_id>/transcribe")
@for_staff(*ROLES)
def transcribe_again(recording_id: UUID) -> ResponseReturnValue:
    """Try the transcription once more after it failed."""
    record = let_in_to_record(str(recording_id), Purpose.READ)
    with database().writing() as session:
        if queries.newest_transcript(session, record.id) is None:
            actions.queue_transcription(session, clock.now(), record)
    return redirect(f"/recordings/{recording_id}", 303)


def _is_from_the_desk() -> bool:
    return any(role.name in DESK_ROLES for role in current_user.roles)


def _content_of(record: Record, transcript: Transcript | None) -> dict[str, Any]:
    """What the page shows out of the record's encryption; opening the text or what was noted in the room begins a sitting of reading."""
    room_logs = objects_of(record, ObjectRole.ROOM_LOG)
    if transcript or room_logs:
        with database().writing() as session:
            custody.sit_down(session, clock.now(), current_user.id, record, Purpose.READ)
    lines = _lines_of(record, transcript) if transcript else ()
    leading = [*objects_of(record, ObjectRole.LISTENING_COPY), *objects_of(record, ObjectRole.MASTER)]
    sounds = [(one, sound_name(one)) for one in leading]
    others = other_copies(record, vault(), request.args.get("copy"))
    ledger = _ledger_of(record)
    gaps = rows_of(ledger)
    return {
        "lines": lines, "sounds": sounds, "chosen": _chosen(sounds), "at": _place(record), "ledger": ledger, "gaps": gaps,
        "gaps_between": gaps_before([line.start for line in lines], gaps), "room": room_page(vault().read(room_logs[0])) if room_logs else None,
        "other_copies": others, "held_by_others": [who_has(gap, others) for gap in gaps],
    }  # fmt: skip


def _lines_of(record: Record, transcript: Transcript) -> Any:
    text = next(one for one in record.objects if one.id == transcript.object_id)
    return queries.lines_of(vault().read(text), queries.seats_of(record))


def _chosen(sounds: list[tuple[StoredObject, str]]) -> StoredObject:
    """The microphone named by `?sound=`, else all together."""
    wanted = request.args.get("sound")
    return next((one for one, _label in sounds if one.id == wanted), sounds[0][0])


def _place(record: Record) -> float:
    """Seconds named by `?t=`, inside the recording."""
    place = request.args.get("t", 0.0, type=float)
    return place if 0.0 <= place <= record.duration else 0.0


def _ledger_of(record: Record) -> Any:
    return json.loads(vault().read(objects_of(record, ObjectRole.GAP_LEDGER)[0]))
