"""The log of a room in tests: read once its chain holds, and written on by the program after a kill."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.opening import OnTheSpotStatement
from meetrec.kiosk.room import Room
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import OPENING, log_of

HELD = 2000
STATEMENT = OnTheSpotStatement("Mother of Mateo", "parent", "a phone", "es", "I want to listen again.")
NOT_RECORDING = replace(OPENING, parent_records="no", device="", in_plain_sight=None, device_as_in_notice=None)
Told = Callable[[str], list[tuple[str, dict]]]


@pytest.fixture
def told(outbox: Path, signer: KioskSigner) -> Told:
    """The log of a recording, once its chain holds."""
    return lambda recording: log_of(outbox, recording, signer)


@pytest.fixture
def restarted(room: Room, outbox: Path, recorder: ScriptedRecorder, signer: KioskSigner) -> Callable[[], Room]:
    """The program after a kill: another Room over the same files."""
    return lambda: Room(outbox, ScriptedRecorder(outbox), type(room.cache)(room.cache.folder), room.courier, room.player, signer)


def kinds(entries: list[tuple[str, dict]]) -> list[str]:
    return [kind for kind, _ in entries]
