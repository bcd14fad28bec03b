"""`meetrec notices`: hold a notice against the 24-hour rule from the command line."""

from pathlib import Path

import click


@click.group()
def notices() -> None:
    """Parents' recording notices."""


@notices.command()
@click.option("--facts", "facts_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML file.")
def check(facts_file: Path) -> None:
    """Print status and deadlines of the notice described in a facts file, as JSON with times of the school's zone.

    Facts that cannot be used: exit code 2, a sentence on standard error, nothing on standard output.
    """
    import json

    from meetrec.notices.facts import facts_from_yaml
    from meetrec.notices.rules import timing_of

    facts = facts_from_yaml(facts_file.read_bytes())
    timing = timing_of(facts.notice, facts.meeting, facts.policy)
    deadlines = {name: getattr(timing, name) for name in ("deadline", "deadline_start_rule", "deadline_date_rule")}
    local = {name: moment.astimezone(facts.meeting.zone).isoformat(timespec="seconds") for name, moment in deadlines.items()}
    click.echo(json.dumps({"status": timing.status, **local}))
