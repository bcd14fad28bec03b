"""Talking with the server: only over a safe address, with bounded answers."""

import pytest

from meetrec.kiosk.api import LARGEST_ANSWER, DistrictServer
from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from tests.doubles.faulty_server import FaultyServer


@pytest.mark.parametrize("address", ["http://records.example.org", "http://10.0.0.8:8000", "ftp://127.0.0.1", "records.example.org", "http://"])
def test_token_never_travels_openly_to_another_machine(address: str) -> None:
    with pytest.raises(KioskError, match=r"kiosk\.server_url"):
        DistrictServer(address, "token")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:8000", "https://records.example.org"])
def test_loopback_and_https_are_safe(address: str) -> None:
    assert DistrictServer(address, "token")


def test_endless_answer_is_cut_off(district_server: FaultyServer) -> None:
    district_server.news = {"meetings": "x" * LARGEST_ANSWER}
    with pytest.raises(ServerTrouble) as cut:
        DistrictServer(district_server.address, "token").meetings()
    assert cut.value.trouble is Trouble.REFUSED


def test_answer_that_is_no_object_is_no_answer(district_server: FaultyServer) -> None:
    district_server.news = ["not", "an", "object"]  # type: ignore[assignment]
    with pytest.raises(ServerTrouble) as refused:
        DistrictServer(district_server.address, "token").meetings()
    assert refused.value.trouble is Trouble.HALF_ANSWER


def test_proxy_of_the_machine_is_not_asked(district_server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert DistrictServer(district_server.address, "token").meetings()["room"] == "Conference Room A"
