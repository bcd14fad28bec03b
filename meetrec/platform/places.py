"""Where templates and static files lie: beside the package in a checkout, inside it when installed from a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent


def folder(name: str) -> Path:
    """The folder `templates`, `static` or `hardware/microphones`, whichever way MeetRec was installed."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name
