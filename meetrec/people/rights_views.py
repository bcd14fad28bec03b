"""Pages about rights: the grown-ups beside a pupil, papers that take or question rights, particular protection (D-17, L-04, L-55, S-14)."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.people import pupil_queries, rights_actions
from meetrec.people.models import Student
from meetrec.people.pupil_forms import EvidenceForm, GuardianForm, KinForm, NewGuardianForm, ProtectionForm, RestrictionForm
from meetrec.people.pupil_views import back_to, found_pupil, require_reach, step, today
from meetrec.people.rights import RightsHolderKind
from meetrec.people.rights_models import Guardian, Guardianship, RightsRestriction
from meetrec.people.rights_words import PROTECTION_WORDS
from meetrec.people.roles import PROTECTION_ROLES, RIGHTS_ROLES
from meetrec.platform import clock
from meetrec.platform.web import actor, database, for_staff

blueprint = Blueprint("rights", __name__)

Row = TypeVar("Row", Guardianship, RightsRestriction)


@blueprint.route("/pupils/<uuid:student_id>/guardians", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def new_guardian(student_id: UUID) -> ResponseReturnValue:
    """Enter somebody new beside a pupil."""
    student, form = found_pupil(student_id), NewGuardianForm()

    def enter(session: Session, now: datetime, beside: Student) -> None:
        guardian = rights_actions.enter_guardian(session, now, actor(), form.said())
        kind = RightsHolderKind(form.kind.data)
        rights_actions.enter_guardianship(session, now, actor(), beside, guardian, kind, form.begins_on.data, form.evidence())

    return step(student, form, _("A parent, guardian or other adult"), _("Enter the person"), enter, _("The person was entered."), _paper_note())


@blueprint.route("/pupils/<uuid:student_id>/guardians/known", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def known_guardian(student_id: UUID) -> ResponseReturnValue:
    """Let somebody who is entered already stand beside this pupil too, such as a parent of brothers and sisters."""
    student = found_pupil(student_id)
    with database().reading() as session:
        form = KinForm(pupil_queries.kin_choices(session, student, pupil_queries.schools_of_reader(session, current_user)))

    def enter(session: Session, now: datetime, beside: Student) -> None:
        guardian = session.get_one(Guardian, form.guardian.data)
        kind = RightsHolderKind(form.kind.data)
        rights_actions.enter_guardianship(session, now, actor(), beside, guardian, kind, form.begins_on.data, form.evidence())

    return step(student, form, _("Somebody who is entered already"), _("Enter it"), enter, _("It was entered."), _paper_note())


@blueprint.route("/pupils/<uuid:student_id>/guardians/<uuid:guardian_id>/edit", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def edit_guardian(student_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Change a grown-up's name and how to reach them; an address that a court withholds is not shown, and stays when the field is left empty."""
    student = found_pupil(student_id)
    with database().reading() as session:
        found = pupil_queries.pupil_detail(session, session.get_one(Student, student.id), today())
    beside = next((one for one in found.beside if one.tie.guardian_id == str(guardian_id)), None) or abort(404)
    with database().reading() as session:
        try:
            require_reach(session, str(guardian_id))
        except rights_actions.RightsRefused as refused:
            flash(str(refused), "error")
            return redirect(url_for("pupils.pupil", student_id=student.id), 303)
    form = GuardianForm(obj=beside.tie.guardian)
    if beside.is_address_withheld and request.method == "GET":
        form.address.data = ""

    def change(session: Session, now: datetime, _student: Student) -> None:
        guardian = session.get_one(Guardian, str(guardian_id))
        said = form.said()
        if beside.is_address_withheld and said.address is None:
            said = rights_actions.with_address(said, guardian.address)
        rights_actions.change_guardian(session, now, actor(), guardian, said)

    note = _("A court withholds the address. It is not shown; leave the field empty to keep it.") if beside.is_address_withheld else ""
    return step(student, form, beside.tie.guardian.name, _("Save"), change, _("It was changed."), note)


