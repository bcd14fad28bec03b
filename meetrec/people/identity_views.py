"""Where staff prove who a parent or student is: by a code handed over to somebody they saw, or posted to the address on file (L-30)."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.people.account_views import form_page, now_in_the_district
from meetrec.people.family_actions import end_family_account
from meetrec.people.family_forms import FamilyEndForm, MakeCodeForm
from meetrec.people.identity import CodeStanding, Way
from meetrec.people.identity_actions import make_code, revoke_code, subject_of
from meetrec.people.identity_queries import Holder, Person, holders_of, is_withheld_anywhere, person_of, pupils_of, standing_of_code
from meetrec.people.identity_words import SEEN_WORDS, STANDING_WORDS, WAY_WORDS
from meetrec.people.models import Student
from meetrec.people.pupil_views import found_pupil, readers_schools, require_reach
from meetrec.people.rights_models import IdentityCode
from meetrec.people.rights_words import HOLDER_WORDS
from meetrec.people.rights_words import STANDING_WORDS as RIGHTS_WORDS
from meetrec.people.roles import RIGHTS_ROLES, SUSPENSION_ROLES
from meetrec.people.words import STATE_WORDS
from meetrec.platform import clock
from meetrec.platform.enrolment_codes import CodeMistyped, hash_of
from meetrec.platform.errors import MeetRecError
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.letters import letter_pdf
from meetrec.platform.mail import put_mail
from meetrec.platform.mail_addresses import can_be_sent_to
from meetrec.platform.web import actor, database, for_staff, settings

WORDS = {
    "way_words": WAY_WORDS,
    "seen_words": SEEN_WORDS,
    "code_words": STANDING_WORDS,
    "rights_words": RIGHTS_WORDS,
    "holder_words": HOLDER_WORDS,
    "state_words": STATE_WORDS,
}

blueprint = Blueprint("identity", __name__)


@blueprint.route("/pupils/<uuid:student_id>/identity", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def identity(student_id: UUID) -> ResponseReturnValue:
    """Who beside a pupil has an account, every code that was made, and a form for the next one."""
    student = found_pupil(student_id)
    with database().reading() as session:
        holders = holders_of(session, session.get_one(Student, student.id), now_in_the_district())
    form = MakeCodeForm([(one.person.id, one.person.name) for one in holders if one.holding.is_held])
    if form.validate_on_submit():
        try:
            return _made(student, form)
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
    may_suspend = bool({role.name for role in current_user.roles} & set(SUSPENSION_ROLES))  # W-33
    page = render_template("people/identity.html", student=student, holders=holders, form=form, may_suspend=may_suspend, **WORDS)
    return page, 422 if request.method == "POST" else 200


def _made(student: Student, form: MakeCodeForm) -> ResponseReturnValue:
    """The page that shows the code this once, or lets its letter be printed. Raises `CodeNotMade`, `RightsRefused`."""
    with database().writing() as session:
        holder = _holder(session, student, form.holder.data)
        require_reach(session, holder.person.id)
        code, text = make_code(session, clock.now(), actor(), holder, form.chosen_way, form.seen.data or None)
        _tell_by_mail(session, holder.person, code)
    language = form.language.data if form.language.data in LANGUAGES else getattr(holder.person, "language", "en")
    shown = {"code": code, "text": text, "language_of_letter": language, "is_posted": form.chosen_way is Way.POSTED}
    return render_template("people/identity_code.html", student=student, person=holder.person, **shown)


def _tell_by_mail(session: Session, person: Person, code: IdentityCode) -> None:
    """To the mail address on file, where there is one and mail goes out: one member of staff alone makes no account in another's name unnoticed."""
    if not person.email or not settings().mail.host or not can_be_sent_to(person.email):
        return
    language = getattr(person, "language", "en")
    said = {"made_at": code.made_at, "is_posted": code.way == Way.POSTED}
    put_mail(session, code.made_at, "identity_code_made", person.email, language, subject_of(person), **said)


@blueprint.post("/identity-codes/<uuid:code_id>/letter")
@for_staff(*RIGHTS_ROLES)
def letter(code_id: UUID) -> ResponseReturnValue:
    """The letter with the code. Only its hash is kept, so the page that made it brings it along; another code, or one that counts no more, gives nothing."""
    typed, language = request.form.get("code", ""), request.form.get("language", "en")
    with database().reading() as session:
        code, _pupils = _found_code(session, code_id)
        person = person_of(session, code)
        if standing_of_code(code, clock.now()) is not CodeStanding.OPEN or not _is_code(code, typed):
            abort(404)
        if code.way == Way.POSTED and is_withheld_anywhere(session, person, now_in_the_district().date()):
            abort(404)  # the paper of the court came since
    address = (person.address or "") if code.way == Way.POSTED else ""
    begin = f"{settings().server.public_address}/family/begin" if settings().server.public_address else None
    said = {"name": person.name, "address": address, "code": typed, "expires_at": code.expires_at, "begin_link": begin}
    content = letter_pdf("identity_code", language, is_student=isinstance(person, Student), **said)
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": 'inline; filename="letter.pdf"'})


@blueprint.post("/identity-codes/<uuid:code_id>/revoke")
@for_staff(*RIGHTS_ROLES)
def revoke(code_id: UUID) -> ResponseReturnValue:
    """Take a code back."""
    with database().writing() as session:
        code, pupils = _found_code(session, code_id)
        revoke_code(session, clock.now(), actor(), code)
        back_to = next((pupil for pupil in pupils if pupil.id == request.form.get("pupil")), pupils[0])
    flash(_("The code counts no more."), "success")
    return redirect(url_for("identity.identity", student_id=back_to.id), 303)


@blueprint.route("/pupils/<uuid:student_id>/identity/<uuid:holder_id>/end", methods=["GET", "POST"])
@for_staff(*RIGHTS_ROLES)
def end_account(student_id: UUID, holder_id: UUID) -> ResponseReturnValue:
    """Close the account of somebody beside the pupil."""
    student, form = found_pupil(student_id), FamilyEndForm()
    with database().reading() as session:
        holder = _holder(session, student, str(holder_id))
    back = url_for("identity.identity", student_id=student.id)
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                require_reach(session, str(holder_id))
                end_family_account(session, clock.now(), actor(), _holder(session, student, str(holder_id)).person, form.because.data)
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            flash(_("The account is closed. Everything of it is kept."), "success")
            return redirect(back, 303)
    note = _("The person sees nothing from the next page on. What they hold of rights does not change, and a new code can open a new account.")
    return form_page(form, f"{_('Close the account')}: {holder.person.name}", _("Close the account"), back, note)


def _holder(session: Session, student: Student, holder_id: str) -> Holder:
    """Somebody beside the pupil, or the student, or 404."""
    found = holders_of(session, session.get_one(Student, student.id), now_in_the_district())
    return next((one for one in found if one.person.id == holder_id), None) or abort(404)


def _found_code(session: Session, code_id: UUID) -> tuple[IdentityCode, list[Student]]:
    """A code and the pupils beside whom its person stands and whom the reader's office reaches, or 404 where there is none."""
    code = session.get(IdentityCode, str(code_id)) or abort(404)
    schools = readers_schools()
    pupils = [pupil for pupil in pupils_of(session, person_of(session, code)) if schools is None or pupil.school_id in schools]
    if not pupils:
        abort(404)
    return code, pupils


def _is_code(code: IdentityCode, typed: str) -> bool:
    try:
        return hash_of(typed) == code.code_hash
    except CodeMistyped:
        return False
