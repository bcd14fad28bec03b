"""What capture's tests share."""

from tests.fixtures.microphones import virtual_microphones

__all__ = ["virtual_microphones"]
