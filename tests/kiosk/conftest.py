"""A room for kiosk tests: a server that can fail, the cache, the courier, a screen; and real virtual microphones."""

from tests.fixtures.kiosk import district_server, kiosk_client, opened, outbox, recorder, room, room_screen, signer
from tests.fixtures.microphones import virtual_microphones
from tests.kiosk.deliveries import delivering, logging, run
from tests.kiosk.logged_rooms import restarted, told
from tests.kiosk.room_machines import certificate, invite, machine, plain_server, server

__all__ = [
    "certificate",
    "delivering",
    "district_server",
    "invite",
    "kiosk_client",
    "logging",
    "machine",
    "opened",
    "outbox",
    "plain_server",
    "recorder",
    "restarted",
    "room",
    "room_screen",
    "run",
    "server",
    "signer",
    "told",
    "virtual_microphones",
]
