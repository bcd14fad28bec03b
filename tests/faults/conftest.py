"""Fault runs use the same microphones and room as the tests of capture."""

from tests.capture.test_recorder import room
from tests.fixtures.microphones import virtual_microphones

__all__ = ["room", "virtual_microphones"]
