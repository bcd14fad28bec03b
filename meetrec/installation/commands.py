"""`meetrec init`, `meetrec database`, `meetrec keys`: set up an installation and look after its schema and keys."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import click

from meetrec.installation import actions
from meetrec.installation.demonstration import (
    keep_a_meeting_ahead,
    keep_accounts,
    keep_kiosk_enrolled,
    make_demonstration,
    require_whole_demonstration,
    write_demonstration_settings,
)
from meetrec.installation.errors import InstallationError
from meetrec.journal import actions as journal
from meetrec.people.passwords import SHORTEST
from meetrec.people.roles import ADMINISTRATOR
from meetrec.platform import clock, migrate
from meetrec.platform.database import Database
from meetrec.platform.errors import MeetRecError
from meetrec.platform.profiles import profile_names
from meetrec.platform.settings import CONFIG_VARIABLE, Settings, check_section, config_file, load_settings
from meetrec.platform.settings_file import write_settings_file
from meetrec.platform.settings_sections import District
from meetrec.platform.tables import load_tables


@click.command()
@click.option("--config", type=click.Path(path_type=Path), default=Path("meetrec.toml"), show_default=True, help="The settings file to write.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where database, store and pieces will lie.")
@click.option("--demonstration", is_flag=True, help="Make the demonstration district instead of a real one.")
@click.pass_context
def init(context: click.Context, config: Path, data_dir: Path | None, demonstration: bool) -> None:
    """Set up an installation: settings file, keys, database, first administrator."""
    if demonstration:
        _init_demonstration(context, config.absolute(), (data_dir or Path("meetrec-demonstration")).absolute())
    else:
        _init_district(context, config.absolute(), data_dir)


def _init_demonstration(context: click.Context, config: Path, data_dir: Path) -> None:
    write_demonstration_settings(config, data_dir)
    settings = _settings_of(context, config)
    if not settings.district.demonstration:
        raise InstallationError(f"{config} belongs to a real district. Demonstration accounts are never added to one.")
    database = Database(settings.database_url)
    if actions.is_set_up(database):
        require_whole_demonstration(settings)
        actions.install(database)
        with database.writing() as session:
            keep_kiosk_enrolled(session, settings)
            keep_accounts(session, settings)
            keep_a_meeting_ahead(session)
        return
    actions.create_keys(settings)
    actions.install(database)
    make_demonstration(settings, database)
    click.echo("The demonstration district is ready.")


def _init_district(context: click.Context, config: Path, data_dir: Path | None) -> None:
    if config.exists():
        raise InstallationError(f"{config} exists already, so this installation is set up. Edit it by hand, or name another file with --config.")
    unfinished = config.with_name(f".{config.name}.unfinished")  # the real name comes last: an interrupted set-up can be begun again
    unfinished.unlink(missing_ok=True)
    name = click.prompt("Name of the school district")
    zone = click.prompt("Time zone", default="America/Chicago", value_proc=_checked(actions.require_zone))
    profile = click.prompt("State profile", type=click.Choice(profile_names()), default="missouri")
    folder = data_dir or click.prompt("Folder for the data", type=click.Path(path_type=Path), default=Path("/var/lib/meetrec"))
    keyring = click.prompt("Folder for the keys (another medium than the data is best)", type=click.Path(path_type=Path), default=folder / "keyring")
    email = click.prompt("E-mail address of the first administrator", value_proc=_checked(actions.require_real_address))
    person = click.prompt("Name of the first administrator")
    password = click.prompt(f"Password (at least {SHORTEST} characters)", hide_input=True, confirmation_prompt=True)
    actions.require_strong(password, email=email, name=person, district=name)
    district = check_section(District, "district", {"name": name, "zone": zone, "state_profile": profile})
    folder, keyring = folder.absolute(), keyring.absolute()
    values = {"data_dir": folder, "keyring_dir": keyring, "district": district}
    write_settings_file(unfinished, values)
    settings = _settings_of(context, unfinished)
    database = Database(settings.database_url)
    if actions.is_set_up(database):
        raise InstallationError(f"There is a district in {folder} already. Name another folder for the data.")
    actions.create_keys(settings)
    actions.install(database)
    with database.writing() as session:
        journal.append(session, clock.now(), "system", "district.initialised", "district", demonstration=False)
        actions.create_account(session, clock.now(), email, person, password, [ADMINISTRATOR], district=name)
    unfinished.rename(config)
    _show_recovery_sheet(_settings_of(context, config))


def _checked(require: Callable[[str], None]) -> Callable[[str], str]:
    """Ask again right away when an answer cannot be used, with the sentence that says why."""

    def check(answer: str) -> str:
        try:
            require(answer)
        except MeetRecError as error:
            raise click.UsageError(str(error)) from error
        return answer

    return check


def _settings_of(context: click.Context, config: Path) -> Settings:
    import os

    os.environ[CONFIG_VARIABLE] = str(config)
    return load_settings()


def _show_recovery_sheet(settings: Settings) -> None:
    click.echo("\nPrint this sheet now, lock it away, and keep no copy on this machine.")
    click.echo(f"Back up the file *.data-keys in {settings.keyring_dir} as well: with this sheet it opens every recording, and without the sheet none.\n")
    click.echo(actions.recovery_sheet(settings))


@click.group()
def keys() -> None:
    """The installation's keys."""


@keys.command("recovery-sheet")
def recovery_sheet() -> None:
    """Print the key-recovery sheet again; the journal tells that it was printed."""
    settings = load_settings()
    _show_recovery_sheet(settings)
    load_tables()
    with Database(settings.database_url).writing() as session:
        journal.append(session, clock.now(), "system", "keys.shown", "keys")


@keys.command("restore")
@click.argument("sheet", type=click.File("r"), default="-")
def restore(sheet: TextIO) -> None:
    """Type (or pipe) the lines of the key-recovery sheet to put lost keys back."""
    for label in actions.restore_keys(load_settings(), sheet.read()):
        click.echo(f"Put back: {label}")


@click.group()
def database() -> None:
    """The database's schema."""


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to the schema of this program. Make a backup first."""
    actions.install(Database(load_settings().database_url))  # a new version may bring new roles
    click.echo(f"The database is up to date (settings: {config_file() or 'environment'}).")


@database.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration from the difference between models and database (for developers)."""
    migrate.write_revision(Database(load_settings().database_url), message)
