"""`meetrec meetings`: take the district's calendar into the plan of meetings from the command line."""

from pathlib import Path

import click

from meetrec.app import create_app
from meetrec.meetings.calendar_actions import EventReport, import_calendar
from meetrec.meetings.calendar_words import STEPS, WHYS
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import load_settings


@click.group()
def meetings() -> None:
    """Meetings."""


@meetings.command("import")
@click.argument("calendar_file", metavar="FILE.ics", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what the file would do, and change nothing.")
def import_command(calendar_file: Path, dry_run: bool) -> None:
    """Take in a calendar file: IEP and Section 504 meetings are entered, moved, cancelled. Every event is listed.

    Titles are not printed, since they name pupils; events are told by their identifiers. Exit code 1 where something is left to a person.
    """
    settings = load_settings()
    database = Database(settings.database_url)
    app = create_app(settings, {"staff"}, database)  # so that notices and rooms follow, as from the page
    with app.test_request_context(), database.writing() as session:
        reports = import_calendar(session, clock.now(), "system", calendar_file.read_bytes(), settings.district.zone, is_dry_run=dry_run)
        for report in reports:
            click.echo(_line(report))
    if dry_run:
        click.echo("This was a trial. Nothing was changed.")
    if any(report.is_open for report in reports):
        raise click.exceptions.Exit(1)


def _line(report: EventReport) -> str:
    """Identifier, what was done, why not."""
    done = "Could not be done" if report.trouble else str(STEPS[report.step.step])
    why = [report.trouble] if report.trouble else [str(WHYS[one]) for one in report.step.why]
    return f"{report.event.uid or '–'}: {' '.join([f'{done}.', *why])}"
