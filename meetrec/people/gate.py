"""The gates of staff pages, family pages and pages of everybody signed in; whoever is turned away stands in the journal (W-09, W-33, W-37)."""

from datetime import UTC, datetime, timedelta
from typing import NoReturn

from flask import abort, current_app, make_response, render_template
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.utils import logout_user

from meetrec.journal import actions as journal
from meetrec.journal import queries as journal_queries
from meetrec.people.duty_queries import state_of_account, training_of
from meetrec.people.models import FAMILY, Account
from meetrec.people.standing import AccountState
from meetrec.people.training import Gate, TrainingPolicy, gate_for
from meetrec.platform import clock
from meetrec.platform.web import Entrance, actor, database, settings

# Too many refused tries close the way in, not the sessions that are open: else anybody could end a person's work by typing wrong passwords.
STAYS_IN = (AccountState.ACTIVE, AccountState.LOCKED)
BETWEEN_DENIALS = timedelta(minutes=1)


def let_roles_in(entrance: Entrance) -> None:
    """Let a signed-in person with one of the entrance's roles pass; ask everybody else to sign in, or refuse."""
    let_signed_in_in(entrance)
    if not any(role.name in entrance.roles for role in current_user.roles):
        _turn_away("no_role")
    if training_gate() is Gate.BLOCK:
        _tell_denial_once(actor(), "training_expired")
        _refuse(_("Your training has to be renewed"), _("Until it is entered, pages stay closed. The administrator can enter it."))


def let_families_in(entrance: Entrance) -> None:
    """Let a signed-in parent, guardian or eligible student pass; ask everybody else to sign in, or refuse."""
    let_signed_in_in(entrance)
    if current_user.kind != FAMILY:
        _turn_away("no_family")


def let_signed_in_in(_entrance: Entrance) -> None:
    """Let whoever is signed in and in good standing pass; ask everybody else to sign in."""
    if not current_user.is_authenticated:
        abort(401)
    require_standing(current_user._get_current_object())


def let_signing_in_in(_entrance: Entrance) -> None:
    """The gate of the sign-in pages: open to everybody but those whose account was closed meanwhile."""
    if current_user.is_authenticated:
        require_standing(current_user._get_current_object())


def require_standing(account: Account) -> None:
    """End the session of a person who may not go on: suspended, deactivated, no agreement (W-33: the next request, so within 60 s of any work).

    A session of before a suspension ends too when the suspension is over by its time, in every browser that has its cookie.
    """
    state = state_of_account(current_app.extensions["meetrec.account_session"](), account, _now_in_the_district(), _signed_in_at())
    if state in STAYS_IN:
        return
    who = actor()
    logout_user()
    if state is AccountState.SIGNED_IN_BEFORE:
        abort(401)
    current_app.extensions["meetrec.account_session"].remove()  # it may hold the write lock
    _tell_denial_once(who, state.value)
    _refuse_closed()


def refuse_account(who: str, state: AccountState) -> NoReturn:
    """Say at a sign-in that the account is closed, where the person can turn to, and tell the journal."""
    current_app.extensions["meetrec.account_session"].remove()  # it may hold the write lock
    _tell_denial(who, state.value)
    _refuse_closed()


def _refuse_closed() -> NoReturn:
    _refuse(_("Your account is closed at the moment"), _("You cannot go on here. Nothing that you saved is lost."))


def standing_of(account: Account) -> AccountState:
    """Whether an account may be used now; asked of the database at each request, and never remembered."""
    return state_of_account(current_app.extensions["meetrec.account_session"](), account, _now_in_the_district())


def may_session_go_on() -> bool:
    """Whether somebody is signed in and this very session may be used: a page that is open to everybody takes any other session for nobody's."""
    if not current_user.is_authenticated:
        return False
    accounts = current_app.extensions["meetrec.account_session"]()
    return state_of_account(accounts, current_user._get_current_object(), _now_in_the_district(), _signed_in_at()) in STAYS_IN


def _signed_in_at() -> datetime:
    """When the person of this session last showed who they are; a cookie that does not say is older than everything."""
    return datetime.fromtimestamp(cookie.get("fs_paa", 0), UTC)


def training_gate() -> Gate:
    """What the signed-in person's training opens of the pages (W-20); families need none."""
    if not current_user.is_authenticated or current_user.kind == FAMILY:
        return Gate.OPEN
    session = current_app.extensions["meetrec.account_session"]()
    standing = training_of(session, current_user._get_current_object(), _now_in_the_district().date())
    return gate_for(standing, is_content=False, policy=training_policy())


def training_policy() -> TrainingPolicy:
    """What an outdated training closes, by the district's settings."""
    return TrainingPolicy(Gate(settings().training.content), Gate(settings().training.pages))


def _now_in_the_district() -> datetime:
    return clock.in_zone(clock.now(), settings().district.zone)


def _turn_away(reason: str) -> NoReturn:
    _tell_denial_once(actor(), reason)
    abort(403)


def _tell_denial_once(who: str, reason: str) -> None:
    """One entry a minute for each account and reason: the journal keeps everything for good, and nobody may fill it by asking again and again."""
    with database().reading() as session:
        if journal_queries.was_told(session, who, "access.denied", clock.now() - BETWEEN_DENIALS, reason=reason):
            return
    _tell_denial(who, reason)


def _tell_denial(who: str, reason: str) -> None:
    with database().writing() as session:
        journal.append(session, clock.now(), who, "access.denied", "page", reason=reason)


def _refuse(heading: str, sentence: str) -> NoReturn:
    """A page that says why, and whom to call: the way on that needs no computer (W-33)."""
    abort(make_response(render_template("people/suspended.html", heading=heading, sentence=sentence, whom=settings().district), 403))
