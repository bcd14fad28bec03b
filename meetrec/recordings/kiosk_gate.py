"""The gate of kiosk addresses: a kiosk shows its token, and may then write for its own room and read no recording (G5.b), until it is revoked."""

import hmac
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

from flask import g, request
from flask_limiter import RateLimitExceeded

from meetrec.journal import actions as journal
from meetrec.platform import clock
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import Entrance, database
from meetrec.recordings import actions, delivery_queries
from meetrec.recordings.errors import KioskRevoked, KioskUnknown

SCHEME = "bearer"
SEEN_EVERY = timedelta(minutes=1)
TOLD_REFUSALS = "1 per minute"  # of each address


def let_kiosk_in(_entrance: Entrance) -> None:
    """Find the kiosk by its bearer token; `g.kiosk_id` and `g.room_id` say who it is. Raises KioskUnknown or KioskRevoked.

    Runs before the body is read and holds no lock while it is: a slow kiosk must not keep others from writing.
    """
    token_hash = sha256(_token().encode()).hexdigest()
    with database().reading() as session:
        kiosk = delivery_queries.kiosk_with_token_hash(session, token_hash)
    if kiosk is None or not hmac.compare_digest(kiosk.token_hash, token_hash):
        _tell_refusal("public", "unknown_token")
        raise _unknown()
    if kiosk.revoked_at is not None:
        _tell_refusal(f"kiosk:{kiosk.id}", "revoked_kiosk")
        raise KioskRevoked("This kiosk was revoked. What it still holds stays on it. Ask the administrator whether it is to be enrolled again.")
    g.kiosk_id, g.room_id = kiosk.id, kiosk.room_id
    moment = clock.now()
    if kiosk.last_seen_at is None or moment - kiosk.last_seen_at >= SEEN_EVERY:
        with database().writing() as session:
            actions.seen(session, moment, kiosk.id)


@limiter.limit(TOLD_REFUSALS)
def _note_refusal(actor: str, reason: str) -> None:
    """Journal one refused token (W-37)."""
    with database().writing() as session:
        journal.append(session, clock.now(), actor, "access.denied", "kiosk", reason=reason)


def _tell_refusal(actor: str, reason: str) -> None:
    """A refused attempt counts like a success (W-37), but a machine that tries all day must not fill the journal."""
    with suppress(RateLimitExceeded):
        _note_refusal(actor, reason)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise _unknown()
    return token.strip()


def _unknown() -> KioskUnknown:
    return KioskUnknown("This server does not know the kiosk's token. Enrol it with a new code: meetrec kiosk enroll.")
