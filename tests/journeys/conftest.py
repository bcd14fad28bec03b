"""Journeys run in Debian's Chromium."""

from tests.fixtures.browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
