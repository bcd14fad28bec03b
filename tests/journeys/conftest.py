"""Journeys run in Debian's Chromium, against a whole installation or against one served application."""

from tests.fixtures.browser import browser_type_launch_args, live_server

__all__ = ["browser_type_launch_args", "live_server"]
