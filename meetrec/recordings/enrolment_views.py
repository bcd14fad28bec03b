"""The one door that a machine may knock at before it is a kiosk: it brings a one-time code and its key, and gets a token."""

import base64
from contextlib import suppress

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded

from meetrec.meetings.models import Kiosk
from meetrec.platform import clock
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import database, public, settings
from meetrec.recordings import enrolment
from meetrec.recordings.enrolment import Application
from meetrec.recordings.errors import EnrolmentRefused

blueprint = Blueprint("enrolment_kiosk", __name__, url_prefix="/kiosk/api")

TRIES = "5 per minute"  # of each address
TOLD_FLOODS = "1 per minute"  # of each address


@blueprint.post("/enrolment")
@public
def enroll() -> ResponseReturnValue:
    """Make the machine a kiosk. The token is in this answer and nowhere else."""
    _require_patience()
    district_key = load_district_key(settings().keyring_dir)
    application = Application.read(request.get_data())
    with database().writing() as session:
        kiosk, token = enrolment.enroll(session, clock.now(), application)
        answer = {**_as_json(kiosk), "token": token}
    return jsonify({**answer, "district_public_key": base64.b64encode(district_key.public_bytes).decode(), "zone": settings().district.zone})


@blueprint.errorhandler(EnrolmentRefused)
def turn_away(error: EnrolmentRefused) -> ResponseReturnValue:
    """Say why, and tell the journal (W-37)."""
    with database().writing() as session:
        enrolment.refuse(session, clock.now(), error.reason, error.invitation)
    return jsonify(error=str(error)), 403


@limiter.limit(TRIES)
def _count_try() -> None:
    """Count one application of this address."""


@limiter.limit(TOLD_FLOODS)
def _note_flood() -> None:
    with database().writing() as session:
        enrolment.refuse(session, clock.now(), "too_many_tries")


def _require_patience() -> None:
    """Whoever guesses codes is stopped, and stands in the journal, which must not be filled by it (W-37)."""
    try:
        _count_try()
    except RateLimitExceeded:
        with suppress(RateLimitExceeded):
            _note_flood()
        raise


def _as_json(kiosk: Kiosk) -> dict[str, object]:
    return {"kiosk": kiosk.id, "room": kiosk.room.name, "school": kiosk.room.school.name, "is_reserve": kiosk.is_reserve}
