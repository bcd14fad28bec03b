"""A private page that opens the room's screen: so the launch token stands in no log, no command line and no unit file."""

import html
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from meetrec.kiosk.service_notice import ServiceNotice

PAGE = "launch.html"
READABLE_BY_THE_SCREEN = 0o640  # the kiosk's own group, to which the screen's account belongs
_FORM = """<!doctype html>
<html lang="en">
<title>MeetRec</title>
<meta http-equiv="refresh" content="0; url={address}">
<p>The room’s recorder is starting. This page changes by itself.</p>
</html>
"""


@contextmanager
def announced(address: str, environment: Mapping[str, str], own_folder: Path) -> Iterator[None]:
    """While inside, the screen can be opened: by the page under systemd, which gives a folder for it; by the printed address at a terminal.

    Whatever is no terminal may be kept in a log: then the page lies in the kiosk's `own_folder`, and its place is printed instead.
    """
    notice, is_seen = ServiceNotice.of(environment), sys.stdout.isatty()
    folder = environment.get("RUNTIME_DIRECTORY") or ("" if is_seen or notice.is_heard else str(own_folder))
    if folder:
        click.echo(f"The room's screen can be opened with {write_launch_page(Path(folder), address)}")
    elif notice.is_heard:
        click.echo("The room's screen can be opened. Its address is not told to the log: run the service with RuntimeDirectory=.")
    else:
        click.echo(f"The room's screen: {address}")
    notice.ready()
    try:
        yield
    finally:
        notice.ending()
        if folder:
            (Path(folder) / PAGE).unlink(missing_ok=True)


def write_launch_page(folder: Path, address: str) -> Path:
    """Put the page with the launch address into `folder`, readable for the kiosk's group alone; its path. Raises OSError."""
    page = folder / PAGE
    new = page.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, READABLE_BY_THE_SCREEN)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), READABLE_BY_THE_SCREEN)
        file.write(_FORM.format(address=html.escape(address)))
    new.replace(page)
    return page
