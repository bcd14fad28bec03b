"""A room for kiosk tests: a server that can fail, the cache, the courier, a screen; and real virtual microphones."""

from tests.fixtures.kiosk import district_server, kiosk_client, opened, outbox, recorder, room, room_screen, signer
from tests.fixtures.microphones import virtual_microphones

__all__ = ["district_server", "kiosk_client", "opened", "outbox", "recorder", "room", "room_screen", "signer", "virtual_microphones"]
