"""The sound of a recording for those who may hear it: ranges decrypted in stream, the waveform's outline, and the minutes heard."""

import math
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetrec.custody import actions as custody
from meetrec.custody.access import Purpose
from meetrec.custody.models import ObjectRole, Record
from meetrec.custody.queries import object_of, objects_of, playable
from meetrec.custody.range_response import range_response
from meetrec.people.roles import CONTENT_ROLES, DESK_ROLES, ROLES
from meetrec.platform import clock
from meetrec.platform.web import NotFound, actor, database, for_staff, settings
from meetrec.recordings import actions, copies, queries
from meetrec.recordings.content_gate import let_in, let_in_to_record, vault
from meetrec.recordings.district_copy_actions import try_again as try_upload_again
from meetrec.recordings.uploads_queries import is_uploaded

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


@blueprint.get("")
@for_staff(*CONTENT_ROLES)
def all_recordings() -> ResponseReturnValue:
    """Every recording, newest meeting first, a page at a time."""
    page = max(1, request.args.get("page", 1, type=int))
    with database().reading() as session:
        rows, is_last = queries.recordings_page(session, clock.now(), page)
    return render_template("recordings/all.html", rows=rows, page=page, is_last=is_last)


# The door lets in all staff and custody's rules decide, so that a refused attempt reaches the journal (W-37).


@blueprint.get("/<uuid:recording_id>/sound/<uuid:object_id>")
@for_staff(*ROLES)
def sound(recording_id: UUID, object_id: UUID) -> ResponseReturnValue:
    """All microphones together or one of them, whole or the range that the player asks for."""
    record = let_in_to_record(str(recording_id), Purpose.LISTEN)
    stored = object_of(record, str(object_id))
    if stored not in playable(record):
        raise NotFound("This object is no sound.")
    _note_listening(record)
    return range_response(vault().open(stored), stored.media_type, stored.sha256, request)


@blueprint.get("/<uuid:recording_id>/peaks")
@for_staff(*ROLES)
def peaks(recording_id: UUID) -> ResponseReturnValue:
    """The waveform's outline for the player."""
    record = let_in_to_record(str(recording_id), Purpose.LISTEN)
    stored = objects_of(record, ObjectRole.PEAKS)[0]
    answer = Response(vault().read(stored), mimetype=stored.media_type)
    answer.set_etag(stored.sha256)
    return answer.make_conditional(request)


@blueprint.post("/<uuid:recording_id>/listening")
@for_staff(*ROLES)
def listening(recording_id: UUID) -> ResponseReturnValue:
    """The player tells how many seconds it played since it last told."""
    record = let_in_to_record(str(recording_id), Purpose.LISTEN)
    with database().writing() as session:
        custody.sit_down(session, clock.now(), current_user.id, record, Purpose.LISTEN, _seconds())
    return "", 204


@blueprint.post("/<uuid:recording_id>/join")
@for_staff(*ROLES)
def join_again(recording_id: UUID) -> ResponseReturnValue:
    """Try the joining once more after it failed."""
    let_in(str(recording_id), Purpose.LISTEN)
    with database().writing() as session:
        again = try_upload_again if is_uploaded(session, str(recording_id)) else copies.try_again
        again(session, clock.now(), str(recording_id))
    return redirect(f"/recordings/{recording_id}", 303)


@blueprint.post("/<uuid:recording_id>/use-reserve")
@for_staff(*DESK_ROLES)
def use_reserve(recording_id: UUID) -> ResponseReturnValue:
    """The main kiosk's recording is not waited for any longer: the reserve's takes its place, for a reason that is kept."""
    with database().writing() as session:
        copies.choose_reserve(session, clock.now(), actor(), str(recording_id), request.form.get("reason", ""))
    flash(_("The reserve recorder’s copy is used."), "success")
    return redirect(f"/recordings/{recording_id}", 303)


@blueprint.post("/<uuid:recording_id>/arm-again")
@for_staff(*DESK_ROLES)
def arm_again(recording_id: UUID) -> ResponseReturnValue:
    """The meeting goes on after its recording was stopped: arm its room once more."""
    with database().writing() as session:
        is_over = request.form.get("objection_over") == "y"
        armed = actions.arm_again(session, clock.now(), actor(), str(recording_id), settings().district.zone, is_objection_over=is_over)
    flash(_("The room is armed again. This is the page of the new recording."), "success")
    return redirect(f"/recordings/{armed.id}", 303)


def _note_listening(record: Record) -> None:
    """Also a player without scripts is noted; a row is written at most once a minute, however many ranges are asked for."""
    moment = clock.now()
    with database().reading() as session:
        sitting = custody.open_sitting(session, current_user.id, record.id, Purpose.LISTEN)
    if sitting is None or moment - sitting.last_sign_at >= custody.SIGN_EVERY:
        with database().writing() as session:
            custody.sit_down(session, moment, current_user.id, record, Purpose.LISTEN)


def _seconds() -> float:
    try:
        told = float(request.form.get("seconds", "0"))
    except ValueError:
        return 0.0
    return told if math.isfinite(told) else 0.0
