"""The private link at which one person answers once. It is handed to somebody who was seen in person, shown once, and kept only as a hash (D-43.c, L-22)."""

from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.consents.actions import NotAnswered, open_request
from meetrec.consents.collector import Answer
from meetrec.consents.models import RecordedPerson
from meetrec.consents.queries import newest_answer, person_by_id
from meetrec.consents.signers import Signer
from meetrec.journal import actions as journal
from meetrec.people.identity import CODE_LIFE, IDENTITY_SEEN, Way

LINK_LASTS = CODE_LIFE[Way.HANDED_OVER]  # as a code that is handed over


def make_link(session: Session, now: datetime, actor: str, person_id: str, signer: Signer, identity: str) -> str:
    """The token (256 bit) of a new link, handed to `signer`; one made before ends. `identity`: how they were known in person, a name of IDENTITY_SEEN.

    Raises NotFound, NotAnswered where the person has signed, or nobody saw who takes the link.
    """
    person = person_by_id(session, person_id, to_change=True)
    open_request(session, person.request_id)
    last = newest_answer(session, person.id)
    if last and last.answer == Answer.SIGNED:
        raise NotAnswered(_("This person has signed. There is nothing left to sign."))
    if identity not in IDENTITY_SEEN:
        raise NotAnswered(_("Hand the link over in person, and say how you know who takes it."))
    token = token_urlsafe(32)
    person.link_hash, person.link_signer, person.link_signs_as, person.link_guardian_id = hash_of(token), signer.name, signer.signs_as, signer.guardian_id
    person.link_identity, person.link_made_at, person.link_made_by = identity, now, actor
    person.link_expires_at, person.link_used_at = now + LINK_LASTS, None
    journal.append(session, now, actor, "dissemination.link_made", f"dissemination:{person.request_id}", person=person.id, identity=identity)
    return token


def end_link(session: Session, now: datetime, actor: str, person_id: str) -> None:
    """A link that was lost or given to the wrong person opens nothing any more. Once is enough. Raises NotFound."""
    person = person_by_id(session, person_id, to_change=True)
    if person.link_hash is not None:
        person.link_hash = None
        journal.append(session, now, actor, "dissemination.link_ended", f"dissemination:{person.request_id}", person=person.id)


def person_of_link(session: Session, token: str, *, to_change: bool = False) -> RecordedPerson | None:
    """Whom a link was made for; `to_change` holds the row until the transaction ends."""
    found = select(RecordedPerson).where(RecordedPerson.link_hash == hash_of(token), RecordedPerson.removed_at.is_(None))
    return session.scalars(found.with_for_update(of=RecordedPerson) if to_change else found).first()


def hash_of(token: str) -> str:
    """SHA-256 (hex): all that is stored of a link."""
    return sha256(token.encode()).hexdigest()
