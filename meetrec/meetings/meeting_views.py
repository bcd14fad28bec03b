"""The list of meetings, the page of one, its moves, changes of room and cancellation; and the chair's day. Who leads another meeting sees none of it (G2)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.meetings import actions, list_queries, participant_queries, queries
from meetrec.meetings.actions import MeetingNotChanged, TellingImpossible, WishOf
from meetrec.meetings.change_forms import WISH_WORDS, CancelForm, ChairForm, MoveForm, RoomForm, ToldForm
from meetrec.meetings.coverage import NOTE_SCOPE, Affiliation, coverage_of
from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.known_above import effects_of_move, notices_of, recordings_of
from meetrec.meetings.models import Meeting
from meetrec.meetings.people_forms import AFFILIATION_WORDS
from meetrec.meetings.typed_times import day_begins, read_date
from meetrec.people.roles import CHAIR_ROLES, DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.web import NotFound, actor, database, for_staff, settings

blueprint = Blueprint("meeting", __name__)


@blueprint.get("/meetings/<uuid:meeting_id>")
@for_staff(*CHAIR_ROLES)
def page(meeting_id: UUID) -> ResponseReturnValue:
    """Everything about one meeting for who plans or leads it."""
    now = clock.now()
    with database().reading() as session:
        meeting = _visible(session, meeting_id)
        people = participant_queries.people_at(session, meeting.id)
        chairs = queries.chair_choices(session)
        shown: dict[str, Any] = {
            "notices": notices_of(session, [meeting.id]).get(meeting.id, ()),
            "recording": recordings_of(session, now, [meeting.id]).get(meeting.id),
            "changes": queries.room_changes(session, meeting.id),
            "chair": dict(chairs).get(meeting.chair_id or ""),
        }
    form = ChairForm(chairs, data={"chair": meeting.chair_id or ""}) if _plans_meetings() else None
    told_form = ToldForm(now, settings().district.zone) if form else None
    return render_template(
        "meetings/meeting.html", meeting=meeting, form=form, told_form=told_form, wishes=WISH_WORDS, **shown, **_who_is_covered(people), **_words()
    )


@blueprint.get("/today")
@for_staff(*CHAIR_ROLES)
def today() -> ResponseReturnValue:
    """The meetings of the day: a chair's own, and all of them for who plans them."""
    now, zone = clock.now(), settings().district.zone
    day = clock.in_zone(now, zone).date()
    with database().reading() as session:
        meetings = [one for one in queries.meetings_between(session, day_begins(day, zone), day_begins(day + timedelta(days=1), zone)) if _may_see(one)]
        ids = [one.id for one in meetings]
        shown = {
            "notices": notices_of(session, ids),
            "recordings": recordings_of(session, now, ids),
            "uncovered": participant_queries.uncovered_people(session, ids),
        }
    return render_template("meetings/today.html", meetings=meetings, now=now, **shown, **_words())


@blueprint.get("/meetings")
@for_staff(*CHAIR_ROLES)
def meetings() -> ResponseReturnValue:
    """All meetings, to come and past: a chair's own, and all of them for who plans them."""
    zone = settings().district.zone
    typed = {name: request.args.get(name, "").strip()[:120] for name in ("day", "school", "pupil")}
    day = read_date(typed["day"])
    sought = list_queries.Sought(day, typed["school"], typed["pupil"], request.args.get("when") == "past", None if _plans_meetings() else current_user.id)
    number = min(max(1, request.args.get("page", 1, type=int)), 10_000)
    with database().reading() as session:
        found = list_queries.meeting_page(session, sought, clock.in_zone(clock.now(), zone).date(), zone, number)
        schools = queries.school_names(session)
    kept = {**typed, "when": "past" if sought.past else ""}
    shown = {"sought": sought, "schools": schools, "kept": kept, "is_unreadable": bool(typed["day"]) and day is None}
    return render_template("meetings/meetings.html", page=found, **shown, **_words()), 422 if shown["is_unreadable"] else 200


