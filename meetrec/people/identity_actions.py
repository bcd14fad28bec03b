"""Make, take back and use the one-time codes that prove who somebody is (L-30). The code is shown once; only its hash is kept."""

from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.identity import CODE_LIFE, CodeStanding, Way, why_no_code
from meetrec.people.identity_queries import Holder, Person, codes_of, holds_rights, person_of, standing_of_code, was_closed_since
from meetrec.people.identity_words import NO_CODE_WORDS
from meetrec.people.rights_models import Guardian, IdentityCode
from meetrec.platform.database import new_id
from meetrec.platform.enrolment_codes import CodeMistyped, hash_of, new_code
from meetrec.platform.errors import MeetRecError

# One sentence for every code that does not count, so that nobody learns which codes there are.
NOT_VALID = lazy_gettext(
    "This code does not count. It was used before, is too old, was taken back, or is mistyped. Look at it again, or ask the office for a new one."
)
MISTYPED = lazy_gettext("A code has 20 letters and digits, in five groups of four. Look at it again.")
NOT_NOW = lazy_gettext("This code cannot be used at the moment. Please call the office.")


class CodeNotMade(MeetRecError):
    """No code is made; the sentence says why."""


class CodeRefused(MeetRecError):
    """A code does not count here and now. `reason` is a word for the journal; None when nothing is to be told."""

    def __init__(self, sentence: str, reason: str | None) -> None:
        super().__init__(sentence)
        self.reason = reason


def make_code(session: Session, now: datetime, actor: str, holder: Holder, way: Way, seen: str | None) -> tuple[IdentityCode, str]:
    """Make a code for somebody who holds rights, and the code itself, to be shown this once. One that was open before ends.

    `seen`: what was shown in person, a name of IDENTITY_SEEN; who acts is who saw it. Raises `CodeNotMade`.
    """
    person = holder.person
    facts = {"has_address": bool(person.address), "is_address_withheld": holder.is_address_withheld}
    why = why_no_code(way, is_held=holder.holding.is_held, seen=seen, **facts)
    if why is not None:
        raise CodeNotMade(str(NO_CODE_WORDS[why]))
    revoke_open_codes(session, now, actor, person)
    text = new_code()
    code = IdentityCode(
        id=new_id(), code_hash=hash_of(text), way=way.value, seen=seen if way is Way.HANDED_OVER else None, made_at=now, made_by=actor,
        expires_at=now + CODE_LIFE[way], **_whose(person),
    )  # fmt: skip
    session.add(code)
    session.flush()
    journal.append(session, now, actor, "identity.code_made", subject_of(person), code=code.id, way=code.way, seen=code.seen)
    return code, text


def revoke_code(session: Session, now: datetime, actor: str, code: IdentityCode) -> None:
    """Take a code back; one that was used, or taken back before, stays as it is."""
    if code.used_at is None and code.revoked_at is None:
        code.revoked_at = now
        session.flush()
        journal.append(session, now, actor, "identity.code_revoked", subject_of(person_of(session, code)), code=code.id)


def revoke_open_codes(session: Session, now: datetime, actor: str, person: Person) -> None:
    """Take back whatever could still be used of a person's codes."""
    for code in codes_of(session, person):
        if standing_of_code(code, now) is CodeStanding.OPEN:
            revoke_code(session, now, actor, code)


def code_to_use(session: Session, now: datetime, typed: str, on: date) -> IdentityCode:
    """The code that was typed, if it counts now, held until the transaction ends. `on`: today on the district's calendar.

    Raises `CodeRefused`: mistyped, unknown, used, taken back, too old, or its person holds no rights any more.
    """
    try:
        hashed = hash_of(typed)
    except CodeMistyped as fault:
        raise CodeRefused(str(MISTYPED), None) from fault
    code = session.scalars(select(IdentityCode).where(IdentityCode.code_hash == hashed).with_for_update()).first()
    if code is None:
        raise CodeRefused(str(NOT_VALID), "unknown")
    person, standing = person_of(session, code), standing_of_code(code, now)
    if standing is not CodeStanding.OPEN:
        raise CodeRefused(str(NOT_VALID), standing.value)
    if was_closed_since(session, person, code.made_at):
        raise CodeRefused(str(NOT_VALID), "account_closed")
    if not holds_rights(session, person, on):
        raise CodeRefused(str(NOT_NOW), "no_rights")
    return code


def use_code(session: Session, now: datetime, code: IdentityCode, account_id: str) -> None:
    """The code is used up, and its person is who they say (L-30)."""
    code.used_at, code.account_id = now, account_id
    session.flush()
    journal.append(session, now, f"user:{account_id}", "identity.verified", subject_of(person_of(session, code)), code=code.id, way=code.way)


def tell_refused_code(session: Session, now: datetime, actor: str, refused: CodeRefused) -> None:
    """Tell the journal that a code did not count; what was typed is kept nowhere."""
    if refused.reason is not None:
        journal.append(session, now, actor, "identity.code_refused", "identity-code", reason=refused.reason)


def subject_of(person: Person) -> str:
    """How the journal names whom a code is for."""
    return f"guardian:{person.id}" if isinstance(person, Guardian) else f"student:{person.id}"


def _whose(person: Person) -> dict[str, str]:
    return {"guardian_id": person.id} if isinstance(person, Guardian) else {"student_id": person.id}
