"""`meetrec recordings`: joining a run by hand, for the day on which nothing else works any more."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def recordings() -> None:
    """The server's side of recordings."""


@recordings.command("assemble")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--district-key", type=EXISTING_FILE, required=True, help="The district's key file (district-x25519.pem).")
@click.option("--out", type=NEW_FILE, required=True, help="The FLAC file to write: plain sound, one channel per microphone.")
@click.option("--kiosk-public-key", type=EXISTING_FILE, default=None, help="Join only what this kiosk signed: its public key, 32 raw bytes or base64.")
@click.option("--ledger", type=NEW_FILE, default=None, help="Also write the gap ledger (JSON): with it the sound as captured can be restored.")
def assemble_by_hand(folder: Path, district_key: Path, out: Path, kiosk_public_key: Path | None, ledger: Path | None) -> None:
    """Join a run's folder, or a recording's folder with its runs, as it lies on a kiosk or in the server's incoming folder."""
    from meetrec.capture.commands import read_public_key
    from meetrec.recordings.by_hand import district_key_in, join_into_file, write_ledger
    from meetrec.recordings.gaps import is_worth_showing

    known_kiosk = read_public_key(kiosk_public_key, "a kiosk's") if kiosk_public_key else None
    timeline = join_into_file(folder, district_key_in(district_key), out, known_kiosk)
    click.echo(f"{out}: {timeline.seconds:.1f} s, {len(timeline.tracks)} microphones in this order:")
    for track in timeline.tracks:
        click.echo(f"  {track.microphone.id}  {track.microphone.seat}")
    content = timeline.ledger()
    for gap in filter(is_worth_showing, content["gaps"]):
        _tell_gap(gap)
    for clock in content["clocks"]:
        _tell_correction(clock)
    if ledger is not None:
        write_ledger(timeline, ledger)


def _tell_gap(gap: Mapping[str, Any]) -> None:
    """Say what a microphone misses, and why, as the recording's page says it."""
    from meetrec.recordings.gap_sentences import reason_of_gap

    click.echo(f"  missing: {gap['microphone']}, {gap['start']:.3f} s to {gap['end']:.3f} s ({reason_of_gap(gap['kind'])})")


def _tell_correction(clock: Mapping[str, Any]) -> None:
    """Say which microphone's clock strayed so far that samples were put in or left out."""
    if clock["put_in"] or clock["left_out"]:
        direction = "fast" if clock["ahead"] > 0 else "slow"
        strayed = f"{abs(clock['ahead']):.3f} s {direction} in {clock['seconds']:.0f} s"
        click.echo(f"  corrected: {clock['microphone']} ran {strayed}; {clock['put_in']} samples put in, {clock['left_out']} left out")
