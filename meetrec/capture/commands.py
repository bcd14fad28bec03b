"""`meetrec capture`: record without the kiosk, look into an outbox, list microphones."""

import base64
import binascii
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import CaptureError, MicrophoneUnusable
from meetrec.capture.signing import KioskSigner


@click.group()
def capture() -> None:
    """Record from microphones into sealed pieces, and look at what lies there."""


@capture.command()
@click.option("--microphone", "names", multiple=True, help="Name or id of a microphone; repeat it. All attached ones when left out.")
@click.option("--seconds", type=click.FloatRange(min=0.5), required=True, help="How long to record.")
@click.option("--into", "outbox", type=click.Path(path_type=Path, file_okay=False), required=True, help="The outbox folder.")
@click.option(
    "--district-public-key", "key_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
    help="The district's public key: 32 raw bytes, or base64.",
)  # fmt: skip
@click.option("--recording", default=None, help="Continue this recording (UUID); a new one when left out.")
@click.option(
    "--signing-key", "signing_key", type=click.Path(path_type=Path, dir_okay=False), default=None,
    help="The key to sign with, made when the file is not there yet; a key for this once when left out.",
)  # fmt: skip
def record(names: tuple[str, ...], seconds: float, outbox: Path, key_file: Path, recording: str | None, signing_key: Path | None) -> None:
    """Record for some seconds, seal it to the district's key, and print where it lies."""
    from meetrec.capture.inspection import as_lines, inspect_folder
    from meetrec.capture.recorder import Recorder

    key = read_public_key(key_file)
    recording = recording or str(uuid4())
    with Recorder(outbox, str(uuid4()), key, _chosen(names), _signer_in(signing_key)) as recorder:
        _wait_for_sound(recorder.status)
        recorder.start(recording)
        time.sleep(seconds)
        recorder.stop()
    click.echo("\n".join(as_lines(inspect_folder(outbox / recording))))


@capture.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--kiosk-public-key", "kiosk_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None,
    help="Hold the kiosk that signed against this public key: 32 raw bytes, or base64.",
)  # fmt: skip
def inspect(folder: Path, kiosk_file: Path | None) -> None:
    """Tell pieces, gaps, and whether each chain and its signatures hold; needs no private key. Exits with 1 when one is broken."""
    from meetrec.capture.inspection import as_lines, inspect_folder

    runs = inspect_folder(folder, read_public_key(kiosk_file, "a kiosk's") if kiosk_file else None)
    click.echo("\n".join(as_lines(runs)))
    if any(chain.fault for run in runs for chain in run.chains):
        raise SystemExit(1)


@capture.command()
@click.option("--seconds", type=click.FloatRange(min=0.0), default=1.0, show_default=True, help="How long to listen for the levels.")
def microphones(seconds: float) -> None:
    """List the attached microphones with their levels. Nothing is written."""
    import tempfile

    from meetrec.capture.devices import list_microphones
    from meetrec.capture.recorder import Recorder

    with (
        tempfile.TemporaryDirectory() as nothing,
        Recorder(Path(nothing), str(uuid4()), bytes(32), list_microphones(also_named=True), KioskSigner.new()) as recorder,
    ):
        _wait_for_sound(recorder.status)
        time.sleep(seconds)
        for shown in recorder.status()["microphones"]:
            click.echo(f"{shown['id']:<40} {shown['label']:<40} {shown['level_db']:7.1f} dB  {shown['sentence'] or shown['remark'] or shown['state']}")


def read_public_key(key_file: Path, whose: str = "the district's") -> bytes:
    """The 32 raw bytes of a public key file, which holds them as they are or as base64. Raises CaptureError."""
    content = key_file.read_bytes()
    try:
        key = content if len(content) == 32 else base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise CaptureError(f"{key_file} does not hold {whose} public key: 32 bytes, or their base64, are expected.")
    return key


def _signer_in(key_file: Path | None) -> KioskSigner:
    if key_file is not None:
        return KioskSigner.in_file(key_file)
    click.echo("No --signing-key was given: what is recorded now is signed with a key made for this once, which no server knows.", err=True)
    return KioskSigner.new()


def _chosen(names: tuple[str, ...]) -> list[Microphone]:
    from meetrec.capture.devices import list_microphones

    attached = list_microphones(also_named=bool(names))
    known = {name: microphone for microphone in attached for name in (microphone.id, microphone.label, microphone.device)}
    missing = [name for name in names if name not in known]
    if missing:
        labels = ", ".join(microphone.label for microphone in attached)
        raise MicrophoneUnusable(f"There is no microphone named {missing[0]}. Attached: {labels}.")
    return [known[name] for name in names] or attached


def _wait_for_sound(status: Callable[[], dict[str, Any]], seconds: float = 10.0) -> None:
    """Wait until no microphone is still being opened."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(shown["state"] == "opening" for shown in status()["microphones"]):
        time.sleep(0.05)