@blueprint.route("/pupils/<uuid:student_id>/guardianships/<uuid:tie_id>/paper", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def paper_of_guardianship(student_id: UUID, tie_id: UUID) -> ResponseReturnValue:
    """Note the paper that shows a guardianship (B-R3, B-R10)."""
    student, tie = found_pupil(student_id), _of_pupil(Guardianship, student_id, tie_id)
    form = EvidenceForm(obj=tie)

    def note(session: Session, now: datetime, _student: Student) -> None:
        rights_actions.note_evidence(session, now, actor(), session.get_one(Guardianship, tie.id), form.evidence())

    return step(student, form, tie.guardian.name, _("Save"), note, _("The paper was noted."), _paper_note())


@blueprint.post("/pupils/<uuid:student_id>/guardianships/<uuid:tie_id>/end")
@for_staff(*RIGHTS_ROLES)
def end_guardianship(student_id: UUID, tie_id: UUID) -> ResponseReturnValue:
    """From today on it no longer holds."""
    student, tie = found_pupil(student_id), _of_pupil(Guardianship, student_id, tie_id)
    try:
        with database().writing() as session:
            rights_actions.end_guardianship(session, clock.now(), actor(), session.get_one(Guardianship, tie.id), today())
    except rights_actions.RightsRefused as refused:
        flash(str(refused), "error")
        return redirect(url_for("pupils.pupil", student_id=student.id), 303)
    return back_to(student.id, _("It has ended."))


@blueprint.route("/pupils/<uuid:student_id>/restrictions", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def new_restriction(student_id: UUID) -> ResponseReturnValue:
    """Enter a paper that takes a right, contradicts another, or withholds an address."""
    student = found_pupil(student_id)
    with database().reading() as session:
        form = RestrictionForm(pupil_queries.people_beside(session, student.id))

    def enter(session: Session, now: datetime, about: Student) -> None:
        rights_actions.restrict(session, now, actor(), about, form.paper())

    note = _("Either parent holds full rights unless a court order, statute or binding paper takes them by name.")
    return step(student, form, _("A paper about rights"), _("Enter the paper"), enter, _("The paper was entered."), note)


@blueprint.post("/pupils/<uuid:student_id>/restrictions/<uuid:restriction_id>/lift")
@for_staff(*RIGHTS_ROLES)
def lift_restriction(student_id: UUID, restriction_id: UUID) -> ResponseReturnValue:
    """The paper counts no more."""
    student, paper = found_pupil(student_id), _of_pupil(RightsRestriction, student_id, restriction_id)
    with database().writing() as session:
        rights_actions.lift(session, clock.now(), actor(), session.get_one(RightsRestriction, paper.id))
    return back_to(student.id, _("The paper counts no more."))


@blueprint.route("/pupils/<uuid:student_id>/protection", methods=["GET", "POST"])
@for_staff(*PROTECTION_ROLES)
def protection(student_id: UUID) -> ResponseReturnValue:
    """Set or change particular protection; only here anybody reads why (S-14)."""
    with database().reading() as session:
        student = session.get(Student, str(student_id)) or abort(404)
        flag = pupil_queries.standing_flag(session, student.id)
    form = ProtectionForm(obj=flag)
    if form.validate_on_submit():
        with database().writing() as session:
            about = session.get_one(Student, student.id)
            rights_actions.protect(session, clock.now(), actor(), about, form.reason.data, form.words.data or None)
        return redirect(request.path, 303)
    shown = {"student": student, "flag": flag, "reason": PROTECTION_WORDS.get(flag.reason) if flag else None}
    return render_template("people/protection.html", form=form, **shown), 422 if request.method == "POST" else 200


@blueprint.post("/pupils/<uuid:student_id>/protection/end")
@for_staff(*PROTECTION_ROLES)
def end_protection(student_id: UUID) -> ResponseReturnValue:
    """The pupil needs no particular protection any more."""
    with database().writing() as session:
        student = session.get(Student, str(student_id)) or abort(404)
        rights_actions.end_protection(session, clock.now(), actor(), student)
    return redirect(url_for("rights.protection", student_id=student_id), 303)


def _of_pupil(kind: type[Row], student_id: UUID, row_id: UUID) -> Row:
    """A row of this pupil and of nobody else, or 404."""
    with database().reading() as session:
        row = session.get(kind, str(row_id))
        if row is None or row.student_id != str(student_id):
            abort(404)
        return row


def _paper_note() -> str:
    return _("A parent and a legal guardian hold rights unless a paper says otherwise. Everybody else holds them once somebody has seen the paper.")
