"""The coordinator's desk: what is planned, which notices wait, and matching a notice, which arms the room."""

from datetime import datetime
from typing import cast
from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.queries import school_names
from meetrec.meetings.typed_times import read_date
from meetrec.notices import actions, desk_words, looking_again, queries, unmatching, words
from meetrec.notices.actions import District, MatchOutcome
from meetrec.notices.arming import recordings
from meetrec.notices.desk_moves import effect_of, status_changes
from meetrec.notices.desk_queries import PAGE, DeskView
from meetrec.notices.desk_queries import desk as read_desk
from meetrec.notices.desk_version import desk_version
from meetrec.notices.forms import OTHER_PLACE
from meetrec.notices.givers import givers_of
from meetrec.notices.models import Notice
from meetrec.notices.planned_meetings import PlannedMeetings
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.moments import Moments
from meetrec.platform.web import NotFound, actor, database, for_staff, settings

blueprint = Blueprint("desk", __name__)

PLANNED = "meetrec.planned_meetings"


@blueprint.record_once
def _keep_planned_meetings(state: BlueprintSetupState) -> None:
    state.app.extensions[PLANNED] = PlannedMeetings(state.app.extensions["meetrec.settings"].district.zone)


@blueprint.get("/desk")
@for_staff(*DESK_ROLES)
def desk() -> ResponseReturnValue:
    """Today and the next seven days, and every notice that waits for a person."""
    now, view = clock.now(), _view()
    with database().reading() as session:
        version, schools = _version(session, now, view), school_names(session)
        now_part = _now_part(session, now, view)
    return render_template("notices/desk.html", now_part=now_part, seen=f'"{version}"', schools=schools, view=view)


@blueprint.get("/desk/now")
@for_staff(*DESK_ROLES)
def desk_now() -> ResponseReturnValue:
    """The changing part of the desk alone; 304, with nothing drawn, while it is as the browser has it."""
    now, view = clock.now(), _view()
    with database().reading() as session:
        version = _version(session, now, view)
        is_known = request.if_none_match.contains(version)
        answer = make_response("" if is_known else _now_part(session, now, view), 304 if is_known else 200)
    answer.set_etag(version)
    return answer


@blueprint.get("/desk/notices/<uuid:notice_id>")
@for_staff(*DESK_ROLES)
def notice_page(notice_id: UUID) -> ResponseReturnValue:
    """One notice whole, with reason and needs, which are shown nowhere else (G2)."""
    now, zone = clock.now(), settings().district.zone
    with database().reading() as session:
        notice = _notice(session, str(notice_id))
        around = read_date(request.args.get("day", "")) or notice.meeting_date
        offers = () if notice.meeting_id else queries.offers_for(session, now, _planned(), [notice])[notice.id]
        meetings = () if notice.meeting_id else queries.meetings_around(session, around, zone)
        recording = recordings().states(session, now, [notice.meeting_id]).get(notice.meeting_id) if notice.meeting_id else None
        is_moved = notice.meeting is not None and bool(notice.meeting.moves)
        effect = effect_of(notice, status_changes(session, [notice.id]).get(notice.id)) if is_moved else None
        of_whom = {meeting.student_id: meeting.student for meeting in (*meetings, *([notice.meeting] if notice.meeting else []))}
        found = givers_of(session, [(notice, student) for student in of_whom.values()], clock.in_zone(now, zone).date())
        givers = {student: found[notice.id, student] for student in of_whom}
    return render_template(
        "notices/notice.html", notice=notice, offers=offers, meetings=meetings, recording=recording, around=around, effect=effect, givers=givers,
        moments=Moments(zone),
        stays=unmatching.why_it_stays(notice, recording), words=words, desk_words=desk_words, stays_in_time=desk_words.STAYS_IN_TIME,
        kinds=KIND_WORDS, other_place=OTHER_PLACE,
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
        held = District.of_notice(settings(), session, _notice(session, str(notice_id)))
        outcome = actions.match_notice(session, clock.now(), actor(), str(notice_id), meeting_id, held, recordings())
    flash(words.OUTCOMES[outcome], "success" if outcome is MatchOutcome.ARMED else "info")
    return redirect(url_for("desk.desk", school=request.form.get("school") or None, page=request.form.get("page", type=int)), 303)


@blueprint.post("/desk/notices/<uuid:notice_id>/unmatch")
@for_staff(*DESK_ROLES)
def unmatch(notice_id: UUID) -> ResponseReturnValue:
    """Take the notice off the meeting it was matched to by mistake."""
    now = clock.now()
    try:
        with database().writing() as session:
            notice = _notice(session, str(notice_id))
            recording = recordings().states(session, now, [notice.meeting_id]).get(notice.meeting_id) if notice.meeting_id else None
            held = District.of_notice(settings(), session, notice)
            unmatching.unmatch_notice(session, now, actor(), notice.id, held, recording)
    except unmatching.NoticeStaysMatched as error:
        flash(str(error), "error")
    else:
        flash(_("The notice was taken off the meeting and waits again. The room is no longer armed by it."), "success")
    return redirect(url_for("desk.notice_page", notice_id=notice_id), 303)


@blueprint.post("/desk/notices/<uuid:notice_id>/looked-at-again")
@for_staff(*DESK_ROLES)
def looked_at_again(notice_id: UUID) -> ResponseReturnValue:
    """A person looked: the corrected notice belongs to its meeting."""
    with database().writing() as session:
        looking_again.looked_at_again(session, clock.now(), actor(), str(notice_id))
    flash(_("Thank you. The notice stays with this meeting."), "success")
    return redirect(url_for("desk.notice_page", notice_id=notice_id), 303)


def _notice(session: Session, notice_id: str) -> Notice:
    notice = queries.notice_by_id(session, notice_id)
    if notice is None:
        raise NotFound(_("There is no such notice."))
    return notice


def _view() -> DeskView:
    page = request.args.get("page", 1, type=int)
    return DeskView(max(1, min(page, 10_000)), request.args.get("school") or None)


def _version(session: Session, now: datetime, view: DeskView) -> str:
    return desk_version(session, now, settings().district.zone, recordings(), view, current_language())


def _now_part(session: Session, now: datetime, view: DeskView) -> Markup:
    zone = settings().district.zone
    shown = read_desk(session, now, zone, recordings(), _planned(), view)
    said = {"words": desk_words.spoken(words), "desk_words": desk_words.spoken(desk_words), "stays_in_time": desk_words.STAYS_IN_TIME}
    said |= {"kinds": {kind: str(text) for kind, text in KIND_WORDS.items()}, "other_place": OTHER_PLACE}
    shown_at = {"moments": Moments(zone), "shown_copies": PAGE}
    return Markup(render_template("notices/desk_now.html", desk=shown, **said, **shown_at))  # noqa: S704 – our own template, escaped there


def _planned() -> PlannedMeetings:
    return cast(PlannedMeetings, current_app.extensions[PLANNED])
