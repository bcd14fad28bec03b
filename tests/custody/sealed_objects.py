"""An empty store, the names its tests write under, and where the files lie."""

import random
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.custody.store import Store

KEY = bytes(range(32))
RECORD = str(uuid4())
OBJECT = "5b0c6f0e-3c1e-4d8e-9a53-7f3c2c1d9e10"  # fixed, so that every process of a run gives its tests the same names


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def stored_file(tmp_path: Path, object_id: str = OBJECT) -> Path:
    return tmp_path / "store" / object_id[:2] / object_id


def some_bytes(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - test sound, not a secret
