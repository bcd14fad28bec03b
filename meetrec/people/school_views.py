"""Pages of schools: the list, a new one, and the end of one. Most come with the roster."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.people import pupil_queries, rights_actions
from meetrec.people.account_views import form_page
from meetrec.people.models import School
from meetrec.people.pupil_forms import SchoolForm
from meetrec.people.pupil_views import today
from meetrec.people.roles import ROSTER_ROLES
from meetrec.platform import clock
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import actor, database, for_staff

blueprint = Blueprint("schools", __name__)


@blueprint.get("/schools")
@for_staff(*ROSTER_ROLES)
def schools() -> ResponseReturnValue:
    """Every school, with the number of its pupils."""
    with database().reading() as session:
        return render_template("people/schools.html", schools=pupil_queries.all_schools(session))


@blueprint.route("/schools/new", methods=["GET", "POST"])
@for_staff(*ROSTER_ROLES)
def new_school() -> ResponseReturnValue:
    """Enter a school; it needs a custodian of its records (B-04)."""
    form = SchoolForm()
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                rights_actions.enter_school(session, clock.now(), actor(), form.name.data)
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            flash(_("The school was entered. It needs a custodian of its records."), "success")
            return redirect(url_for("schools.schools"), 303)
    return form_page(form, _("A new school"), _("Enter the school"), url_for("schools.schools"))


@blueprint.post("/schools/<uuid:school_id>/close")
@for_staff(*ROSTER_ROLES)
def close_school(school_id: UUID) -> ResponseReturnValue:
    """Close a school; everything of it stays."""
    with database().writing() as session:
        school = session.get(School, str(school_id)) or abort(404)
        rights_actions.close_school(session, clock.now(), actor(), school, today())
    flash(_("The school was closed."), "success")
    return redirect(url_for("schools.schools"), 303)
