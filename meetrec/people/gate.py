"""The gates of staff pages, family pages and pages of everybody signed in; whoever is turned away stands in the journal (W-37)."""

from typing import NoReturn

from flask import abort
from flask_login import current_user

from meetrec.journal import actions as journal
from meetrec.people.models import FAMILY
from meetrec.platform import clock
from meetrec.platform.web import Entrance, actor, database


def let_roles_in(entrance: Entrance) -> None:
    """Let a signed-in person with one of the entrance's roles pass; ask everybody else to sign in, or refuse."""
    let_signed_in_in(entrance)
    if not any(role.name in entrance.roles for role in current_user.roles):
        _turn_away("no_role")


def let_families_in(entrance: Entrance) -> None:
    """Let a signed-in parent, guardian or eligible student pass; ask everybody else to sign in, or refuse."""
    let_signed_in_in(entrance)
    if current_user.kind != FAMILY:
        _turn_away("no_family")


def let_signed_in_in(_entrance: Entrance) -> None:
    """Let whoever is signed in pass; ask everybody else to sign in."""
    if not current_user.is_authenticated:
        abort(401)


def _turn_away(reason: str) -> NoReturn:
    with database().writing() as session:
        journal.append(session, clock.now(), actor(), "access.denied", "page", reason=reason)
    abort(403)
