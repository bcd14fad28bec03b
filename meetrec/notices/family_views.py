"""The parents' own door: their children's meetings, a notice that is half filled in already, and the language of the account."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetrec.meetings.models import Meeting
from meetrec.notices import parent_views
from meetrec.notices.family_queries import FamilyMeeting, NotShownHere, family_home, family_meeting, holding_of, only_child
from meetrec.notices.family_words import KINDS, why_not_shown
from meetrec.notices.models import RecorderRole
from meetrec.notices.passing_on import passing_on_of
from meetrec.notices.status_words import FOR_PARENTS
from meetrec.people.account_views import now_in_the_district
from meetrec.people.family_actions import change_language
from meetrec.people.family_forms import LanguageForm
from meetrec.people.models import Account, Student
from meetrec.people.rights import RightsHolderKind
from meetrec.people.rights_queries import is_protected
from meetrec.platform import clock
from meetrec.platform.clock import in_zone
from meetrec.platform.web import actor, database, for_families, settings

# How the notice form calls what somebody is to the pupil; whoever acts as a parent stands in the parent's place (D-17, A-06).
ROLE_OF = {RightsHolderKind.LEGAL_GUARDIAN: RecorderRole.LEGAL_GUARDIAN, RightsHolderKind.ELIGIBLE_STUDENT: RecorderRole.ELIGIBLE_STUDENT}

blueprint = Blueprint("family", __name__)


@blueprint.app_context_processor
def words_for_families() -> dict[str, object]:
    """The words of the families' pages."""
    return {"meeting_kinds": KINDS, "why_not_shown": why_not_shown, "status_for_parents": FOR_PARENTS}


@blueprint.app_errorhandler(NotShownHere)
def say_why_not(answer: NotShownHere) -> ResponseReturnValue:
    """One sentence and the office, and nothing of what was asked for."""
    return render_template("family/not_shown.html", why=answer.why, whom=settings().district), 403


@blueprint.get("/family")
@for_families
def home() -> ResponseReturnValue:
    """Own children, their meetings, own notices."""
    now = now_in_the_district()
    with database().reading() as transaction:
        found = family_home(transaction, current_user.id, now, now.date())
        return render_template("family/home.html", home=found, whom=settings().district)


@blueprint.get("/family/meetings/<uuid:meeting_id>")
@for_families
def meeting(meeting_id: UUID) -> ResponseReturnValue:
    """One meeting of an own child: when, where, what changed, whether the district records."""
    now = now_in_the_district()
    with database().reading() as transaction:
        found = family_meeting(transaction, current_user.id, str(meeting_id), now.date())
        shown = {"is_over": found.meeting.planned_end < now, "starts": _starts(found.meeting)}
        passing_on = passing_on_of(transaction, current_user.id, found.meeting.id)
        return render_template("family/meeting.html", found=found, passing_on=passing_on, **shown)


@blueprint.get("/family/notice")
@for_families
def new_notice() -> ResponseReturnValue:
    """The public form with what is known filled in; it is sent, and held against the rule, like any other notice."""
    return parent_views.form_page(parent_views.notice_form_with(_known()))


@blueprint.route("/family/language", methods=["GET", "POST"])
@for_families
def language() -> ResponseReturnValue:
    """The language of mails, and of pages where nobody chose another."""
    form = LanguageForm(data={"language": current_user.language})
    if form.validate_on_submit():
        with database().writing() as transaction:
            change_language(transaction, clock.now(), actor(), transaction.get_one(Account, current_user.id), form.language.data)
        session["language"] = form.language.data
        flash(_("The language is kept."), "success")
        return redirect(url_for(".home"), 303)
    return render_template("family/language.html", form=form), 422 if request.method == "POST" else 200


def _known() -> dict[str, Any]:
    """What the notice's form begins with: who gives it, and the meeting that was chosen or the only child."""
    about, on = request.args.get("meeting", ""), now_in_the_district().date()
    known: dict[str, Any] = {"recorder_name": current_user.name, "email": current_user.email}
    with database().reading() as transaction:
        if about:
            found = family_meeting(transaction, current_user.id, about, on)
            holding = holding_of(transaction, current_user.id, found.meeting.student_id, on)
            return known | _of_child(found.meeting.student, holding.kind if holding else None) | _of_meeting(found)
        alone = only_child(transaction, current_user.id, on)
        if alone is None:
            return known
        student, holding = alone
        place = {} if is_protected(transaction, student.id) else {"school": student.school.name}
        return known | _of_child(student, holding.kind) | place


def _of_child(student: Student, kind: RightsHolderKind | None) -> dict[str, Any]:
    return {"student_name": student.name, "recorder_role": ROLE_OF.get(kind, RecorderRole.PARENT).value if kind else None}


def _of_meeting(found: FamilyMeeting) -> dict[str, Any]:
    start = in_zone(found.meeting.start, settings().district.zone)
    place = {} if found.is_place_hidden else {"school": found.meeting.room.school.name}
    return {"meeting_date": start.date(), "meeting_time": start.time(), **place}


def _starts(meeting: Meeting) -> list[dict[str, Any]]:
    """Every start the meeting had before, with when the change was told and who asked for it, the oldest first."""
    before, told = meeting.first_start, []
    for move in meeting.moves:
        told.append({"before": before, "announced_at": move.announced_at, "by": move.by})
        before = move.new_start
    return told
