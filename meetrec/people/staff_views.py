"""Where a member of staff arrives after signing in: the desk, or a page that says what the account is for."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetrec.people.roles import CONTENT_ROLES, DESK_ROLES, KIOSK_ROLES, ROLES
from meetrec.platform.web import for_staff

blueprint = Blueprint("people", __name__)


@blueprint.app_context_processor
def places_of_the_reader() -> dict[str, object]:
    """The pages that the navigation of staff pages offers: those that the reader's roles open."""
    held = {role.name for role in getattr(current_user, "roles", ())}
    offered = ((DESK_ROLES, "/desk", _("Desk")), (CONTENT_ROLES, "/recordings", _("Recordings")), (KIOSK_ROLES, "/kiosks", _("Kiosks")))
    return {"places": [(address, name) for roles, address, name in offered if held & set(roles)]}


@blueprint.get("/staff")
@for_staff(*ROLES)
def arrival() -> ResponseReturnValue:
    """Send everybody to the first page of their own."""
    held = {role.name for role in current_user.roles}
    if held & set(DESK_ROLES):
        return redirect(url_for("desk.desk"))
    if held & set(CONTENT_ROLES):
        return redirect(url_for("recordings.all_recordings"))
    return render_template("people/arrival.html")
