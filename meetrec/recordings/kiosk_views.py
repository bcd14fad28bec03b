"""What a room's kiosk may call: its armed meetings, and the delivery of sealed pieces. Nothing here gives sound back."""

import base64
import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import OperationalError

from meetrec.capture.pieces import sha256_hex
from meetrec.district.queries import profile_in_force
from meetrec.notices.actions import District
from meetrec.platform import clock
from meetrec.platform.district_keys import DistrictKey, load_district_key
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import NotFound, database, for_kiosks, settings
from meetrec.recordings import actions, delivery_queries, incoming, kiosk_news, kiosk_states, refused_deliveries, room_log
from meetrec.recordings.actions import Courier, PiecePlace
from meetrec.recordings.errors import DeliveryRefused, KioskRevoked, KioskUnknown, NoRoomLeft
from meetrec.recordings.refused_deliveries import DeliveryPlace
from meetrec.recordings.room_log import EntryPlace

blueprint = Blueprint("recordings_kiosk", __name__, url_prefix="/kiosk/api")

NO_ROOM_LEFT = 507
TOLD_REFUSALS = "10 per minute"  # of each address; what is not told at once is told at the kiosk's next try

log = structlog.get_logger()


@blueprint.get("/meetings")
@for_kiosks
def meetings() -> ResponseReturnValue:
    """The room's armed meetings and today's others; of pupils only the initials (W-01)."""
    moment, courier = clock.now(), _courier()
    with database().reading() as session:
        rules = profile_in_force(session, settings(), clock.in_zone(moment, settings().district.zone).date())
        stops = rules.recording.parent_objection_stops_district_initiated
        kiosk = delivery_queries.kiosk(session, courier.kiosk_id)
        armed = kiosk_news.armed_meetings(session, kiosk, moment, objection_stops=stops)
        others = kiosk_news.other_meetings(session, courier.room_id, moment, settings().district.zone, objection_stops=stops)
    return jsonify(
        server_time=moment.isoformat(timespec="microseconds"),
        zone=settings().district.zone,
        kiosk=kiosk.id,
        is_reserve=kiosk.is_reserve,
        room=kiosk.room.name,
        district_public_key=base64.b64encode(_district_key().public_bytes).decode(),
        meetings=armed,
        others=others,
    )


@blueprint.put("/recordings/<uuid:recording_id>/runs/<uuid:run_id>")
@for_kiosks
def open_run(recording_id: UUID, run_id: UUID) -> ResponseReturnValue:
    """A run's opening statement."""
    content, courier, recording, run = request.get_data(), _courier(), str(recording_id), str(run_id)
    with database().reading() as session:
        actions.check_run(session, courier, recording, run, content, _district_key().fingerprint)
        is_new = not delivery_queries.has_run(session, run)
    if is_new:
        folder = settings().incoming_dir
        incoming.keep(folder, incoming.statement_path(folder, recording, run), content, f"The opening statement of run {run}")
        with database().writing() as session:
            actions.register_run(session, clock.now(), courier, recording, run, content)
    return jsonify(sha256=sha256_hex(content))


@blueprint.put("/recordings/<uuid:recording_id>/runs/<uuid:run_id>/<string:microphone>/<int:index>")
@for_kiosks
def deliver_piece(recording_id: UUID, run_id: UUID, microphone: str, index: int) -> ResponseReturnValue:
    """One sealed piece: checked, on the disk for good, then noted, then confirmed (in this order)."""
    content, courier = request.get_data(), _courier()
    place = PiecePlace(str(recording_id), str(run_id), microphone, index)
    with database().reading() as session:
        header = actions.check_piece(session, courier, place, content)
        is_new = not delivery_queries.is_noted(session, place.run_id, microphone, index)
    if is_new:
        folder = settings().incoming_dir
        incoming.keep(folder, incoming.piece_path(folder, place.recording_id, place.run_id, microphone, index), content, place.name)
        with database().writing() as session:
            actions.note_piece(session, clock.now(), courier, place, header, content)
    return jsonify(sha256=sha256_hex(content), durable=True)


@blueprint.put("/recordings/<uuid:recording_id>/room/<int:index>")
@for_kiosks
def deliver_room_entry(recording_id: UUID, index: int) -> ResponseReturnValue:
    """One sealed entry of the room log: checked and opened, on the disk for good, then noted, then confirmed (in this order)."""
    content, courier, folder = request.get_data(), _courier(), settings().incoming_dir
    place = EntryPlace(str(recording_id), courier.kiosk_id, index)
    with database().reading() as session:
        district = District.at(settings(), session, clock.now())
        entry = room_log.check_entry(session, courier, place, content, _district_key().private_key, folder)
    if entry is not None:
        incoming.keep(folder, incoming.entry_path(folder, place.recording_id, place.kiosk_id, index), content, place.name)
        with database().writing() as session:
            room_log.note_entry(session, clock.now(), courier, place, entry, len(content), sha256_hex(content), district)
    return jsonify(sha256=sha256_hex(content), durable=True)


