"""The administrator's pages of accounts: who signs in, with which roles, trainings and agreements, and the end of an account (W-05, W-10, W-26, W-30)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from meetrec.people import actions
from meetrec.people.account_forms import AccountForm, AgreementForm, ClosingForm, PersonForm, RoleForm, TrainingForm
from meetrec.people.account_queries import account_detail, account_page, account_with, school_choices, vendor_choices
from meetrec.people.custody_queries import gaps
from meetrec.people.duty_actions import enter_training, withdraw_training
from meetrec.people.duty_queries import current_grants
from meetrec.people.invitation_actions import INVITATION_LIFE, invite
from meetrec.people.lockout import unlock
from meetrec.people.models import FAMILY, STAFF, Account, RoleGrant
from meetrec.people.roles import ACCOUNT_ROLES, CUSTODY_ROLES, SITE_CUSTODIAN
from meetrec.people.vendor_actions import enter_agreement
from meetrec.people.words import MODULE_WORDS, ROLE_WORDS, STATE_WORDS, SUSPENSION_WORDS
from meetrec.platform import clock
from meetrec.platform.errors import MeetRecError
from meetrec.platform.mail import put_mail
from meetrec.platform.web import NotFound, actor, database, for_staff, settings

blueprint = Blueprint("accounts", __name__)

Act = Callable[[Session, datetime, Account], object]


@blueprint.app_context_processor
def words_of_duties() -> dict[str, object]:
    """The words for what rows of accounts keep, and which offices of custodians nobody holds."""
    words = {"role_words": ROLE_WORDS, "module_words": MODULE_WORDS, "state_words": STATE_WORDS, "suspension_words": SUSPENSION_WORDS}
    return {**words, "custodian_gaps": _gaps_told_here}


def _gaps_told_here() -> int:
    """How many offices of custodians nobody holds, for those who name custodians; nothing for everybody else."""
    if not {role.name for role in getattr(current_user, "roles", ())} & set(CUSTODY_ROLES):
        return 0
    with database().reading() as session:
        return len(gaps(session))


def now_in_the_district() -> datetime:
    """The present moment on the district's clock: its day is today."""
    return clock.in_zone(clock.now(), settings().district.zone)


@blueprint.get("/accounts")
@for_staff(*ACCOUNT_ROLES)
def accounts() -> ResponseReturnValue:
    """Accounts by name, fifty at a time; of the staff, or of families."""
    kind = FAMILY if request.args.get("kind") == FAMILY else STAFF
    typed, number = request.args.get("q", "").strip()[:120], max(1, request.args.get("page", 1, type=int))
    with database().reading() as session:
        page = account_page(session, now_in_the_district(), kind, typed, min(number, 10_000))
        return render_template("people/accounts.html", page=page, kind=kind, typed=typed)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def new_account() -> ResponseReturnValue:
    """Make an account with its first role, and show the link with which the person sets a password."""
    with database().reading() as session:
        form = AccountForm(school_choices(session))
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                return _invited(session, _made(session, form))
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
    return form_page(form, _("A new account"), _("Make the account"), url_for("accounts.accounts"), _one_person())


def _one_person() -> str:
    return _("One account for one person. The person gets a link and chooses a password; nobody else ever knows it.")


def _made(session: Session, form: AccountForm) -> Account:
    now, who = clock.now(), actor()
    account = actions.create_account(session, now, who, form.email.data, form.name.data)
    account.language, account.certificated = form.language.data, form.certificated.data
    actions.give_role(session, now, who, account, form.role.data, _school(form))
    return account


def _school(form: AccountForm | RoleForm) -> str | None:
    return (form.school.data or None) if form.role.data == SITE_CUSTODIAN else None


@blueprint.get("/accounts/<uuid:account_id>")
@for_staff(*ACCOUNT_ROLES)
def account(account_id: UUID) -> ResponseReturnValue:
    """One account: its person, roles and trainings with their history, and what can be done."""
    with database().reading() as session:
        try:
            return render_template("people/account.html", found=account_detail(session, str(account_id), now_in_the_district()))
        except NotFound:
            abort(404)


