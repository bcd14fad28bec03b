"""Where a member of staff arrives after signing in: the desk, the recordings, the day, or a page that says what needs doing."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user

from meetrec.people import roles
from meetrec.people.account_views import now_in_the_district
from meetrec.people.arrival_queries import what_needs_doing
from meetrec.people.roles import CHAIR_ROLES, CONTENT_ROLES, DESK_ROLES, ROLES
from meetrec.platform.web import database, for_staff, settings

blueprint = Blueprint("people", __name__)

# The navigation of staff pages, in its order: whose place it is, where, and its name. A place without a page yet is not offered.
PLACES = (
    (roles.DESK_ROLES, "/desk", lazy_gettext("Desk")),
    (roles.CHAIR_ROLES, "/today", lazy_gettext("Today")),
    (roles.CHAIR_ROLES, "/meetings", lazy_gettext("Meetings")),
    (roles.CONTENT_ROLES, "/recordings", lazy_gettext("Recordings")),
    (roles.DESK_ROLES, "/calendar", lazy_gettext("Calendar")),
    (roles.RIGHTS_ROLES, "/pupils", lazy_gettext("Pupils")),
    (roles.ROSTER_ROLES, "/schools", lazy_gettext("Schools")),
    (roles.ROSTER_ROLES, "/roster", lazy_gettext("Roster")),
    (roles.KIOSK_ROLES, "/kiosks", lazy_gettext("Kiosks")),
    (roles.ACCOUNT_ROLES, "/accounts", lazy_gettext("Accounts")),
    (roles.ACCOUNT_ROLES, "/vendors", lazy_gettext("Vendors")),
    (roles.CUSTODY_ROLES, "/custodians", lazy_gettext("Custodians")),
    (roles.TRAINING_ROLES, "/training", lazy_gettext("Training")),
    (roles.SUSPENSION_ROLES, "/suspensions", lazy_gettext("Suspensions")),
    (roles.PROFILE_READERS, "/rules", lazy_gettext("Rules")),
    (roles.LETTER_ROLES, "/letters", lazy_gettext("Letters")),
    (roles.ROLES_WITH_PAGES, "/my-consents", lazy_gettext("Asked of me")),
)


@blueprint.app_context_processor
def places_of_the_reader() -> dict[str, object]:
    """The pages that the navigation of staff pages offers: those that the reader's roles open."""
    held = {role.name for role in getattr(current_user, "roles", ())}
    there = {rule.rule for rule in current_app.url_map.iter_rules()} if held else set()
    return {"places": [(address, name) for of_roles, address, name in PLACES if held & set(of_roles) and address in there]}


@blueprint.get("/staff")
@for_staff(*ROLES)
def arrival() -> ResponseReturnValue:
    """Send everybody to the first page of their own."""
    held = {role.name for role in current_user.roles}
    if held & set(DESK_ROLES):
        return redirect(url_for("desk.desk"))
    if held & set(CONTENT_ROLES):
        return redirect(url_for("recordings.all_recordings"))
    if held & set(CHAIR_ROLES):
        return redirect(url_for("meeting.today"))
    with database().reading() as session:
        to_do = what_needs_doing(session, held, now_in_the_district())
    return render_template("people/arrival.html", to_do=to_do, sends_no_mail=not settings().mail.host)
