"""What tests of custody share: an empty store."""

from tests.custody.sealed_objects import store

__all__ = ["store"]
