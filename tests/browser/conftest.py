"""Browser tests use the fixtures of `tests/fixtures/browser.py`."""

from tests.fixtures.browser import browser_context_args, browser_type_launch_args, console_problems, live_server, look_at

__all__ = ["browser_context_args", "browser_type_launch_args", "console_problems", "live_server", "look_at"]
