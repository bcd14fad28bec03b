"""`meetrec roster`: check and import a OneRoster 1.2 package of any size, and read its report."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from meetrec.people import roster_actions, roster_queries
from meetrec.people.oneroster_rows import RefusalReason
from meetrec.people.roster_models import RosterImport
from meetrec.people.roster_pairs import PupilPair
from meetrec.people.roster_words import CHANGES, REASON_WORDS, STATE_WORDS, rows_of_counts
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings, load_settings
from meetrec.platform.tables import load_tables

PACKAGE = click.argument("package", type=click.Path(exists=True, path_type=Path))
NINE_DIGITS = click.option("--nine-digit-ids", metavar="WHY", help="The district's own identifiers have nine digits, and why they may be kept.")


def _opened() -> tuple[Settings, Database]:
    load_tables()
    settings = load_settings()
    return settings, Database(settings.database_url)


@click.group()
def roster() -> None:
    """The roster: pupils, parents and guardians, staff and schools, from OneRoster 1.2."""


@roster.command("check")
@PACKAGE
@NINE_DIGITS
def check(package: Path, nine_digit_ids: str | None) -> None:
    """Say what a roster would change, and what is refused. Nobody is changed."""
    settings, database = _opened()
    found = roster_actions.check_roster(database, settings, "system", package, why_nine_digits=nine_digit_ids)
    _print_report(database, found, roster_actions.pairs_waiting(settings, found.id))


@roster.command("import")
@PACKAGE
@NINE_DIGITS
@click.option("--allow-many-endings", is_flag=True, help="More than a fifth of those who are here may end.")
def import_roster(package: Path, nine_digit_ids: str | None, allow_many_endings: bool) -> None:
    """Check a roster and apply it. Where rows are refused it first stops, so that somebody reads the report; the same package again is applied."""
    settings, database = _opened()
    found = roster_actions.check_roster(database, settings, "system", package, why_nine_digits=nine_digit_ids)
    _print_report(database, found, roster_actions.pairs_waiting(settings, found.id))
    with database.reading() as session:
        is_seen = roster_queries.was_seen_before(session, found)
    if found.refused and not is_seen:
        raise roster_actions.RosterRefused("Nothing was changed: read which rows were refused, then import the same package again to take the others.")
    roster_actions.apply_roster(database, settings, "system", found.id, allow_many_endings=allow_many_endings)
    click.echo("Applied.")


@roster.command("report")
@click.argument("roster_import_id")
@click.option("--csv", "as_csv", is_flag=True, help="Every refused row, as CSV.")
def report(roster_import_id: str, as_csv: bool) -> None:
    """Print what an import changed or would change, and every row it refused."""
    _settings, database = _opened()
    with database.reading() as session:
        found = session.get(RosterImport, roster_import_id)
        if found is None:
            raise roster_actions.RosterRefused(f"There is no import {roster_import_id}.")
        refused = roster_queries.refusals_of(session, found.id)
    if not as_csv:
        _print_report(database, found)
    writer = csv.writer(sys.stdout)
    for row in refused:
        writer.writerow((row.file, row.line, row.field, row.reason) if as_csv else (row.file, row.line, row.field, REASON_WORDS[RefusalReason(row.reason)]))


def _print_report(database: Database, found: RosterImport, pairs: Sequence[PupilPair] = ()) -> None:
    click.echo(f"Import {found.id}: {STATE_WORDS[found.state]}. Package SHA-256 {found.sha256}")
    click.echo(f"{'':46}" + "".join(f"{what:>10}" for what in CHANGES))
    for words, numbers in rows_of_counts(found.counts):
        click.echo(f"{words!s:46}" + "".join(f"{number:>10,}" for number in numbers))
    with database.reading() as session:
        for file, reason, number in roster_queries.refusals_by_reason(session, found.id):
            click.echo(f"refused: {number:,} rows of {file}.csv. {REASON_WORDS[RefusalReason(reason)]}")
    if left := found.counts["guardianships"].get("left_ended"):
        click.echo(f"Ended here by hand and still in the roster; they stay ended: {left:,}.")
    for pair in pairs:
        click.echo(f"Of the same name as somebody entered by hand at the same school: {pair.name}. Say on the report's page whether it is the same pupil.")
    if found.counts.get("many_endings"):
        click.echo(f"More than a fifth would end: {', '.join(found.counts['many_endings'])}.")
