"""A family's own account: opened with a one-time code, joined by another code of the same person, ended by staff; its language."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people import actions
from meetrec.people.identity_actions import CodeRefused, code_to_use, revoke_open_codes, use_code
from meetrec.people.identity_queries import Person, is_somebody_elses, open_account_of, person_of
from meetrec.people.models import FAMILY, Account
from meetrec.people.rights_models import IdentityCode
from meetrec.platform.languages import LANGUAGES

# Why staff end a family's account: those of DEACTIVATION_REASONS that fit.
ENDING_REASONS = ("left", "mistake", "other")


class AddressTaken(actions.AccountRefused):
    """An account has this mail address already."""


def person_to_open(session: Session, now: datetime, typed: str, on: date) -> tuple[Person, IdentityCode]:
    """Who may open an account with the code that was typed, and the code. Raises `CodeRefused`, also where the person has an account already."""
    code = code_to_use(session, now, typed, on)
    person = person_of(session, code)
    if open_account_of(session, person):
        raise CodeRefused(_("An account was opened for you before. Sign in with it first, then type the code again."), "account_there")
    return person, code


def open_account(session: Session, now: datetime, typed: str, on: date, email: str, password: str, language: str) -> Account:
    """Open the account of whoever the code was made for; the code is used up by it. Raises `CodeRefused`, `AddressTaken`."""
    person, code = person_to_open(session, now, typed, on)
    if session.scalars(select(Account.id).where(Account.email == email)).first():
        raise AddressTaken(_("This address cannot be used. If you have an account under it, sign in first and type the code then."))
    account = actions.create_account(session, now, "public", email, person.name, password, kind=FAMILY)
    account.language, person.account_id = language, account.id
    use_code(session, now, code, account.id)
    return account


def join_account(session: Session, now: datetime, typed: str, on: date, account: Account) -> None:
    """Use a code signed in: the first one joins its person to the account, a later one of the same person is a fresh proof alone.

    Raises `CodeRefused` where the code, or the account, is another person's; the code stays as it is then.
    """
    code = code_to_use(session, now, typed, on)
    person = person_of(session, code)
    own = open_account_of(session, person)
    if account.kind != FAMILY or is_somebody_elses(session, account, person) or (own is not None and own.id != account.id):
        raise CodeRefused(_("This code was made for another person than the one signed in here. Sign out, then type it again."), "another_person")
    person.account_id = account.id
    use_code(session, now, code, account.id)


def end_family_account(session: Session, now: datetime, actor: str, person: Person, because: str) -> None:
    """Close a family's account: its sessions end with the next page, its open codes count no more, everything of it is kept (W-26).

    Raises `AccountRefused` where there is none.
    """
    account = open_account_of(session, person)
    if account is None or because not in ENDING_REASONS:
        raise actions.AccountRefused(_("There is no open account of this person."))
    revoke_open_codes(session, now, actor, person)
    actions.deactivate(session, now, actor, account, because)


def change_language(session: Session, now: datetime, actor: str, account: Account, language: str) -> None:
    """The language of mails, and of pages in a browser where nobody chose another."""
    if language not in LANGUAGES:
        raise actions.AccountRefused(_("Choose one of the languages."))
    account.language = language
    session.flush()
    journal.append(session, now, actor, "account.changed", f"account:{account.id}", language=language)
