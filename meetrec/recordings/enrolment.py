"""How a machine becomes a room's kiosk and stops being one: invited with a one-time code, known by its own signing key, revoked by a person.

A room may have several kiosks: its main one and a reserve, or an old one that still delivers while its successor records.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.capture.errors import SignatureRefused
from meetrec.capture.signing import ENROLMENT, require_signed
from meetrec.journal import actions as journal
from meetrec.meetings.models import Kiosk, KioskInvitation, Room
from meetrec.platform.database import new_id
from meetrec.platform.enrolment_codes import CodeMistyped, hash_of, new_code, proof_content
from meetrec.recordings.errors import EnrolmentRefused, InvitationRefused

VALID_FOR = timedelta(hours=24)
LONGEST_VALID = timedelta(days=7)
KEY_BYTES, SIGNATURE_BYTES = 32, 64


def N_(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


NAMES = {False: N_("Main kiosk"), True: N_("Reserve kiosk")}


@dataclass(frozen=True)
class Application:
    """What a machine sends to become a kiosk: the code, its raw Ed25519 public key (32 bytes), and its signature over both (64 bytes)."""

    code: str
    public_key: bytes
    proof: bytes

    @classmethod
    def read(cls, content: bytes) -> "Application":
        """The application as it was sent (JSON). Raises EnrolmentRefused."""
        try:
            sent: dict[str, Any] = json.loads(content)
            application = cls(str(sent["code"]), b64decode(sent["public_key"], validate=True), b64decode(sent["signature"], validate=True))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise EnrolmentRefused("What was sent is no application of a kiosk. Use “meetrec kiosk enroll”.", "damaged") from None
        if (len(application.public_key), len(application.proof)) != (KEY_BYTES, SIGNATURE_BYTES):
            raise EnrolmentRefused("The kiosk's key or signature has the wrong length. Use “meetrec kiosk enroll”.", "damaged")
        return application


def invite(
    session: Session, now: datetime, actor: str, room: Room, *, is_reserve: bool = False, valid_for: timedelta = VALID_FOR
) -> tuple[KioskInvitation, str]:
    """Make a one-time code for a room; the code is returned here and kept nowhere. An older code for the same place ends.

    Raises InvitationRefused for a life that is not above nought and at most a week.
    """
    if not timedelta(0) < valid_for <= LONGEST_VALID:
        raise InvitationRefused(f"A code can be valid for at most {LONGEST_VALID // timedelta(hours=1)} hours, and for more than none.")
    same_place = (KioskInvitation.room_id == room.id, KioskInvitation.is_reserve == is_reserve, KioskInvitation.used_at.is_(None))
    session.execute(update(KioskInvitation).where(*same_place, KioskInvitation.expires_at > now).values(expires_at=now))
    code = new_code()
    invitation = KioskInvitation(
        id=new_id(), room_id=room.id, code_hash=hash_of(code), is_reserve=is_reserve, made_at=now, made_by=actor, expires_at=now + valid_for
    )
    session.add(invitation)
    session.flush()
    journal.append(session, now, actor, "kiosk.invited", f"kiosk_invitation:{invitation.id}", room=room.id, reserve=is_reserve)
    return invitation, code


def enroll(session: Session, now: datetime, application: Application) -> tuple[Kiosk, str]:
    """Make the machine that applies a kiosk of the room its code was made for; the kiosk, and the token that only the machine gets to see.

    The same machine in the same room keeps its id, so that what it holds can still be delivered; its old token then opens nothing. It may
    send the same code again until that expires: the answer may have been lost on the way.
    Raises EnrolmentRefused; the code stays unused then.
    """
    invitation = _open_invitation(session, now, application)
    _require_own_key(application, invitation)
    token, public_key = token_urlsafe(32), b64encode(application.public_key).decode()
    kiosk = _known_machine(session, public_key, invitation)
    is_renewed = kiosk is not None
    if kiosk is None:
        kiosk = Kiosk(id=new_id(), room_id=invitation.room_id, public_key=public_key)
        session.add(kiosk)
    kiosk.token_hash, kiosk.enrolled_at = sha256(token.encode()).hexdigest(), now
    kiosk.is_reserve, kiosk.name = invitation.is_reserve, NAMES[invitation.is_reserve]
    session.flush()
    invitation.used_at, invitation.kiosk_id = invitation.used_at or now, kiosk.id
    details = {"room": kiosk.room_id, "invitation": invitation.id, "key": key_name(kiosk)}
    journal.append(session, now, f"kiosk:{kiosk.id}", "kiosk.enrolled", f"kiosk:{kiosk.id}", renewed=is_renewed, reserve=kiosk.is_reserve, **details)
    return kiosk, token


def refuse(session: Session, now: datetime, reason: str, invitation: str | None = None) -> None:
    """Tell the journal of an application that was turned away (W-37)."""
    journal.append(session, now, "public", "kiosk.enrolment_refused", f"kiosk_invitation:{invitation}" if invitation else "kiosk", reason=reason)


def revoke(session: Session, now: datetime, actor: str, kiosk_id: str) -> Kiosk:
    """From now on nothing of this kiosk is taken; its key never counts again. Raises InvitationRefused when there is nothing to revoke."""
    kiosk = still_trusted(session, kiosk_id)
    kiosk.revoked_at, kiosk.revoked_by = now, actor
    journal.append(session, now, actor, "kiosk.revoked", f"kiosk:{kiosk.id}", room=kiosk.room_id)
    return kiosk


def still_trusted(session: Session, kiosk_id: str) -> Kiosk:
    """The kiosk of that id that can be revoked. Raises InvitationRefused when there is none, or it was revoked before."""
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is None:
        raise InvitationRefused("There is no such kiosk. “meetrec kiosks list” names them all.")
    if kiosk.revoked_at is not None:
        raise InvitationRefused("This kiosk was revoked before.")
    return kiosk


def key_name(kiosk: Kiosk) -> str | None:
    """The SHA-256 of a kiosk's public key, hex: what people and the journal call the key; None for a kiosk from before signatures."""
    return sha256(b64decode(kiosk.public_key)).hexdigest() if kiosk.public_key else None


