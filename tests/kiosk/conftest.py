"""A room for kiosk tests: a server that can fail, the cache, the courier, and a screen served on loopback."""

from tests.fixtures.kiosk import district_server, kiosk_client, outbox, recorder, room, room_screen

__all__ = ["district_server", "kiosk_client", "outbox", "recorder", "room", "room_screen"]
