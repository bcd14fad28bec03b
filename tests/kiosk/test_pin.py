"""The kiosk speaks only with the server whose key it pinned; whatever certificate carries that key passes, every other key is refused unheard."""

import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.pin import PIN_FILE, ServerPin, shown_by
from meetrec.kiosk.sentences import OF_TROUBLE
from tests.fixtures.https import https_server, new_certificate

TOKEN = "the token"  # noqa: S105


class Listening:
    """A WSGI application that notes what it was asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.heard.append((environ["PATH_INFO"], environ.get("HTTP_AUTHORIZATION", "")))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"room": "Conference Room A", "sha256": "x", "durable": True}).encode()]


@pytest.fixture
def pin(tmp_path: Path) -> ServerPin:
    """Where the kiosk keeps the fingerprint."""
    return ServerPin(tmp_path / "kiosk")


def trouble_at(server: DistrictServer) -> Trouble:
    with pytest.raises(ServerTrouble) as met:
        server.meetings()
    return met.value.trouble


@pytest.mark.requirement("G5.b")
def test_renewal_with_the_same_key_passes_and_another_key_hears_nothing(tmp_path: Path, pin: ServerPin) -> None:
    listening, stranger = Listening(), Listening()
    first = new_certificate(tmp_path, "first")
    pin.keep(first.fingerprint)
    with https_server(listening, first) as address:
        server = DistrictServer(address, TOKEN, pin)
        assert server.meetings()["room"] == "Conference Room A"
        assert server.deliver("x/closing", b"pieces").durable
    port = int(address.rsplit(":", 1)[1])
    for name, days in (("renewed", 30), ("expired", -1)):
        with https_server(listening, new_certificate(tmp_path, name, first.private_key, days=days), port):
            assert server.meetings()["room"] == "Conference Room A"
    with https_server(stranger, new_certificate(tmp_path, "stranger"), port):
        assert trouble_at(server) is Trouble.UNTRUSTED_SERVER
        with pytest.raises(ServerTrouble):
            server.deliver("x/closing", b"pieces")
    assert stranger.heard == []  # not the token, not the address asked for
    assert [token for _path, token in listening.heard] == [f"Bearer {TOKEN}"] * 4
    assert "meetrec kiosk trust" in str(OF_TROUBLE[Trouble.UNTRUSTED_SERVER])


def test_pin_that_changes_counts_at_the_next_connection(tmp_path: Path, pin: ServerPin) -> None:
    other = new_certificate(tmp_path, "other")
    pin.keep(new_certificate(tmp_path, "first").fingerprint)
    with https_server(Listening(), other) as address:
        server = DistrictServer(address, TOKEN, pin)
        assert trouble_at(server) is Trouble.UNTRUSTED_SERVER
        pin.keep(other.fingerprint)
        assert server.meetings()["room"] == "Conference Room A"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"short\n"])
def test_without_a_pin_that_reads_nothing_is_sent_over_https(tmp_path: Path, pin: ServerPin, content: bytes | None) -> None:
    listening = Listening()
    if content is not None:
        pin.keep("0" * 64)
        (tmp_path / "kiosk" / PIN_FILE).write_bytes(content)
    with https_server(listening, new_certificate(tmp_path, "first")) as address:
        assert trouble_at(DistrictServer(address, TOKEN, pin)) is Trouble.UNTRUSTED_SERVER
        assert trouble_at(DistrictServer(address, TOKEN)) is Trouble.UNTRUSTED_SERVER
    assert listening.heard == []


def test_certificate_is_looked_at_without_a_word(tmp_path: Path) -> None:
    listening, files = Listening(), new_certificate(tmp_path, "first")
    with https_server(listening, files) as address:
        shown = shown_by(address, None)
        assert (shown.fingerprint, shown.doubt) == (files.fingerprint, "self-signed certificate")
        assert shown_by(address, files.certificate).doubt is None  # the district is its own authority
    assert listening.heard == []


def test_server_that_does_not_answer_or_speaks_no_https_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(KioskError, match="does not answer"):
        shown_by(f"https://127.0.0.1:{port}", None)


def test_forgotten_pin_is_none(pin: ServerPin) -> None:
    pin.keep("a" * 64)
    pin.keep(None)
    assert pin.fingerprint is None
    pin.keep(None)
