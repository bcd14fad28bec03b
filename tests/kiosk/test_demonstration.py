"""The demonstration player can neither delay nor break a recording."""

import time
from pathlib import Path

from meetrec.kiosk.demonstration import DemonstrationPlayer


def program(tmp_path: Path, body: str) -> tuple[Path, Path]:
    """A player that notes its orders, then does `body`."""
    notes, path = tmp_path / "orders", tmp_path / "player"
    path.write_text(f'#!/bin/sh\necho "$1" >>{notes}\n{body}\n')
    path.chmod(0o755)
    return path, notes


def test_orders_are_called_one_after_the_other(tmp_path: Path) -> None:
    path, notes = program(tmp_path, "sleep 0.05")
    player = DemonstrationPlayer(path)
    player.order("idle", "stop", "play")
    player.close()
    assert notes.read_text().split() == ["idle", "stop", "play", "stop"]


def test_player_that_hangs_or_is_missing_holds_nothing_up(tmp_path: Path) -> None:
    hanging, _notes = program(tmp_path, "sleep 5")
    began = time.monotonic()
    for player in (DemonstrationPlayer(hanging), DemonstrationPlayer(tmp_path / "missing"), DemonstrationPlayer(None)):
        player.order("stop", "play")
    assert time.monotonic() - began < 0.5


def test_player_that_fails_is_asked_again(tmp_path: Path) -> None:
    path, notes = program(tmp_path, "exit 1")
    player = DemonstrationPlayer(path)
    player.order("idle", "play")
    player.close()
    assert notes.read_text().split() == ["idle", "play", "stop"]
