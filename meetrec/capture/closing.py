"""closing.json: what the kiosk promises to have recorded, and what of it does not read any more. With it a recording is finished."""

import json
from pathlib import Path
from typing import Any

from meetrec.capture import signing
from meetrec.capture.boot import boot_of
from meetrec.capture.damage import damaged_in
from meetrec.capture.errors import OutboxUnusable
from meetrec.capture.files import place_file
from meetrec.capture.outbox import CLOSING, microphones_of, runs_of
from meetrec.capture.position import position_on_disk
from meetrec.capture.signing import KioskSigner


def write_closing(outbox: Path, kiosk: str, recording: str, stopped_at: str, signer: KioskSigner) -> dict[str, Any]:
    """Write closing.json, signed: for each run and microphone the count of pieces, with the end, and the end's SHA-256; what is damaged; and
    which boot of the machine wrote it.

    Raises OutboxUnusable when a chain has no end yet: nothing is written then.
    """
    runs = {folder.name: {name: _closing_entry(folder, name) for name in microphones_of(folder)} for folder in runs_of(outbox / recording)}
    closing: dict[str, Any] = {"recording": recording, "kiosk": kiosk, "stopped_at": stopped_at, "runs": runs, "boot": boot_of(kiosk)}
    if damaged := damaged_in(outbox, recording):
        closing["damaged"] = damaged
    signed = signer.sign_statement(signing.CLOSING, closing)
    place_file(outbox / recording / CLOSING, signed)
    return dict(json.loads(signed))


def _closing_entry(run_folder: Path, microphone: str) -> dict[str, Any]:
    place = position_on_disk(run_folder, microphone, "", keys=None)
    if not place.ended:
        raise OutboxUnusable(f"Run {run_folder.name} of microphone {microphone} has no end yet; nothing was closed.")
    return {"pieces": place.index, "last": place.previous}
