"""The gate of staff pages: signed in, and with one of the roles; whoever is turned away stands in the journal (W-37)."""

from flask import abort
from flask_login import current_user

from meetrec.journal import actions as journal
from meetrec.platform import clock
from meetrec.platform.web import Entrance, actor, database


def let_roles_in(entrance: Entrance) -> None:
    """Let a signed-in person with one of the entrance's roles pass; ask everybody else to sign in, or refuse."""
    if not current_user.is_authenticated:
        abort(401)
    if any(role.name in entrance.roles for role in current_user.roles):
        return
    with database().writing() as session:
        journal.append(session, clock.now(), actor(), "access.denied", "page", reason="no_role")
    abort(403)
