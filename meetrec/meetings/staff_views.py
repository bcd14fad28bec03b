"""Staff pages of meetings: entering a meeting."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.district.queries import profile_in_force
from meetrec.meetings import actions, queries
from meetrec.meetings.forms import MeetingForm
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("meetings", __name__)

LONGEST_NAME = 160  # characters of a name that is sought
FILLED_IN = ("kind", "student", "room", "day", "start", "end", "chair", "calendar_uid")


@blueprint.get("/meetings/new")
@for_staff(*DESK_ROLES)
def new_meeting() -> ResponseReturnValue:
    """The form: empty, or with what an event of the calendar says plainly, in the address."""
    form, pupils = _form(request.args)
    for name in FILLED_IN:
        form[name].process_formdata(request.args.getlist(name)[:1])
    return _page(form, pupils)


@blueprint.post("/meetings/new")
@for_staff(*DESK_ROLES)
def enter_meeting() -> ResponseReturnValue:
    """Enter the meeting, or show the form again with a sentence at each field that needs a change."""
    form, pupils = _form(request.form)
    if not form.validate():
        return _page(form, pupils), 422
    try:
        with database().writing() as session:
            actions.plan_meeting(session, form.now, actor(), form.plan())
    except actions.MeetingNotPlanned as error:
        form.start.errors = [str(error)]
        return _page(form, pupils), 422
    flash(_("The meeting was entered."))
    return redirect("/desk", 303)


def _page(form: MeetingForm, pupils: queries.PupilsToChoose) -> str:
    """With a pointer to what governs other kinds of meetings (G0.3)."""
    today = clock.in_zone(form.now, settings().district.zone).date()
    with database().reading() as session:
        pointer = profile_in_force(session, settings(), today).policy_pointer
    return render_template("meetings/new.html", form=form, pupils=pupils, kept=_kept(), policy_pointer=pointer)


def _kept() -> dict[str, str]:
    """What the search for a pupil carries along: what the address fills in."""
    return {name: request.args[name] for name in FILLED_IN if name != "student" and request.args.get(name)}


def _form(said: Mapping[str, str]) -> tuple[MeetingForm, queries.PupilsToChoose]:
    """The form, and the pupils it lets choose from: of the name in `sought`, where the district has too many for a list."""
    with database().reading() as session:
        pupils = queries.pupils_to_choose(session, said.get("sought", "")[:LONGEST_NAME], said.get("student", ""))
        rooms, chairs = queries.room_choices(session), queries.chair_choices(session)
    return MeetingForm(clock.now(), settings().district.zone, pupils.choices, rooms, chairs), pupils