def _open_invitation(session: Session, now: datetime, application: Application) -> KioskInvitation:
    """The invitation that the code belongs to, held until the transaction ends: of two machines with one code, one is refused."""
    try:
        wanted = select(KioskInvitation).where(KioskInvitation.code_hash == hash_of(application.code))
    except CodeMistyped as error:
        raise EnrolmentRefused(str(error), "unknown_code") from None
    found = session.scalars(wanted.with_for_update(of=KioskInvitation)).first()
    if found is None:
        raise EnrolmentRefused("This server does not know the code. Look at it again, or ask the administrator for a new one.", "unknown_code")
    if found.used_at is not None and not _was_used_by(session, found, application):
        raise EnrolmentRefused("This code was used before; each is good for one machine. Ask the administrator for a new one.", "used_code", found.id)
    if now >= found.expires_at:
        raise EnrolmentRefused("This code has expired. Ask the administrator for a new one.", "expired_code", found.id)
    return found


def _was_used_by(session: Session, invitation: KioskInvitation, application: Application) -> bool:
    """Whether the machine with this key became a kiosk by this code already: the answer with its token was lost, and it asks once more."""
    kiosk = session.get(Kiosk, invitation.kiosk_id)
    return kiosk is not None and kiosk.public_key == b64encode(application.public_key).decode()


def _require_own_key(application: Application, invitation: KioskInvitation) -> None:
    """Nobody becomes a kiosk by a key that is another's: the signature shows that the private half is here."""
    try:
        content = proof_content(application.code, application.public_key)
        require_signed(application.public_key, ENROLMENT, content, application.proof, "The application")
    except SignatureRefused:
        sentence = "The machine did not show that its signing key is its own. The code was not used. Try again with “meetrec kiosk enroll”."
        raise EnrolmentRefused(sentence, "wrong_signature", invitation.id) from None


def _known_machine(session: Session, public_key: str, invitation: KioskInvitation) -> Kiosk | None:
    """The kiosk that this machine is already, if it is one of this room. Raises EnrolmentRefused for a key that may not be used here."""
    kiosk = session.scalars(select(Kiosk).where(Kiosk.public_key == public_key)).first()
    if kiosk is None:
        return None
    if kiosk.revoked_at is not None:
        sentence = "This machine's key was revoked and never counts again. Make it a new one with “meetrec kiosk enroll --new-key”; the code was not used."
        raise EnrolmentRefused(sentence, "revoked_key", invitation.id)
    if kiosk.room_id != invitation.room_id:
        sentence = (
            f"This machine is enrolled for {kiosk.room.name}, {kiosk.room.school.name}. Let it deliver what it holds and revoke it there; "
            "then enrol it with “meetrec kiosk enroll --new-key”. The code was not used."
        )
        raise EnrolmentRefused(sentence, "key_of_another_room", invitation.id)
    return kiosk
