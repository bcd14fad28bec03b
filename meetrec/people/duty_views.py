"""Pages of duties: offices of custodians, everybody's training, suspensions, vendors (B-03, B-04, W-20, W-31, W-33)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from meetrec.people.account_forms import DISTRICT, EVERYBODY, HandOverForm, SuspensionForm, VendorEndForm, VendorForm
from meetrec.people.account_queries import account_with, all_suspensions, all_vendors, names_of, school_choices, staff_choices, staff_trainings
from meetrec.people.account_views import form_page, now_in_the_district
from meetrec.people.custody_actions import hand_over
from meetrec.people.custody_queries import offices
from meetrec.people.duty_models import Vendor
from meetrec.people.models import Account
from meetrec.people.roles import ACCOUNT_ROLES, CUSTODY_ROLES, DISTRICT_CUSTODIAN, SITE_CUSTODIAN, SUSPENSION_ROLES, TRAINING_ROLES
from meetrec.people.suspension_actions import lift, suspend
from meetrec.people.vendor_actions import enter_data_return, enter_vendor, terminate_vendor
from meetrec.platform import clock
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("duties", __name__)


@blueprint.get("/custodians")
@for_staff(*CUSTODY_ROLES)
def custodians() -> ResponseReturnValue:
    """Who is custodian of the district's records and of each school's, and which office nobody holds."""
    with database().reading() as session:
        return render_template("people/custodians.html", offices=offices(session))


@blueprint.route("/custodians/hand-over", methods=["GET", "POST"])
@for_staff(*CUSTODY_ROLES)
def hand_over_office() -> ResponseReturnValue:
    """One custodian ends and the next begins, in one step."""
    with database().reading() as session:
        form = HandOverForm(school_choices(session), staff_choices(session))
    if request.method == "GET":
        form.office.data = request.args.get("office", "")

    def act(session: Session, now: datetime) -> None:
        role, school = (DISTRICT_CUSTODIAN, None) if form.office.data == DISTRICT else (SITE_CUSTODIAN, form.office.data)
        hand_over(session, now, actor(), role, school, account_with(session, form.account.data))

    note = _("Whoever holds the office now gives it up at the same moment. The custodian of the district must be a certificated employee.")
    return _step(form, _("Hand over an office"), _("Hand over"), act, _("The office is handed over."), "duties.custodians", note)


@blueprint.get("/training")
@for_staff(*TRAINING_ROLES)
def trainings() -> ResponseReturnValue:
    """How everybody stands with the annual training; what is missing comes first (W-20)."""
    with database().reading() as session:
        return render_template("people/training.html", rows=staff_trainings(session, now_in_the_district()))


@blueprint.get("/suspensions")
@for_staff(*SUSPENSION_ROLES)
def suspensions() -> ResponseReturnValue:
    """Who is kept out and why, and every suspension of before."""
    now = clock.now()
    with database().reading() as session:
        found = all_suspensions(session)
        names = names_of(session, [suspension.account_id for suspension in found] + [suspension.spared_id for suspension in found])
        standing = [each for each in found if each.lifted_at is None and (each.until is None or each.until > now)]
        return render_template("people/suspensions.html", standing=standing, past=[each for each in found if each not in standing], names=names)


@blueprint.route("/suspensions/new", methods=["GET", "POST"])
@for_staff(*SUSPENSION_ROLES)
def new_suspension() -> ResponseReturnValue:
    """Suspend one person or everybody, in one press (W-33)."""
    with database().reading() as session:
        form = SuspensionForm(settings().district.zone, _people(session))
    if request.method == "GET":
        form.whom.data = request.args.get("whom", "")

    def act(session: Session, now: datetime) -> None:
        whom = None if form.whom.data == EVERYBODY else form.whom.data
        suspend(session, now, actor(), whom, form.kind.data, form.until(), form.reason.data)

    note = _("It counts from the next page that anybody concerned opens. The public notice form stays open: families can always give notice.")
    return _step(form, _("Suspend access"), _("Suspend now"), act, _("The suspension counts from now on."), "duties.suspensions", note)


def _people(session: Session) -> list[tuple[str, str]]:
    """The staff, and whoever else was chosen on the page of an account."""
    chosen = session.get(Account, request.values.get("whom", ""))
    listed = staff_choices(session)
    further = [(chosen.id, f"{chosen.name}, {chosen.email}")] if chosen and chosen.id not in dict(listed) else []
    return [*further, *listed]


@blueprint.post("/suspensions/<uuid:suspension_id>/lift")
@for_staff(*SUSPENSION_ROLES)
def lift_suspension(suspension_id: UUID) -> ResponseReturnValue:
    """Let in again."""
    return _press(lambda session, now: lift(session, now, actor(), str(suspension_id)), _("The suspension is lifted."), "duties.suspensions")


@blueprint.get("/vendors")
@for_staff(*ACCOUNT_ROLES)
def vendors() -> ResponseReturnValue:
    """The firms whose people work here; those that owe data come first (W-31)."""
    with database().reading() as session:
        return render_template("people/vendors.html", vendors=all_vendors(session), today=now_in_the_district().date())


@blueprint.route("/vendors/new", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def new_vendor() -> ResponseReturnValue:
    """Enter a firm."""
    form = VendorForm()

    def act(session: Session, now: datetime) -> None:
        enter_vendor(session, now, actor(), form.name.data, form.words.data or None)

    return _step(form, _("A new vendor"), _("Enter the vendor"), act, _("The vendor is entered."), "duties.vendors")


@blueprint.route("/vendors/<uuid:vendor_id>/terminate", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def end_vendor(vendor_id: UUID) -> ResponseReturnValue:
    """End the work with a vendor: its people are suspended for good."""
    with database().reading() as session:
        vendor = session.get(Vendor, str(vendor_id)) or abort(404)
    form = VendorEndForm()

    def act(session: Session, now: datetime) -> None:
        terminate_vendor(session, now, actor(), vendor.id, form.words.data, now_in_the_district().date())

    note = _("Every account of its people is suspended for good with the next page they open. What the vendor holds of pupils is due back in 30 days.")
    heading = _("End the work with %(name)s", name=vendor.name)
    return _step(form, heading, _("End it now"), act, _("The work with this vendor ended, and its accounts are suspended."), "duties.vendors", note)


@blueprint.post("/vendors/<uuid:vendor_id>/returned")
@for_staff(*ACCOUNT_ROLES)
def vendor_returned(vendor_id: UUID) -> ResponseReturnValue:
    """What the vendor held is back, or destroyed with proof."""
    return _press(lambda session, now: enter_data_return(session, now, actor(), str(vendor_id)), _("The return of the data is entered."), "duties.vendors")


def _step(form: FlaskForm, heading: str, button: str, act: Callable[[Session, datetime], object], done: str, back: str, note: str = "") -> ResponseReturnValue:
    """Show a form, or do what it says and go back to its list."""
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                act(session, clock.now())
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            return _told(done, "success", back)
    return form_page(form, heading, button, url_for(back), note)


def _press(act: Callable[[Session, datetime], object], done: str, back: str) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            act(session, clock.now())
    except MeetRecError as refused:
        return _told(str(refused), "error", back)
    return _told(done, "success", back)


def _told(sentence: str, kind: str, back: str) -> ResponseReturnValue:
    flash(sentence, kind)
    return redirect(url_for(back), 303)
