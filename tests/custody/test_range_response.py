"""Playing a stored object: whole, in ranges, never cached, never cut short in silence."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from meetrec.custody.errors import DamagedObject
from meetrec.custody.range_response import range_response
from meetrec.custody.sealed_layout import STREAM_PLAIN_BYTES, stream_offset
from meetrec.custody.sealed_reader import SealedReader
from meetrec.custody.store import Store

KEY = bytes(range(32))
OBJECT = "8a1f7c1e-0f63-4f0e-9a3c-5d2f6f1f2b10"
PLAIN = random.Random(3).randbytes(STREAM_PLAIN_BYTES + 100_000)  # noqa: S311 - test sound, not a secret
ETAG = hashlib.sha256(PLAIN).hexdigest()


@pytest.fixture
def opened() -> list[SealedReader]:
    """Every reader the application opened."""
    return []


@pytest.fixture
def player(tmp_path: Path, opened: list[SealedReader]) -> FlaskClient:
    store = Store(tmp_path / "store")
    store.put(OBJECT, KEY, [PLAIN], "record")
    app = Flask(__name__)

    @app.get("/sound")
    def sound() -> Response:
        opened.append(store.open(OBJECT, KEY, "record"))
        return range_response(opened[-1], "audio/flac", ETAG, request)

    return app.test_client()


def test_whole_object_announces_ranges_and_is_kept_by_no_cache(player: FlaskClient) -> None:
    answer = player.get("/sound")
    assert (answer.status_code, answer.data) == (200, PLAIN)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Length"] == str(len(PLAIN))
    assert answer.headers["Content-Type"] == "audio/flac"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=5-104", 5, 104),
        (f"bytes={STREAM_PLAIN_BYTES - 2}-{STREAM_PLAIN_BYTES + 2}", STREAM_PLAIN_BYTES - 2, STREAM_PLAIN_BYTES + 2),
        ("bytes=4200000-", 4_200_000, len(PLAIN) - 1),
        ("bytes=-10", len(PLAIN) - 10, len(PLAIN) - 1),
    ],
)
def test_range_is_answered_with_206_and_exactly_its_bytes(player: FlaskClient, asked: str, first: int, last: int) -> None:
    answer = player.get("/sound", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == PLAIN[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(PLAIN)}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_range_outside_the_object_is_416(player: FlaskClient) -> None:
    assert player.get("/sound", headers={"Range": f"bytes={len(PLAIN)}-"}).status_code == 416


def test_range_of_another_version_gets_the_whole(player: FlaskClient) -> None:
    assert player.get("/sound", headers={"Range": "bytes=0-9", "If-Range": '"another"'}).status_code == 200
    assert player.get("/sound", headers={"Range": "bytes=0-9", "If-Range": f'"{ETAG}"'}).status_code == 206


@pytest.mark.parametrize(
    "ask",
    [
        lambda player: player.get("/sound").close(),
        lambda player: player.head("/sound").close(),
        lambda player: player.get("/sound", headers={"Range": "bytes=3-4"}).close(),
        lambda player: player.get("/sound", headers={"Range": "bytes=99999999-"}).close(),
        lambda player: player.get("/sound", headers={"If-None-Match": f'"{ETAG}"'}).close(),
    ],
)
def test_reader_is_closed_when_the_answer_ends(player: FlaskClient, opened: list[SealedReader], ask: Callable[[FlaskClient], None]) -> None:
    ask(player)
    assert [reader.closed for reader in opened] == [True]


@pytest.mark.requirement("G5.b")
def test_damage_on_the_way_breaks_the_answer_off(player: FlaskClient, tmp_path: Path) -> None:
    with (tmp_path / "store" / OBJECT[:2] / OBJECT).open("r+b") as file:
        file.seek(stream_offset(1) + 50_000)
        file.write(b"\0\0\0\0")
    assert player.get("/sound", headers={"Range": "bytes=0-99"}).data == PLAIN[:100]
    with pytest.raises(DamagedObject):
        _ = player.get("/sound").data
