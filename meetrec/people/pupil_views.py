"""Pages of pupils: the list, one pupil with who holds rights and why, and the forms that enter and change it (D-13, D-17, L-04, B-04)."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from meetrec.people import enrolment_actions, pupil_queries, rights_actions
from meetrec.people.account_views import form_page, now_in_the_district
from meetrec.people.identity_words import WAY_WORDS
from meetrec.people.models import Student
from meetrec.people.pupil_forms import LEFT, EnrolmentForm, NewPupilForm, PupilForm
from meetrec.people.rights_words import AUTHORITY_WORDS, EFFECT_WORDS, EVIDENCE_WORDS, HOLDER_WORDS, REASON_WORDS, STANDING_WORDS
from meetrec.people.roles import PROTECTION_ROLES, RIGHTS_ROLES
from meetrec.platform import clock
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound, actor, database, for_staff

blueprint = Blueprint("pupils", __name__)

Act = Callable[[Session, datetime, Student], object]


def today() -> date:
    """The day on the district's calendar: rights are computed for it."""
    return now_in_the_district().date()


def readers_schools() -> frozenset[str] | None:
    """The schools whose pupils the reader may see; None means all (B-04)."""
    with database().reading() as session:
        return pupil_queries.schools_of_reader(session, current_user)


def found_pupil(student_id: UUID) -> Student:
    """The pupil of the page, or 404; also where the reader's office does not reach. Of an entry that was joined it is the one that was kept."""
    schools = readers_schools()
    try:
        with database().reading() as session:
            return pupil_queries.pupil_with(session, str(student_id), schools)
    except NotFound:
        abort(404)


def require_reach(session: Session, guardian_id: str) -> None:
    """What touches a whole person, not only what they are to one pupil, is for an office that reaches all their pupils (B-04). Raises `RightsRefused`."""
    if pupil_queries.stands_elsewhere(session, guardian_id, pupil_queries.schools_of_reader(session, current_user)):
        raise rights_actions.RightsRefused(
            _("This person also stands beside a pupil of another school. Ask the coordinator, a records clerk or the custodian of the district to do it.")
        )


@blueprint.get("/pupils")
@for_staff(*RIGHTS_ROLES)
def pupils() -> ResponseReturnValue:
    """Pupils by name, fifty at a time."""
    typed, number = request.args.get("q", "").strip()[:120], max(1, request.args.get("page", 1, type=int))
    schools = readers_schools()
    with database().reading() as session:
        page = pupil_queries.pupil_page(session, schools, typed, min(number, 10_000))
        return render_template("people/pupils.html", page=page, typed=typed)


@blueprint.get("/pupils/<uuid:student_id>")
@for_staff(*RIGHTS_ROLES)
def pupil(student_id: UUID) -> ResponseReturnValue:
    """One pupil: who holds rights today and why, who does not and why, papers, schools."""
    student, schools = found_pupil(student_id), readers_schools()
    if student.id != str(student_id):
        return back_to(student.id, _("This pupil was entered twice. This is the entry that is kept."))
    with database().reading() as session:
        found = pupil_queries.pupil_detail(session, pupil_queries.pupil_with(session, student.id, None), today())
        entries = {"alike": pupil_queries.entries_alike(session, student, schools), "joined": pupil_queries.joined_with(session, student.id)}
        words = {"holder_words": HOLDER_WORDS, "standing_words": STANDING_WORDS, "reason_words": REASON_WORDS, "evidence_words": EVIDENCE_WORDS}
        more = {"effect_words": EFFECT_WORDS, "authority_words": AUTHORITY_WORDS, "sees_protection": _may_protect(), "way_words": WAY_WORDS}
        return render_template("people/pupil.html", found=found, **entries, **words, **more)


@blueprint.route("/pupils/new", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def new_pupil() -> ResponseReturnValue:
    """Enter a pupil by hand; most come with the roster."""
    with database().reading() as session:
        form = NewPupilForm(today(), pupil_queries.open_school_choices(session, readers_schools()))
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                student = rights_actions.enter_student(session, clock.now(), actor(), form.school.data, form.said())
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            flash(_("The pupil was entered."), "success")
            return redirect(url_for("pupils.pupil", student_id=student.id), 303)
    return form_page(form, _("A new pupil"), _("Enter the pupil"), url_for("pupils.pupils"))


@blueprint.route("/pupils/<uuid:student_id>/edit", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def edit(student_id: UUID) -> ResponseReturnValue:
    """Change what is known of a pupil."""
    student = found_pupil(student_id)
    form = PupilForm(today(), obj=student)
    return step(student, form, _("What is known"), _("Save"), lambda *who: rights_actions.change_student(*_acting(who), form.said()), _("It was changed."))


@blueprint.route("/pupils/<uuid:student_id>/enrolment", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def enrolment(student_id: UUID) -> ResponseReturnValue:
    """Another school, or none: the custodian of the records changes with it (B-04)."""
    student = found_pupil(student_id)
    with database().reading() as session:
        form = EnrolmentForm(today(), pupil_queries.open_school_choices(session))

    def move(session: Session, now: datetime, moved: Student) -> None:
        if form.school.data == LEFT:
            enrolment_actions.leave(session, now, actor(), moved, form.on.data)
        else:
            enrolment_actions.enrol(session, now, actor(), moved, form.school.data, form.on.data)

    note = _("The custodian of the pupil's records is that of the school attended. Whoever leaves the district keeps their records here.")
    return step(student, form, _("School"), _("Save"), move, _("The school was changed."), note)


def step(student: Student, form: FlaskForm, heading: str, button: str, act: Act, done: str, note: str = "") -> ResponseReturnValue:
    """Show a form about one pupil, or do what it says and go back to the pupil."""
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                act(session, clock.now(), pupil_queries.pupil_with(session, student.id, None))
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            return back_to(student.id, done)
    return form_page(form, f"{heading}: {student.name}", button, url_for("pupils.pupil", student_id=student.id), note)


def back_to(student_id: str, done: str) -> ResponseReturnValue:
    """Say what was done, on the pupil's page; a reader whose office no longer reaches the pupil sees the list."""
    flash(done, "success")
    schools = readers_schools()
    with database().reading() as session:
        student = session.get_one(Student, student_id)
    if schools is not None and student.school_id not in schools:
        return redirect(url_for("pupils.pupils"), 303)
    return redirect(url_for("pupils.pupil", student_id=student_id), 303)


def _acting(who: tuple[Session, datetime, Student]) -> tuple[Session, datetime, str, Student]:
    session, now, student = who
    return session, now, actor(), student


def _may_protect() -> bool:
    return bool({role.name for role in current_user.roles} & set(PROTECTION_ROLES))
