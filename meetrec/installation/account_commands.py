"""`meetrec accounts`: who may sign in; suspending, letting in again and closing accounts where no page can be reached (W-26, W-33)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.installation import actions
from meetrec.installation.errors import InstallationError
from meetrec.people import actions as people
from meetrec.people.duty_actions import enter_training
from meetrec.people.duty_models import Suspension
from meetrec.people.lockout import unlock
from meetrec.people.lost_factor_actions import remove_second_factor
from meetrec.people.models import Account
from meetrec.people.roles import ROLES
from meetrec.people.standing import SuspensionKind
from meetrec.people.training import TrainingModule
from meetrec.people.words import DEACTIVATION_REASONS
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import load_settings
from meetrec.platform.tables import load_tables

EVERYBODY_OR_ONE = "Name one person with --email, or say --everyone."


def _database() -> Database:
    load_tables()
    return Database(load_settings().database_url)


@click.group()
def accounts() -> None:
    """People who sign in."""


@accounts.command("create")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--role", "roles", type=click.Choice(list(ROLES)), multiple=True, required=True, help="May be given more than once.")
@click.option("--certificated", is_flag=True, help="A certificated employee; the custodian of the district must be one.")
@click.password_option()
def create_account(email: str, name: str, roles: tuple[str, ...], certificated: bool, password: str) -> None:
    """Make an account for one person."""
    actions.require_real_address(email)
    now, district = clock.now(), load_settings().district.name
    with _database().writing() as session:
        account = actions.create_account(session, now, email, name, password, (), district=district)
        account.certificated = certificated
        for role in roles:
            people.give_role(session, now, "system", account, role)
    click.echo(f"{name} can sign in with {email}.")


@accounts.command("password")
@click.option("--email", prompt=True)
@click.password_option()
def set_password(email: str, password: str) -> None:
    """Give an account a new password and end its sessions."""
    with _database().writing() as session:
        actions.set_password(session, clock.now(), email, password, district=load_settings().district.name)
    click.echo(f"The new password of {email} is in force; open sessions have ended.")


@accounts.command("second-factor")
@click.option("--email", prompt=True)
def take_second_factor_away(email: str) -> None:
    """Take away a lost second step and all passkeys, and end the sessions: for the only administrator; others ask one."""
    with _database().writing() as session:
        remove_second_factor(session, clock.now(), "system", _account(session, email))
    click.echo(f"Now the password alone opens the account of {email}. Set up a second step anew.")


@accounts.command("unlock")
@click.argument("email")
def unlock_account(email: str) -> None:
    """Let somebody try a password again after too many wrong ones: for the only administrator; others ask one."""
    with _database().writing() as session:
        unlock(session, clock.now(), "system", _account(session, email))
    click.echo(f"{email} can try again.")


@accounts.command("list")
def list_accounts() -> None:
    """Everybody who can sign in, with their roles."""
    with _database().reading() as session:
        for account in session.scalars(select(Account).order_by(Account.email)):
            state = "" if account.active else "  (not active)"
            click.echo(f"{account.email:40} {account.name:30} {', '.join(role.name for role in account.roles)}{state}")


@accounts.command("deactivate")
@click.option("--email", prompt=True)
@click.option("--because", type=click.Choice(list(DEACTIVATION_REASONS)), required=True)
def deactivate(email: str, because: str) -> None:
    """Close an account for good: sessions and roles end, nothing is deleted."""
    with _database().writing() as session:
        people.deactivate(session, clock.now(), "system", _account(session, email), because)
    click.echo(f"The account of {email} is closed. Everything of it is kept.")


@accounts.command("suspend")
@click.option("--email", help="One person.")
@click.option("--everyone", is_flag=True, help="Everybody; only “meetrec accounts lift --everyone” lets people in again.")
@click.option("--kind", type=click.Choice([kind.value for kind in SuspensionKind]), default=SuspensionKind.LONG_TERM.value, show_default=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d %H:%M"]), help="End of a temporary one, on the district's clock.")
@click.option("--reason", prompt=True)
def suspend(email: str | None, everyone: bool, kind: str, until: datetime | None, reason: str) -> None:
    """Keep one person or everybody out, from the next page they open. The public notice form stays open."""
    _require_one(email, everyone)
    zone = ZoneInfo(load_settings().district.zone)
    with _database().writing() as session:
        account_id = _account(session, email).id if email else None
        people.suspend(session, clock.now(), "system", account_id, kind, until.replace(tzinfo=zone) if until else None, reason)
    click.echo(f"{email or 'Everybody'} is suspended.")


@accounts.command("lift")
@click.option("--email", help="One person.")
@click.option("--everyone", is_flag=True, help="The suspensions of everybody at once; those of single persons stay.")
def lift(email: str | None, everyone: bool) -> None:
    """Let in again whom a suspension keeps out."""
    _require_one(email, everyone)
    with _database().writing() as session:
        account_id = _account(session, email).id if email else None
        standing = session.scalars(select(Suspension.id).where(Suspension.account_id == account_id, Suspension.lifted_at.is_(None))).all()
        for suspension_id in standing:
            people.lift(session, clock.now(), "system", suspension_id)
    click.echo(f"{len(standing)} lifted." if standing else "There is no such suspension.")


@accounts.command("trained")
@click.option("--email", prompt=True)
@click.option("--module", "modules", type=click.Choice([module.value for module in TrainingModule]), multiple=True, help="All of them if none is named.")
@click.option("--on", "completed_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of the training.")
@click.option("--words", help="Who taught it, or where the list lies.")
def trained(email: str, modules: tuple[str, ...], completed_on: datetime, words: str | None) -> None:
    """Enter that a person completed the annual training."""
    now, day = clock.now(), completed_on.date()
    _require_past(day, clock.in_zone(now, load_settings().district.zone).date())
    with _database().writing() as session:
        account = _account(session, email)
        for module in modules or tuple(TrainingModule):
            enter_training(session, now, "system", account, TrainingModule(module), day, words)
    click.echo(f"The training of {email} is entered.")


def _account(session: Session, email: str) -> Account:
    found = session.scalars(select(Account).where(Account.email == email)).first()
    if found is None:
        raise InstallationError(f"There is no account for {email}.")
    return found


def _require_one(email: str | None, everyone: bool) -> None:
    if bool(email) == everyone:
        raise InstallationError(EVERYBODY_OR_ONE)


def _require_past(day: date, today: date) -> None:
    if day > today:
        raise InstallationError("This day has not come yet.")
