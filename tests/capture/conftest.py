"""What capture's tests share."""

from tests.capture.four_microphones import room
from tests.fixtures.microphones import virtual_microphones

__all__ = ["room", "virtual_microphones"]
