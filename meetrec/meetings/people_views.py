"""The people at the table of a meeting, and whom the district's own notice covers (NOTE.1)."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.meetings import participant_actions, participant_queries, queries
from meetrec.meetings.coverage import Affiliation, is_covered
from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.models import Meeting
from meetrec.meetings.participant_actions import AlreadyThere, AtTheTable
from meetrec.meetings.people_forms import AFFILIATION_WORDS, PersonForm
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("participants", __name__)


@blueprint.route("/meetings/<uuid:meeting_id>/people", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def people(meeting_id: UUID) -> ResponseReturnValue:
    """The list, and the form that puts somebody on it."""
    with database().reading() as session:
        meeting = queries.meeting_by_id(session, str(meeting_id))
        there, form = participant_queries.people_at(session, meeting.id), PersonForm(_offered(session, meeting))
    if request.method == "POST" and form.validate():
        try:
            with database().writing() as session:
                participant_actions.enter_participant(session, clock.now(), actor(), meeting.id, form.person())
        except AlreadyThere as there_already:
            flash(str(there_already), "info")
        else:
            flash(_("The list was changed."), "success")
        return redirect(url_for("participants.people", meeting_id=meeting_id), 303)
    told = [(one, Affiliation(one.affiliation)) for one in there]
    shown = [(one, AFFILIATION_WORDS[affiliation], affiliation is Affiliation.PARENT, is_covered(affiliation)) for one, affiliation in told]
    page = render_template("meetings/people.html", meeting=meeting, people=shown, form=form, kinds=KIND_WORDS)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/meetings/<uuid:meeting_id>/people/<uuid:participant_id>/remove", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def remove(meeting_id: UUID, participant_id: UUID) -> ResponseReturnValue:
    """Ask; then take somebody off the list. The row stays."""
    if request.method == "GET":
        with database().reading() as session:
            meeting = queries.meeting_by_id(session, str(meeting_id))
            one = participant_queries.participant_at(session, meeting.id, str(participant_id))
        if one.removed_at is not None:
            return redirect(url_for("participants.people", meeting_id=meeting_id), 303)
        return render_template("meetings/take_off.html", meeting=meeting, one=one, affiliations=AFFILIATION_WORDS, kinds=KIND_WORDS)
    with database().writing() as session:
        participant_actions.remove_participant(session, clock.now(), actor(), str(meeting_id), str(participant_id))
    flash(_("The list was changed."), "success")
    return redirect(url_for("participants.people", meeting_id=meeting_id), 303)


def _offered(session: Session, meeting: Meeting) -> Mapping[str, AtTheTable]:
    """The pupil, the adults entered for the pupil, and who works at the school."""
    today = clock.in_zone(clock.now(), settings().district.zone).date()
    offered = {"student": AtTheTable(meeting.student.name, Affiliation.STUDENT, student_id=meeting.student_id)}
    for guardian in participant_queries.guardians_to_offer(session, meeting, today):
        offered[f"guardian-{guardian.id}"] = AtTheTable(guardian.name, Affiliation.PARENT, guardian_id=guardian.id)
    for member in participant_queries.staff_to_offer(session, meeting):
        offered[f"staff-{member.id}"] = AtTheTable(member.name, Affiliation.DISTRICT_EMPLOYEE, member.duty, staff_member_id=member.id)
    return offered