@blueprint.put("/recordings/<uuid:recording_id>/closing")
@for_kiosks
def close_recording(recording_id: UUID) -> ResponseReturnValue:
    """What must have arrived for the recording to be whole."""
    content, courier = request.get_data(), _courier()
    with database().writing() as session:
        actions.close(session, clock.now(), courier, str(recording_id), content)
    return jsonify(sha256=sha256_hex(content))


@blueprint.put("/recordings/<uuid:recording_id>/state")
@for_kiosks
def tell_state(recording_id: UUID) -> ResponseReturnValue:
    """What the kiosk does just now and which alarms run in the room, for the coordinator's desk and page."""
    told = kiosk_states.state_in(_json_in(request.get_data()))
    with database().writing() as session:
        kiosk_states.note_kiosk_state(session, _courier(), str(recording_id), told)
    return jsonify(state=told.state)


@blueprint.errorhandler(DeliveryRefused)
def refused_delivery(error: DeliveryRefused) -> ResponseReturnValue:
    """What does not fit is told to people too, not only to the machine that sent it (W-37); the kiosk tries again for ever."""
    place = _place()
    log.warning("delivery.refused", recording=_recording_named(), kiosk=g.kiosk_id, code=error.reason)
    if place is not None:
        with suppress(RateLimitExceeded):
            _tell_refusal(place, error.reason)
    return jsonify(error=str(error)), 409


@blueprint.errorhandler(NotFound)
def unknown_place(error: NotFound) -> ResponseReturnValue:
    """A recording or run that this server does not know, or another room's."""
    log.warning("delivery.not_found", recording=_recording_named(), kiosk=g.kiosk_id)
    return jsonify(error=str(error)), 404


@blueprint.after_request
def delivery_goes_on(response: Response) -> Response:
    """What was refused at this place before is over."""
    place = _place() if response.status_code == 200 else None
    if place is not None:
        with database().reading() as session:
            is_standing = refused_deliveries.is_standing(session, place)
        if is_standing:
            with database().writing() as session:
                refused_deliveries.goes_on(session, place)
    return response


@blueprint.errorhandler(KioskUnknown)
def unknown_kiosk(error: KioskUnknown) -> ResponseReturnValue:
    """No token, or a token of no kiosk."""
    return jsonify(error=str(error)), 401


@blueprint.errorhandler(KioskRevoked)
def revoked_kiosk(error: KioskRevoked) -> ResponseReturnValue:
    """A kiosk that is not to be trusted any more."""
    return jsonify(error=str(error)), 403


@blueprint.errorhandler(NoRoomLeft)
def full_disk(error: NoRoomLeft) -> ResponseReturnValue:
    """The disk took nothing."""
    return jsonify(error=str(error)), NO_ROOM_LEFT


@blueprint.errorhandler(OperationalError)
def full_disk_of_database(error: OperationalError) -> ResponseReturnValue:
    """The database's disk is full: the piece was not noted, so the kiosk must keep it."""
    if "full" not in str(error.orig):
        raise error
    return full_disk(incoming.no_room_left())


def _tell_refusal(place: DeliveryPlace, reason: str) -> None:
    with database().reading() as session:
        is_told = refused_deliveries.is_told(session, place, reason)
    if not is_told:
        _note_refusal(place, reason)


@limiter.limit(TOLD_REFUSALS)
def _note_refusal(place: DeliveryPlace, reason: str) -> None:
    with database().writing() as session:
        refused_deliveries.note_refusal(session, clock.now(), _courier().actor, place, reason)


def _place() -> DeliveryPlace | None:
    """Where this request delivers to; None for one that delivers nothing. A state is for information only."""
    closing = f"{blueprint.name}.{close_recording.__name__}"
    delivering = (closing, *(f"{blueprint.name}.{view.__name__}" for view in (open_run, deliver_piece, deliver_room_entry)))
    if request.endpoint not in delivering:
        return None
    return DeliveryPlace.of_address(g.kiosk_id, request.view_args or {}, is_closing=request.endpoint == closing)


def _recording_named() -> str:
    return str((request.view_args or {}).get("recording_id", ""))


def _courier() -> Courier:
    return Courier(g.kiosk_id, g.room_id)


def _district_key() -> DistrictKey:
    return load_district_key(settings().keyring_dir)


def _json_in(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise DeliveryRefused("What was sent is damaged: it is not JSON.", "damaged") from None
