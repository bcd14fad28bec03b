"""The coordinator's desk: what is planned, which notices wait, and matching a notice, which arms the room."""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.http import generate_etag

from meetrec.meetings.forms import KIND_WORDS
from meetrec.notices import actions, queries, words
from meetrec.notices.actions import District, MatchOutcome
from meetrec.notices.arming import recordings
from meetrec.notices.forms import OTHER_PLACE
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.web import NotFound, actor, database, for_staff, settings

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@for_staff(*DESK_ROLES)
def desk() -> ResponseReturnValue:
    """Today and the next seven days, and every notice that waits for a person."""
    now_part = _now_part()
    return render_template("notices/desk.html", now_part=now_part, seen=f'"{generate_etag(now_part.encode())}"')


@blueprint.get("/desk/now")
@for_staff(*DESK_ROLES)
def desk_now() -> ResponseReturnValue:
    """The changing part of the desk alone; 304 while it is as the browser has it."""
    answer = make_response(_now_part())
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/desk/notices/<uuid:notice_id>")
@for_staff(*DESK_ROLES)
def notice_page(notice_id: UUID) -> ResponseReturnValue:
    """One notice whole, with reason and needs, which are shown nowhere else (G2)."""
    now, zone = clock.now(), settings().district.zone
    with database().reading() as session:
        notice = queries.notice_by_id(session, str(notice_id))
        if notice is None:
            raise NotFound(_("There is no such notice."))
        offers = () if notice.meeting_id else queries.offers_for(session, now, zone, notice)
        meetings = () if notice.meeting_id else queries.meetings_to_match(session, now)
        recording = recordings().states(session, now, [notice.meeting_id]).get(notice.meeting_id) if notice.meeting_id else None
    return render_template(
        "notices/notice.html", notice=notice, offers=offers, meetings=meetings, recording=recording,
        words=words, kinds=KIND_WORDS, other_place=OTHER_PLACE,
    )  # fmt: skip


@blueprint.post("/desk/notices/<uuid:notice_id>/match")
@for_staff(*DESK_ROLES)
def match(notice_id: UUID) -> ResponseReturnValue:
    """Match the notice to the meeting that the person chose, and arm the room."""
    meeting_id = request.form.get("meeting", "")
    if not meeting_id:
        flash(_("Choose the meeting that the notice belongs to."), "error")
        return redirect(url_for("desk.notice_page", notice_id=notice_id), 303)
    with database().writing() as session:
        outcome = actions.match_notice(session, clock.now(), actor(), str(notice_id), meeting_id, _rules_of(session, notice_id), recordings())
    flash(words.OUTCOMES[outcome], "success" if outcome is MatchOutcome.ARMED else "info")
    return redirect(url_for("desk.desk"), 303)


def _rules_of(session: Session, notice_id: UUID) -> District:
    """The rules in force when the notice was received: it is held against those, whatever changed since."""
    notice = queries.notice_by_id(session, str(notice_id))
    return District.at(settings(), session, notice.received_at if notice else clock.now())


def _now_part() -> Markup:
    with database().reading() as session:
        shown = queries.desk(session, clock.now(), settings().district.zone, recordings().states, recordings().copies)
    return Markup(render_template("notices/desk_now.html", desk=shown, words=words, kinds=KIND_WORDS, other_place=OTHER_PLACE))  # noqa: S704 – our own template, escaped there
