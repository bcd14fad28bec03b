"""Browser tests use the fixtures of `tests/fixtures/browser.py`, and those of a delivered recording."""

from tests.fixtures.browser import browser_context_args, browser_type_launch_args, console_problems, live_server, look_at
from tests.fixtures.recordings import kiosk, make_run, notice, recording_id, vault, work

__all__ = [
    "browser_context_args",
    "browser_type_launch_args",
    "console_problems",
    "kiosk",
    "live_server",
    "look_at",
    "make_run",
    "notice",
    "recording_id",
    "vault",
    "work",
]