@blueprint.route("/meetings/<uuid:meeting_id>/move", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def move(meeting_id: UUID) -> ResponseReturnValue:
    """The form; then what the move does to each notice; then, once confirmed, the move."""
    now = clock.now()
    with database().reading() as session:
        meeting = queries.meeting_by_id(session, str(meeting_id))
        if meeting.cancelled_at is not None:
            return _cancelled(meeting_id)
        form = MoveForm(now, settings().district.zone, meeting)
        if request.method == "GET":
            return render_template("meetings/move.html", meeting=meeting, form=form, effects=None, **_words())
        if not form.validate():
            return render_template("meetings/move.html", meeting=meeting, form=form, effects=None, **_words()), 422
        planned = form.move(meeting)
        if "confirmed" not in request.form:
            return _preview_of_move(session, now, meeting, form)
    try:
        with database().writing() as session:
            actions.move_meeting(session, now, actor(), str(meeting_id), planned)
    except MeetingNotChanged as error:
        return _refused_move(meeting, form, error)
    return _done(meeting_id, _("The meeting was moved. Tell the family, the room and those who take part."))


@blueprint.post("/meetings/<uuid:meeting_id>/told")
@for_staff(*DESK_ROLES)
def told(meeting_id: UUID) -> ResponseReturnValue:
    """Enter afterwards when the family was told of the last move."""
    now = clock.now()
    form = ToldForm(now, settings().district.zone)
    if not form.validate():
        return _done(meeting_id, " ".join(str(error) for field in form for error in field.errors), "error")
    try:
        with database().writing() as session:
            announced_at = form.told_at(queries.meeting_by_id(session, str(meeting_id)))
            actions.note_family_told(session, now, actor(), str(meeting_id), announced_at)
    except MeetingNotChanged as error:
        return _done(meeting_id, str(error), "error")
    return _done(meeting_id, _("It is noted when the family was told."))


def _preview_of_move(session: Session, now: datetime, meeting: Meeting, form: MoveForm) -> ResponseReturnValue:
    planned = form.move(meeting)
    try:
        actions.refuse_impossible_move(session, now, meeting, planned)
    except MeetingNotChanged as error:
        return _refused_move(meeting, form, error)
    effects = effects_of_move(session, meeting, planned)
    return render_template("meetings/move.html", meeting=meeting, form=form, effects=effects, planned=planned, **_words())


def _refused_move(meeting: Meeting, form: MoveForm, error: MeetingNotChanged) -> ResponseReturnValue:
    """The form once more, with the sentence where the mistake is."""
    field = form.announced_day if isinstance(error, TellingImpossible) else form.start
    field.errors = [str(error)]
    return render_template("meetings/move.html", meeting=meeting, form=form, effects=None, **_words()), 422


@blueprint.route("/meetings/<uuid:meeting_id>/room", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def room(meeting_id: UUID) -> ResponseReturnValue:
    """Another room: its kiosk lists the meeting from then on, the old one's does not."""
    with database().reading() as session:
        meeting = queries.meeting_by_id(session, str(meeting_id))
        form = RoomForm([choice for choice in queries.room_choices(session) if choice[0] != meeting.room_id])
    if meeting.cancelled_at is not None:
        return _cancelled(meeting_id)
    if request.method == "GET":
        return render_template("meetings/room.html", meeting=meeting, form=form, **_words())
    try:
        if form.validate():
            with database().writing() as session:
                actions.change_room(session, clock.now(), actor(), str(meeting_id), form.room.data)
            return _done(meeting_id, _("The meeting has another room. Its kiosk is told as soon as it has the network."))
    except MeetingNotChanged as error:
        form.room.errors = [str(error)]
    return render_template("meetings/room.html", meeting=meeting, form=form, **_words()), 422


@blueprint.route("/meetings/<uuid:meeting_id>/cancel", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def cancel(meeting_id: UUID) -> ResponseReturnValue:
    """Cancel it, once somebody said at whose wish."""
    with database().reading() as session:
        meeting = queries.meeting_by_id(session, str(meeting_id))
        recording = recordings_of(session, clock.now(), [meeting.id]).get(meeting.id)
    if request.method == "GET" and meeting.cancelled_at is not None:  # sent twice, it is cancelled once and tells the same
        return _cancelled(meeting_id)
    form = CancelForm()
    if request.method == "GET" or not form.validate():
        return render_template("meetings/cancel.html", meeting=meeting, recording=recording, form=form, **_words()), 422 if request.method == "POST" else 200
    with database().writing() as session:
        actions.cancel_meeting(session, clock.now(), actor(), str(meeting_id), WishOf(form.by.data))
    return _done(meeting_id, _("The meeting is cancelled. Nothing was deleted. Tell the family, the room and those who take part."))


@blueprint.post("/meetings/<uuid:meeting_id>/restore")
@for_staff(*DESK_ROLES)
def restore(meeting_id: UUID) -> ResponseReturnValue:
    """Take the cancellation back."""
    try:
        with database().writing() as session:
            actions.restore_meeting(session, clock.now(), actor(), str(meeting_id))
    except MeetingNotChanged as error:
        return _done(meeting_id, str(error), "error")
    return _done(meeting_id, _("The meeting takes place again."))


@blueprint.post("/meetings/<uuid:meeting_id>/chair")
@for_staff(*DESK_ROLES)
def chair(meeting_id: UUID) -> ResponseReturnValue:
    """Say who leads it."""
    with database().writing() as session:
        form = ChairForm(queries.chair_choices(session))
        if not form.validate():
            return _done(meeting_id, _("Choose somebody of the list."), "error")
        actions.name_chair(session, clock.now(), actor(), str(meeting_id), form.chair.data or None)
    return _done(meeting_id, _("It is noted who leads the meeting."))


def _visible(session: Session, meeting_id: UUID) -> Meeting:
    """Raises NotFound for a meeting that another person leads: it does not tell whether there is one."""
    meeting = queries.meeting_by_id(session, str(meeting_id))
    if not _may_see(meeting):
        raise NotFound(_("There is no such meeting."))
    return meeting


def _may_see(meeting: Meeting) -> bool:
    return _plans_meetings() or meeting.chair_id == current_user.id


def _plans_meetings() -> bool:
    return bool({role.name for role in current_user.roles} & set(DESK_ROLES))


def _who_is_covered(people: Any) -> dict[str, Any]:
    """The people by NOTE.1; the parent who records stands in neither list."""
    by_id, found = {one.id: one for one in people}, coverage_of([(one.id, Affiliation(one.affiliation)) for one in people])
    covered, uncovered = ([by_id[who] for who in ids] for ids in (found.covered, found.uncovered))
    return {"covered": covered, "uncovered": uncovered, "parents": [one for one in people if one not in covered + uncovered], "scope": NOTE_SCOPE}


def _words() -> dict[str, Any]:
    return {"kinds": KIND_WORDS, "affiliations": AFFILIATION_WORDS, "plans_meetings": _plans_meetings()}


def _cancelled(meeting_id: UUID) -> ResponseReturnValue:
    """To the page of a meeting that was cancelled: nothing of it changes until the cancellation is taken back there."""
    return _done(meeting_id, str(actions.CANCELLED), "info")


def _done(meeting_id: UUID, sentence: str, kind: str = "success") -> ResponseReturnValue:
    flash(sentence, kind)
    return redirect(url_for("meeting.page", meeting_id=meeting_id), 303)
