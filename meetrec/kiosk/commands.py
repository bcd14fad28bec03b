"""`meetrec kiosk`: the room's recorder with its touch screen."""

import click


@click.command()
def kiosk() -> None:
    """Run this room's recorder and serve its screen to this machine alone."""
    from meetrec.kiosk.gate import ScreenKeys
    from meetrec.kiosk.serving import RunningKiosk, kiosk_folder, kiosk_server, serve_until_told
    from meetrec.platform.logs import write_logs
    from meetrec.platform.settings import load_settings

    settings = load_settings()
    write_logs(settings.log_level)
    with RunningKiosk.of(settings) as running:
        keys = ScreenKeys.in_folder(kiosk_folder(settings))
        server, _app = kiosk_server(settings, running, keys, settings.kiosk.port)
        click.echo(f"The room's screen: http://127.0.0.1:{settings.kiosk.port}/?launch={keys.launch}")
        serve_until_told(server)
