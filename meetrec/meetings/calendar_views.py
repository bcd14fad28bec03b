"""The district's calendar: its import, and the secret address under which an account reads its meetings in another program."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from meetrec.district.queries import profile_in_force
from meetrec.meetings import calendar_actions, calendar_queries
from meetrec.meetings.calendar_actions import EventReport
from meetrec.meetings.calendar_files import N_, CalendarUnreadable, write_feed
from meetrec.meetings.calendar_rules import Step
from meetrec.meetings.calendar_words import STEPS, TRIAL_STEPS, WHYS
from meetrec.people.duty_queries import state_of_account, training_of
from meetrec.people.gate import training_policy
from meetrec.people.models import Account
from meetrec.people.roles import CHAIR_ROLES, DESK_ROLES
from meetrec.people.standing import AccountState
from meetrec.people.training import Gate, gate_for
from meetrec.platform import clock
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import actor, database, for_staff, public, settings

blueprint = Blueprint("calendar", __name__)

LARGEST_CALENDAR = 2 * 2**20  # bytes
FEED_READINGS = "60 per minute"


@blueprint.get("/calendar")
@for_staff(*DESK_ROLES)
def page() -> ResponseReturnValue:
    """The form of the import."""
    return _page()


@blueprint.post("/calendar/import")
@for_staff(*DESK_ROLES)
def take_in() -> ResponseReturnValue:
    """Take the calendar in, or try it; the report names every event. It is shown once and kept nowhere."""
    try:
        content = _content(request.files.get("calendar"))
        is_dry_run = "try" in request.form
        with database().writing() as session:
            reports = calendar_actions.import_calendar(session, clock.now(), actor(), content, settings().district.zone, is_dry_run=is_dry_run)
    except CalendarUnreadable as error:
        return _page(trouble=_(str(error))), 422
    return _page(reports=[_told(one, TRIAL_STEPS if is_dry_run else STEPS) for one in reports], is_dry_run=is_dry_run)


@blueprint.get("/calendar/feed")
@for_staff(*CHAIR_ROLES)
def own_feed() -> ResponseReturnValue:
    """Where somebody who plans or leads meetings makes and ends the address of their own feed."""
    return _feed_page()


@blueprint.post("/calendar/feed")
@for_staff(*CHAIR_ROLES)
def make_feed() -> ResponseReturnValue:
    """A new address, shown this once."""
    with database().writing() as session:
        address = calendar_actions.make_feed(session, clock.now(), actor(), current_user.id)
    base = settings().server.public_address.rstrip("/") or request.host_url.rstrip("/")
    return _feed_page(address=f"{base}{url_for('calendar.feed', address=address)}")


@blueprint.post("/calendar/feed/revoke")
@for_staff(*CHAIR_ROLES)
def revoke_feed() -> ResponseReturnValue:
    """End the address."""
    with database().writing() as session:
        calendar_actions.revoke_feeds(session, clock.now(), actor(), current_user.id)
    flash(_("The address opens nothing any more."), "success")
    return redirect(url_for("calendar.own_feed"), 303)


@blueprint.get("/calendar/<string:address>.ics")
@public
@limiter.limit(FEED_READINGS)
def feed(address: str) -> ResponseReturnValue:
    """The meetings of the account whose address this is, as long as it may be used: initials, and no place of a pupil in need of protection (S-14)."""
    g.no_referrer = True
    now = clock.now()
    with database().reading() as session:
        account = calendar_queries.account_of_feed(session, address)
        if account is None or not _may_read(session, account, clock.in_zone(now, settings().district.zone)):
            abort(404)
        with force_locale(account.language):
            content = write_feed(calendar_queries.feed_events(session, now, account), name=_("Meetings"), now=now)
    return Response(content, mimetype="text/calendar")


def _may_read(session: Session, account: Account, now: datetime) -> bool:
    """Whether the account may be used, and no outdated training closes the pages that tell the same (W-20)."""
    if state_of_account(session, account, now) is not AccountState.ACTIVE:
        return False
    return gate_for(training_of(session, account, now.date()), is_content=False, policy=training_policy()) is not Gate.BLOCK


def _content(sent: FileStorage | None) -> bytes:
    content = sent.stream.read(LARGEST_CALENDAR + 1) if sent else b""
    if not content:
        raise CalendarUnreadable(N_("Choose the calendar file first."))
    if len(content) > LARGEST_CALENDAR:
        raise CalendarUnreadable(N_("The file is larger than 2 MB. Export a shorter time, such as one school year."))
    return content


def _page(**shown: Any) -> str:
    today = clock.in_zone(clock.now(), settings().district.zone).date()
    with database().reading() as session:
        pointer = profile_in_force(session, settings(), today).policy_pointer
    return render_template("meetings/calendar.html", policy_pointer=pointer, **shown)


def _feed_page(**shown: Any) -> ResponseReturnValue:
    """A page that showed an address is kept by no browser."""
    with database().reading() as session:
        has_feed = bool(calendar_queries.feeds_of(session, current_user.id))
    plans_meetings = bool({role.name for role in current_user.roles} & set(DESK_ROLES))
    return render_template("meetings/feed.html", has_feed=has_feed, plans_meetings=plans_meetings, **shown), 200, {"Cache-Control": "no-store"}


def _told(report: EventReport, words: Mapping[Step, Any]) -> dict[str, Any]:
    """One line of the report: what was done, why not, and where to go on."""
    step = report.step
    is_undone = report.trouble is not None
    return {
        "event": report.event,
        "step": _("Could not be done") if is_undone else words[step.step],
        "why": [report.trouble] if is_undone else [WHYS[why] for why in step.why],
        "is_open": report.is_open,
        "chair": report.chair,
        "meeting_id": report.meeting_id,
        "enter_at": _form_filled_in(report) if report.meeting_id is None and report.is_open else None,
    }


def _form_filled_in(report: EventReport) -> str:
    """The form that enters a meeting, with what the event says plainly; ids and times alone, never a name."""
    step, zone = report.step, settings().district.zone
    said: dict[str, Any] = {"kind": step.kind, "student": step.student_id, "room": step.room_id, "chair": step.chair_id, "calendar_uid": report.event.uid}
    said |= {"day": _local(step.start, zone, "%Y-%m-%d"), "start": _local(step.start, zone, "%H:%M"), "end": _local(step.end, zone, "%H:%M")}
    return url_for("meetings.new_meeting", **{key: value for key, value in said.items() if value})


def _local(moment: datetime | None, zone: str, form: str) -> str | None:
    return clock.in_zone(moment, zone).strftime(form) if moment else None
