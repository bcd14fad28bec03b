"""Where the kiosk keeps its few private files."""

from pathlib import Path

from meetrec.platform.settings import Settings


def kiosk_folder(settings: Settings) -> Path:
    """The last meetings, the pinned district key, what was delivered, and the screen's key. The pieces lie in `settings.kiosk.outbox`."""
    return settings.data_dir / "kiosk"
