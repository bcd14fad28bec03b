"""closing.json: what the kiosk promises to have recorded, and what of it does not read any more. With it a recording is finished."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meetrec.capture import signing
from meetrec.capture.boot import boot_of
from meetrec.capture.damage import damaged_in, require_own
from meetrec.capture.errors import CaptureError, OutboxUnusable
from meetrec.capture.files import place_file
from meetrec.capture.outbox import CLOSING, microphones_of, newest_piece, runs_of, statement_of, utc_text
from meetrec.capture.position import position_on_disk
from meetrec.capture.signing import KioskSigner, require_signed_statement


def write_closing(outbox: Path, kiosk: str, recording: str, stopped_at: str, signer: KioskSigner) -> dict[str, Any]:
    """Write closing.json, signed: for each run and microphone the count of pieces, with the end, and the end's SHA-256; what is damaged; and
    which boot of the machine wrote it.

    Raises OutboxUnusable when a chain has no end yet: nothing is written then.
    """
    said = {"kiosk": kiosk, "recording": recording, "stopped_at": stopped_at, "runs": _runs_in(outbox / recording, {}), "boot": boot_of(kiosk)}
    return _write(outbox / recording, said, signer)


def mend_closing(recording_folder: Path, signer: KioskSigner) -> None:
    """Write a closing anew that does not read, or that does not say what is lost since; the moment of the stop stays where it is known.

    One that still holds stays byte for byte, for the server may have it. Raises CaptureError, OSError; nothing is changed then.
    """
    old = _closing_in(recording_folder, signer)
    runs = _runs_in(recording_folder, old.get("runs", {}))
    lost = [one for one in damaged_in(recording_folder.parent, recording_folder.name) if one["is_lost"]]
    if old and runs == old["runs"] and all(one in old.get("damaged", []) for one in lost):
        return
    for run in runs_of(recording_folder):
        require_own(run, signer)
    _write(recording_folder, {**(old or _told_by_the_runs(recording_folder)), "runs": runs}, signer)


def _closing_in(recording_folder: Path, signer: KioskSigner) -> dict[str, Any]:
    """The closing as it was signed; empty when it does not read any more."""
    try:
        return require_signed_statement(signer.public_bytes, signing.CLOSING, (recording_folder / CLOSING).read_bytes(), "The closing")
    except (CaptureError, OSError):
        return {}


def _told_by_the_runs(recording_folder: Path) -> dict[str, Any]:
    """What the last run and the file itself tell of a closing that does not read. Raises OutboxUnusable when no run's statement reads either."""
    *_, last = [{}, *map(statement_of, runs_of(recording_folder))]
    if not last:
        raise OutboxUnusable(f"Neither the closing of recording {recording_folder.name} reads nor the opening statement of a run.")
    written_at = datetime.fromtimestamp((recording_folder / CLOSING).stat().st_mtime, UTC)
    return {"recording": recording_folder.name, "kiosk": last["kiosk"], "stopped_at": utc_text(written_at), "boot": last.get("boot")}


def _runs_in(recording_folder: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What stands in each chain of a recording; of one whose pieces have all left, what was `known` before."""
    entries: dict[str, Any] = {}
    for folder in runs_of(recording_folder):
        told = known.get(folder.name, {})
        has_left = {name: name in told and newest_piece(folder, name) is None for name in microphones_of(folder)}
        entries[folder.name] = {name: told[name] if has_left[name] else _closing_entry(folder, name) for name in has_left}
    return entries


def _write(recording_folder: Path, said: dict[str, Any], signer: KioskSigner) -> dict[str, Any]:
    closing = {name: value for name, value in said.items() if name not in ("damaged", "signature")}
    if damaged := damaged_in(recording_folder.parent, recording_folder.name):
        closing["damaged"] = damaged
    signed = signer.sign_statement(signing.CLOSING, closing)
    place_file(recording_folder / CLOSING, signed)
    return dict(json.loads(signed))


def _closing_entry(run_folder: Path, microphone: str) -> dict[str, Any]:
    place = position_on_disk(run_folder, microphone, "", keys=None)
    if not place.ended:
        raise OutboxUnusable(f"Run {run_folder.name} of microphone {microphone} has no end yet; nothing was closed.")
    return {"pieces": place.index, "last": place.previous}
