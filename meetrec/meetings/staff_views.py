"""Staff pages of meetings: entering a meeting."""

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.meetings import actions, queries
from meetrec.meetings.forms import MeetingForm
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("meetings", __name__)


@blueprint.get("/meetings/new")
@for_staff(*DESK_ROLES)
def new_meeting() -> ResponseReturnValue:
    """The empty form."""
    return render_template("meetings/new.html", form=_form())


@blueprint.post("/meetings/new")
@for_staff(*DESK_ROLES)
def enter_meeting() -> ResponseReturnValue:
    """Enter the meeting, or show the form again with a sentence at each field that needs a change."""
    form = _form()
    if not form.validate():
        return render_template("meetings/new.html", form=form), 422
    try:
        with database().writing() as session:
            actions.plan_meeting(session, form.now, actor(), form.plan())
    except actions.MeetingNotPlanned as error:
        form.start.errors = [str(error)]
        return render_template("meetings/new.html", form=form), 422
    flash(_("The meeting was entered."))
    return redirect("/desk", 303)


def _form() -> MeetingForm:
    with database().reading() as session:
        students, rooms = queries.student_choices(session), queries.room_choices(session)
    return MeetingForm(clock.now(), settings().district.zone, students, rooms)