@blueprint.route("/accounts/<uuid:account_id>/edit", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def edit(account_id: UUID) -> ResponseReturnValue:
    """Name, language of mails, and whether the person is certificated."""
    found = account_found(account_id)
    form = PersonForm(obj=found)

    def act(session: Session, now: datetime, account: Account) -> None:
        actions.change_account(session, now, actor(), account, form.name.data, form.language.data, certificated=form.certificated.data)

    return step(found, form, _("Change the account"), _("Keep the change"), act, _("The change is kept."))


@blueprint.route("/accounts/<uuid:account_id>/roles", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def give_role(account_id: UUID) -> ResponseReturnValue:
    """Give a further role."""
    with database().reading() as session:
        form = RoleForm(school_choices(session))

    def act(session: Session, now: datetime, account: Account) -> None:
        actions.give_role(session, now, actor(), account, form.role.data, _school(form))

    return step(account_found(account_id), form, _("Give a role"), _("Give the role"), act, _("The role counts from now on."))


@blueprint.post("/accounts/<uuid:account_id>/roles/<uuid:grant_id>/end")
@for_staff(*ACCOUNT_ROLES)
def end_role(account_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    """End a role at once (W-30)."""

    def act(session: Session, now: datetime, account: Account) -> RoleGrant:
        if str(grant_id) not in {grant.id for grant in current_grants(session, account.id)}:
            raise actions.AccountRefused(_("This role is not there."))
        return actions.end_role(session, now, actor(), str(grant_id))

    return _press(account_id, act, _("The role ended."))


@blueprint.route("/accounts/<uuid:account_id>/deactivate", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def deactivate(account_id: UUID) -> ResponseReturnValue:
    """Close an account for good; nothing of it is deleted (W-26)."""
    form = ClosingForm()

    def act(session: Session, now: datetime, account: Account) -> None:
        if actor() == f"user:{account.id}":
            raise actions.AccountRefused(_("Nobody closes their own account. Ask another administrator."))
        actions.deactivate(session, now, actor(), account, form.because.data)

    note = _("Sessions and roles end at once. Everything the person did, and the account itself, is kept.")
    return step(
        account_found(account_id), form, _("Close the account"), _("Close the account"), act, _("The account is closed. Everything of it is kept."), note
    )


@blueprint.post("/accounts/<uuid:account_id>/reactivate")
@for_staff(*ACCOUNT_ROLES)
def reactivate(account_id: UUID) -> ResponseReturnValue:
    """Open a closed account again, without roles and without its old password."""

    def act(session: Session, now: datetime, account: Account) -> None:
        actions.reactivate(session, now, actor(), account)

    return _press(account_id, act, _("The account is open again. Give it a role, and invite the person."))


@blueprint.post("/accounts/<uuid:account_id>/invite")
@for_staff(*ACCOUNT_ROLES)
def invite_again(account_id: UUID) -> ResponseReturnValue:
    """A new link for the first password; the one before counts no more."""
    found = account_found(account_id)
    try:
        with database().writing() as session:
            return _invited(session, account_with(session, found.id))
    except MeetRecError as refused:
        return _told(found.id, str(refused), "error")


@blueprint.post("/accounts/<uuid:account_id>/unlock")
@for_staff(*ACCOUNT_ROLES)
def unlock_account(account_id: UUID) -> ResponseReturnValue:
    """Let somebody sign in again who typed a wrong password too often."""

    def act(session: Session, now: datetime, account: Account) -> None:
        unlock(session, now, actor(), account)

    return _press(account_id, act, _("The person can try again."))


@blueprint.route("/accounts/<uuid:account_id>/agreement", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def agreement(account_id: UUID) -> ResponseReturnValue:
    """Enter the agreement that a contractor signed (W-05)."""
    with database().reading() as session:
        form = AgreementForm(now_in_the_district().date(), vendor_choices(session))

    def act(session: Session, now: datetime, account: Account) -> None:
        enter_agreement(session, now, actor(), account, form.vendor.data, form.agreement())

    note = _("Without an agreement in force a contractor's account stays closed. A new one takes the place of the one before, which stays in the list.")
    return step(account_found(account_id), form, _("Enter an agreement"), _("Enter the agreement"), act, _("The agreement is entered."), note)


@blueprint.route("/accounts/<uuid:account_id>/training", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
def training(account_id: UUID) -> ResponseReturnValue:
    """Enter a training that the person completed (W-20)."""
    form = TrainingForm(now_in_the_district().date())

    def act(session: Session, now: datetime, account: Account) -> None:
        enter_training(session, now, actor(), account, form.chosen, form.completed_on.data, form.words.data or None)

    return step(account_found(account_id), form, _("Enter a training"), _("Enter the training"), act, _("The training is entered."))


@blueprint.post("/accounts/<uuid:account_id>/training/<uuid:completion_id>/withdraw")
@for_staff(*ACCOUNT_ROLES)
def take_training_back(account_id: UUID, completion_id: UUID) -> ResponseReturnValue:
    """Take back a training that was entered by mistake."""

    def act(session: Session, now: datetime, account: Account) -> None:
        withdraw_training(session, now, actor(), account, str(completion_id))

    return _press(account_id, act, _("The training was taken back."))


def form_page(form: FlaskForm, heading: str, button: str, back: str, note: str = "") -> ResponseReturnValue:
    """The page of one form; 422 when something of it is to be looked at again."""
    page = render_template("people/account_form.html", form=form, heading=heading, button=button, back=back, note=note)
    return page, 422 if request.method == "POST" else 200


def step(found: Account, form: FlaskForm, heading: str, button: str, act: Act, done: str, note: str = "") -> ResponseReturnValue:
    """Show a form about one account, or do what it says and go back to the account."""
    if form.validate_on_submit():
        try:
            with database().writing() as session:
                act(session, clock.now(), account_with(session, found.id))
        except MeetRecError as refused:
            form.form_errors.append(str(refused))
        else:
            return _told(found.id, done, "success")
    return form_page(form, f"{heading}: {found.name}", button, url_for("accounts.account", account_id=found.id), note)


def _press(account_id: UUID, act: Act, done: str) -> ResponseReturnValue:
    """Do what a button says, and go back to the account."""
    found = account_found(account_id)
    try:
        with database().writing() as session:
            act(session, clock.now(), account_with(session, found.id))
    except MeetRecError as refused:
        return _told(found.id, str(refused), "error")
    return _told(found.id, done, "success")


def _told(account_id: str, sentence: str, kind: str) -> ResponseReturnValue:
    flash(sentence, kind)
    return redirect(url_for("accounts.account", account_id=account_id), 303)


def account_found(account_id: UUID) -> Account:
    """The account of an address; 404 where there is none."""
    with database().reading() as session:
        try:
            return account_with(session, str(account_id))
        except NotFound:
            abort(404)


def _invited(session: Session, account: Account) -> ResponseReturnValue:
    """The page that shows the link this once; it is mailed too where the pages have a public address."""
    now = clock.now()
    code = invite(session, now, actor(), account)
    link, until = f"{settings().server.public_address or request.host_url.rstrip('/')}/invitation/{code}", now + INVITATION_LIFE
    is_mailed = bool(settings().mail.host and settings().server.public_address)
    if is_mailed:
        put_mail(session, now, "account_invited", account.email, account.language, f"account:{account.id}", name=account.name, link=link, expires_at=until)
    page = render_template("people/invited.html", account=account, link=link, expires_at=until, is_mailed=is_mailed)
    return page, 200, {"Cache-Control": "no-store"}
