"""Who gets past the page's door to a recording's content: asks custody's rules, and tells the journal of every refusal (W-03, W-37)."""

from typing import cast

from flask import abort, current_app
from flask_login import current_user

from meetrec.custody import actions as custody
from meetrec.custody.access import Purpose, may_open
from meetrec.custody.models import Record
from meetrec.custody.queries import record_of_recording
from meetrec.custody.vault import Vault
from meetrec.people.models import Account
from meetrec.platform import clock
from meetrec.platform.web import NotFound, actor, database
from meetrec.recordings import queries


def let_in(recording_id: str, purpose: Purpose) -> Record | None:
    """The recording's record, or None while it is not stored; 404 for an unknown recording, 403 and a journal entry for a refusal."""
    with database().reading() as session:
        queries.recording(session, recording_id)
        record = record_of_recording(session, recording_id)
        answer = may_open(session, session.get_one(Account, current_user.id), record, purpose)
    if not answer.allowed:
        with database().writing() as session:
            custody.deny(session, clock.now(), actor(), recording_id, record, purpose, answer.reason)
        abort(403)
    return record


def let_in_to_record(recording_id: str, purpose: Purpose) -> Record:
    """Like `let_in`, and 404 while there is no record."""
    record = let_in(recording_id, purpose)
    if record is None:
        raise NotFound("This recording is not stored yet.")
    return record


def vault() -> Vault:
    """The vault of the running application."""
    return cast(Vault, current_app.extensions["meetrec.vault"])
