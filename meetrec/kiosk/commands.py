"""`meetrec kiosk`: the room's recorder with its touch screen."""

import click

from meetrec.kiosk.gate import ScreenKeys
from meetrec.kiosk.places import kiosk_folder
from meetrec.platform.settings import Settings, load_settings


@click.command()
def kiosk() -> None:
    """Run this room's recorder and serve its screen to this machine alone."""
    from meetrec.kiosk.serving import RunningKiosk, kiosk_server, serve_until_told
    from meetrec.platform.logs import write_logs

    settings = load_settings()
    write_logs(settings.log_level)
    with RunningKiosk.of(settings) as running:
        server = kiosk_server(settings, running.screen, settings.kiosk.port)
        click.echo(f"The room's screen: {launch_address(settings)}")
        serve_until_told(server)


def launch_address(settings: Settings) -> str:
    """Where the room's screen is opened, with its launch token; the same after every restart."""
    return f"http://127.0.0.1:{settings.kiosk.port}/?launch={ScreenKeys.in_folder(kiosk_folder(settings)).launch}"
