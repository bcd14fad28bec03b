"""`meetrec kiosk`: the room's recorder with its touch screen; `enroll` makes this machine a kiosk, `trust` takes another key of the server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import click

from meetrec.kiosk.gate import ScreenKeys
from meetrec.kiosk.places import kiosk_folder
from meetrec.platform import certificates
from meetrec.platform.settings import CONFIG_PLACES, CONFIG_VARIABLE, Settings, config_file, load_settings
from meetrec.platform.settings_file import put_in_settings_file, require_changeable, write_settings_file

SETTINGS_FILE = click.option("--settings-file", type=click.Path(path_type=Path, dir_okay=False), help="The settings file of this machine.")
FINGERPRINT = click.option("--fingerprint", help="What the server's key must have, as “meetrec kiosks invite” prints it; nothing is asked then.")


@click.group(invoke_without_command=True)
@click.pass_context
def kiosk(context: click.Context) -> None:
    """Run this room's recorder and serve its screen to this machine alone."""
    if context.invoked_subcommand is not None:
        return
    from meetrec.kiosk.launch_page import announced
    from meetrec.kiosk.serving import RunningKiosk, kiosk_server, serve_until_told
    from meetrec.platform.logs import write_logs

    settings = load_settings()
    write_logs(settings.log_level)
    with RunningKiosk.of(settings) as running:
        server = kiosk_server(settings, running.screen, settings.kiosk.port)
        with announced(launch_address(settings), os.environ, kiosk_folder(settings)):
            serve_until_told(server)


def launch_address(settings: Settings) -> str:
    """Where the room's screen is opened, with its launch token; the same after every restart."""
    return f"http://127.0.0.1:{settings.kiosk.port}/?launch={ScreenKeys.in_folder(kiosk_folder(settings)).launch}"


@kiosk.command()
@click.option("--server", required=True, metavar="URL", help="Where the district's MeetRec is, such as https://records.example.org.")
@click.option("--code", prompt="The one-time code", help="From “meetrec kiosks invite” or the page Kiosks.")
@click.option("--new-key", is_flag=True, help="Make a new signing key: after a revocation, or when the machine moves to another room.")
@click.option(
    "--data-dir", type=click.Path(path_type=Path), default=Path("/var/lib/meetrec"), show_default=True, help="Where pieces wait, for a new settings file."
)
@SETTINGS_FILE
@FINGERPRINT
def enroll(server: str, code: str, new_key: bool, data_dir: Path, settings_file: Path | None, fingerprint: str | None) -> None:
    """Make this machine a room's kiosk, or renew what it is."""
    from meetrec.kiosk import enrolment
    from meetrec.kiosk.api import safe_address
    from meetrec.platform.enrolment_codes import normalised

    server, code = safe_address(server), normalised(code)
    path = _settings_path(settings_file, data_dir)
    settings = load_settings()
    values = {"server_url": server, "token_file": enrolment.token_path(settings)}
    require_changeable(path, "kiosk", values)  # before the code is spent
    with _kiosk_at_rest(settings):
        pin = _compared(server, settings.kiosk.server_authority, fingerprint)
        signer = enrolment.next_signer(settings) if new_key else enrolment.own_signer(settings)
        try:
            made = enrolment.apply(server, code, signer, pin)
        except enrolment.EnrolmentRefused:
            enrolment.drop_next_key(settings)
            raise
        if new_key:
            _take_new_key(settings)
        enrolment.keep(settings, made, pin)
        put_in_settings_file(path, "kiosk", values)
    click.echo(f"This machine is the {'reserve' if made.is_reserve else 'main'} kiosk of {made.room}, {made.school}. Start it with “meetrec kiosk”.")
    click.echo(f"Its key, as the page Kiosks shows it: {certificates.in_groups(sha256(signer.public_bytes).hexdigest())}")


@kiosk.command()
@SETTINGS_FILE
@FINGERPRINT
def trust(settings_file: Path | None, fingerprint: str | None) -> None:
    """Take another key of the server as the right one, after a person has compared its fingerprint."""
    from meetrec.kiosk.pin import ServerPin, shown_by

    if settings_file is not None:
        os.environ[CONFIG_VARIABLE] = str(settings_file)
    settings = load_settings()
    address = settings.kiosk.server_url
    if not address.startswith("https://"):
        raise click.ClickException(f"{address} is on this same machine and shows no certificate; there is nothing to trust.")
    pin, shown = ServerPin(kiosk_folder(settings)), shown_by(address, settings.kiosk.server_authority)
    if pin.fingerprint == shown.fingerprint:
        click.echo("The server shows the key that this kiosk trusts already. Nothing was changed.")
        return
    _require_comparison(address, shown.fingerprint, fingerprint, "It is not the key that this kiosk was enrolled with.")
    pin.keep(shown.fingerprint)
    click.echo("From now on this kiosk trusts that key. A kiosk that is running uses it at once.")


def _settings_path(named: Path | None, data_dir: Path) -> Path:
    """The settings file in force from here on; a new machine gets one that says where its data lie."""
    path = (named or config_file() or CONFIG_PLACES[0]).absolute()
    if not path.exists():
        write_settings_file(path, {"data_dir": data_dir.absolute()})
    os.environ[CONFIG_VARIABLE] = str(path)
    return path


@contextmanager
def _kiosk_at_rest(settings: Settings) -> Iterator[None]:
    """Nobody changes the key or the token of a kiosk that is running. Raises KioskError when it is."""
    from meetrec.kiosk.serving import hold_outbox

    held = hold_outbox(settings.kiosk.outbox)
    try:
        yield
    finally:
        os.close(held)


def _compared(address: str, authority: Path | None, fingerprint: str | None) -> str | None:
    """The fingerprint to pin: vouched for by an authority this machine knows, or compared by a person. None for this machine's own server."""
    from meetrec.kiosk.pin import shown_by

    if not address.startswith("https://"):
        return None
    shown = shown_by(address, authority)
    if fingerprint is not None or shown.doubt is not None:
        _require_comparison(address, shown.fingerprint, fingerprint, f"No authority that this machine knows vouches for it ({shown.doubt}).")
    return shown.fingerprint


def _require_comparison(address: str, shown: str, named: str | None, why: str) -> None:
    if named is not None:
        if not certificates.is_same(named, shown):
            raise click.ClickException(f"{address} shows the key {certificates.in_groups(shown)}, which is not the one named. Nothing was sent or changed.")
        return
    click.echo(f"{address} shows a certificate with this key:\n\n    {certificates.in_groups(shown)}\n\n{why}")
    click.confirm("Compare it with what “meetrec kiosks invite” prints on the server. Is every group the same?", abort=True)


def _take_new_key(settings: Settings) -> None:
    from meetrec.capture.outbox import recordings_in
    from meetrec.kiosk.enrolment import use_next_key
    from meetrec.platform import clock

    waiting = len(recordings_in(settings.kiosk.outbox))
    aside = use_next_key(settings, clock.now())
    if aside and waiting:
        click.echo(
            f"{waiting} recordings that were not delivered stay in {settings.kiosk.outbox}. They are signed with the key before, which lies in {aside}: "
            "this kiosk cannot deliver them any more. Join them on the server by hand: meetrec recordings assemble."
        )
