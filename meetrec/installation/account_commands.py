"""`meetrec accounts` and `meetrec kiosks`: who may sign in, and which machine stands in which room."""

from pathlib import Path

import click
from sqlalchemy import select

from meetrec.installation import actions
from meetrec.installation.errors import InstallationError
from meetrec.meetings.models import Kiosk, Room
from meetrec.people.models import Account, School
from meetrec.people.roles import ROLES
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.durable_files import write_new_durably
from meetrec.platform.settings import load_settings
from meetrec.platform.tables import load_tables


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
@click.password_option()
def create_account(email: str, name: str, roles: tuple[str, ...], password: str) -> None:
    """Make an account for one person."""
    actions.require_real_address(email)
    with _database().writing() as session:
        actions.create_account(session, clock.now(), email, name, password, roles)
    click.echo(f"{name} can sign in with {email}.")


@accounts.command("password")
@click.option("--email", prompt=True)
@click.password_option()
def set_password(email: str, password: str) -> None:
    """Give an account a new password and end its sessions."""
    with _database().writing() as session:
        actions.set_password(session, clock.now(), email, password)
    click.echo(f"The new password of {email} is in force; open sessions have ended.")


@accounts.command("list")
def list_accounts() -> None:
    """Everybody who can sign in, with their roles."""
    with _database().reading() as session:
        for account in session.scalars(select(Account).order_by(Account.email)):
            state = "" if account.active else "  (not active)"
            click.echo(f"{account.email:40} {account.name:30} {', '.join(role.name for role in account.roles)}{state}")


@click.group()
def kiosks() -> None:
    """The machines in the meeting rooms."""


@kiosks.command("enroll")
@click.option("--school", prompt=True, help="Name of the school; made if it is new.")
@click.option("--room", prompt=True, help="Name of the room; made if it is new.")
@click.option("--token-file", type=click.Path(path_type=Path), required=True, help="Where to write the kiosk's token, to be carried to the kiosk.")
def enroll(school: str, room: str, token_file: Path) -> None:
    """Enrol a kiosk for a room and write its token to a private file."""
    with _database().writing() as session:
        found = session.scalars(select(School).where(School.name == school)).first() or actions.create_school(session, school)
        place = session.scalars(select(Room).where(Room.school_id == found.id, Room.name == room)).first() or actions.create_room(session, found, room)
        _kiosk, token = actions.enroll_kiosk(session, clock.now(), place)
        _keep_token(token_file.absolute(), token)
    click.echo(f"The kiosk of {room}, {school}, is enrolled. Its token lies in {token_file}; name that file in the kiosk's settings as kiosk.token_file.")


def _keep_token(path: Path, token: str) -> None:
    try:
        write_new_durably(path, token.encode())
    except OSError as error:
        raise InstallationError(f"The token cannot be written to {path}: {error.strerror}. Name a new file; nothing was changed.") from error


@kiosks.command("list")
def list_kiosks() -> None:
    """All enrolled kiosks and when each was last heard of."""
    with _database().reading() as session:
        for kiosk in session.scalars(select(Kiosk)):
            seen = kiosk.last_seen_at.isoformat(timespec="seconds") if kiosk.last_seen_at else "never"
            click.echo(f"{kiosk.room.school.name}, {kiosk.room.name}: last heard of {seen}")
