"""`meetrec accounts`: who may sign in."""

import click
from sqlalchemy import select

from meetrec.installation import actions
from meetrec.people.models import Account
from meetrec.people.roles import ROLES
from meetrec.platform import clock
from meetrec.platform.database import Database
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
