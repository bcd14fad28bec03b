"""What a kiosk states at the beginning of a run, at the end of a recording and of itself, held against its form. Pure."""

from datetime import UTC, datetime
from typing import Any

from meetrec.capture.boot import is_boot
from meetrec.capture.errors import CaptureError
from meetrec.capture.run_keys import parse_run_statement, require_signer
from meetrec.capture.signing import CLOSING, require_signed_statement
from meetrec.recordings.errors import DeliveryRefused
from meetrec.recordings.rules import chains_of_closing, lost_runs


def opening_in(content: bytes, kiosk_public_key: bytes) -> dict[str, Any]:
    """A run's opening statement (bytes of run.json), signed by this kiosk. Raises DeliveryRefused with what it lacks."""
    try:
        require_signer(content, kiosk_public_key)
        statement = parse_run_statement(content)
    except CaptureError as error:
        raise DeliveryRefused.by(error) from None
    if moment_in(statement["started_at"]) is None:
        raise DeliveryRefused("The opening statement of a run does not say when it began, with its time zone.", "damaged")
    return statement


def closing_in(content: bytes, kiosk_public_key: bytes) -> tuple[dict[str, Any], datetime]:
    """A closing statement (bytes of closing.json), signed by this kiosk, and when the chair stopped. Raises DeliveryRefused."""
    try:
        closing = require_signed_statement(kiosk_public_key, CLOSING, content, "The closing statement")
    except CaptureError as error:
        raise DeliveryRefused.by(error) from None
    return closing, _stopped_at_in(closing)


def _stopped_at_in(closing: Any) -> datetime:
    try:
        chains_of_closing(closing)
        lost_runs(closing)
        stopped_at = moment_in(closing["stopped_at"]) if is_boot(closing.get("boot")) else None
    except (ValueError, KeyError):
        stopped_at = None
    if stopped_at is None:
        raise DeliveryRefused("The closing statement is damaged: it does not read as what a kiosk writes at the end.", "damaged")
    return stopped_at


def moment_in(text: object) -> datetime | None:
    """The moment (UTC) that an ISO text with a time zone names; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError):
        return None
