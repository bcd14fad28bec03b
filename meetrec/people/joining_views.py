"""The page on which two entries of one pupil are made one."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectChoice

from meetrec.people import joining, pupil_queries
from meetrec.people.models import Student
from meetrec.people.pupil_views import back_to, found_pupil, readers_schools, today
from meetrec.people.rights_actions import RightsRefused
from meetrec.people.roles import RIGHTS_ROLES
from meetrec.platform import clock
from meetrec.platform.form_validators import Needed
from meetrec.platform.typed_fields import OneOfTheList
from meetrec.platform.web import actor, database, for_staff

blueprint = Blueprint("joining", __name__)


class JoinForm(FlaskForm):
    """Which entry is the same pupil, and that somebody is sure; a second time where the birth dates differ."""

    other = RadioField(lazy_gettext("The other entry"), [OneOfTheList(lazy_gettext("Choose the other entry."))], validate_choice=False)
    is_same = BooleanField(lazy_gettext("I have looked at both: it is the same pupil"), [Needed(lazy_gettext("Join them only when you are sure."))])
    differ = BooleanField(lazy_gettext("The birth dates differ, and it is the same pupil all the same"))


@blueprint.route("/pupils/<uuid:student_id>/join", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def join(student_id: UUID) -> ResponseReturnValue:
    """Two entries of one pupil: everything of the chosen one goes to this one."""
    student, schools = found_pupil(student_id), readers_schools()
    with database().reading() as session:
        alike = pupil_queries.entries_alike(session, student, schools)
    form = JoinForm()
    form.other.choices = [SelectChoice(one.id, one.name) for one in alike]
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                _join(session, clock.now(), student, form)
        except RightsRefused as refused:
            form.form_errors.append(str(refused))
        else:
            return back_to(student.id, _("The two entries are one now."))
    page = render_template("people/join.html", student=student, alike=alike, form=form, differ=any(joining.birth_dates_differ(student, one) for one in alike))
    return page, 422 if form.errors else 200


def _join(session: Session, now: datetime, student: Student, form: JoinForm) -> None:
    kept, other = session.get_one(Student, student.id), session.get_one(Student, form.other.data)
    joining.join(session, now, actor(), kept, other, today(), birth_dates_may_differ=form.differ.data)
