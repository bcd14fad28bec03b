"""`meetrec notices`: the 24-hour rule on the command line, and signed receipts checked offline."""

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


@notices.command("verify-receipt")
@click.argument("receipt_file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", "key_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The district's public key (PEM or base64).")
def verify_receipt(receipt_file: Path, key_file: Path | None) -> None:
    """Check a notice's signed receipt. Needs no database, no settings and no network.

    Prints reference, time and status; a receipt that was altered or is not from the district: exit code 1 and a sentence on standard error.
    """
    from zoneinfo import ZoneInfo

    from meetrec.notices.receipt_keys import fingerprint, read_public_key
    from meetrec.notices.receipts import LARGEST_RECEIPT
    from meetrec.notices.receipts import verify_receipt as verify

    with receipt_file.open("rb") as content:
        checked = verify(content.read(LARGEST_RECEIPT + 1), read_public_key(key_file) if key_file else None)
    receipt = checked.receipt
    received = receipt.received_at.astimezone(ZoneInfo(receipt.zone)).isoformat(timespec="seconds")
    click.echo(f"{receipt.reference} (version {receipt.version}), received {received}, status {receipt.status}, {receipt.district}")
    if receipt.status_reason:
        click.echo(receipt.status_reason)
    click.echo("The receipt is as it was signed.")
    if not checked.is_known_key:
        click.echo(f"Compare the key's fingerprint with the one the district tells you: {fingerprint(checked.key)}")


@notices.command("receipt-key")
def receipt_key_command() -> None:
    """Print the public key that receipts are signed by, and on standard error its fingerprint."""
    from meetrec.notices.receipt_keys import fingerprint, public_key_text, receipt_key
    from meetrec.notices.receipts import public_bytes
    from meetrec.platform.settings import load_settings

    key = receipt_key(load_settings())
    click.echo(f"Fingerprint: {fingerprint(public_bytes(key))}", err=True)
    click.echo(public_key_text(key), nl=False)
