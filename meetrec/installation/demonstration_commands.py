"""`meetrec demonstration`: where the demonstration's pages are and who may sign in."""

import time

import click
import requests

from meetrec.installation.errors import InstallationError
from meetrec.installation.sign_ins import sign_ins
from meetrec.platform.settings import Settings, load_settings

ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.2


class NotUpYet(InstallationError):
    """A page does not answer (yet)."""


@click.group()
def demonstration() -> None:
    """The demonstration district."""


@demonstration.command()
@click.option("--wait", type=float, default=0.0, metavar="SECONDS", help="How long to wait for the pages.")
def addresses(wait: float) -> None:
    """Print the addresses and sign-ins once every page answers; else fail, saying which does not."""
    settings = load_settings()
    if not settings.district.demonstration:
        raise InstallationError("This is a real district; it has no demonstration sign-ins.")
    kiosk = _kiosk_address(settings)
    server = f"http://{settings.server.host}:{settings.server.port}"
    deadline = time.monotonic() + wait
    for address in (f"{server}/healthz", kiosk):
        _wait_for(address, deadline)
    click.echo(_page(server, kiosk, settings))


def _kiosk_address(settings: Settings) -> str:
    from meetrec.kiosk.commands import launch_address

    return launch_address(settings)


def _wait_for(address: str, deadline: float) -> None:
    while True:
        try:
            return _require_answer(address)
        except NotUpYet:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def _require_answer(address: str) -> None:
    try:
        answer = requests.get(address, timeout=ANSWER_SECONDS)
    except requests.RequestException as error:
        raise NotUpYet(f"{address} does not answer yet.") from error
    if answer.status_code != 200:
        raise NotUpYet(f"{address} answers {answer.status_code}.")


def _page(server: str, kiosk: str, settings: Settings) -> str:
    lines = [
        "",
        f"MeetRec is up: {settings.district.name}",
        "",
        f"  Parents          {server}/",
        f"  Staff            {server}/staff",
        f"  The room         {kiosk}",
        "",
        "  Sign in as:",
        *(f"    {name:15} {entry['address']:42} {entry['password']}" for name, entry in sign_ins(settings).items()),
        "",
        "  Stop with Ctrl+C. The data are kept.",
    ]
    return "\n".join(lines)
