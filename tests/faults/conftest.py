"""Fault runs: real microphones, processes that are watched from outside, a real server, real small disks. Slow; `./dev test --slow`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.handed_over import HandedOver
from tests.faults.small_disks import SmallDisk, small_disk
from tests.fixtures.microphones import virtual_microphones

__all__ = ["virtual_microphones"]


@pytest.fixture
def handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HandedOver:
    """Every process that the test starts notes what PortAudio gives it."""
    return HandedOver(tmp_path / "handed-over").watch(monkeypatch)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """An ext4 disk of 64 MB in a file, mounted."""
    with small_disk(tmp_path / "disk", 64) as disk:
        yield disk
