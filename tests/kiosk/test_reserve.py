"""The room's reserve kiosk: it says what it is and how the main one stands, starts with one tap, and asks nothing that the main one asks (G5.a, G6.a)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import reserve
from meetrec.kiosk.errors import ActionRefused, Trouble
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from meetrec.recordings.kiosk_news import MAIN_STANDS
from tests.doubles.faulty_server import FaultyServer, news
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, OTHER_MEETING, armed, log_of, other

HELD = 2000
Stands = Callable[[str], None]


@pytest.fixture
def main_stands(room_screen: Screen, district_server: FaultyServer) -> Stands:
    """Have the server tell this kiosk that it is the reserve, and how the main one stands."""

    def main_stands(how: str) -> None:
        meeting = {**armed(MATEO, clock.now()), "main": how}
        district_server.news = {**news(KIOSK, [meeting], others=[other(OTHER_MEETING, clock.now())]), "is_reserve": True}
        room_screen.news.ask()
        room_screen.room.courier.deliver_pass()

    return main_stands


def kinds(outbox: Path, signer: KioskSigner) -> list[str]:
    return [kind for kind, _content in log_of(outbox, MATEO, signer)]


@pytest.mark.requirement("G5.a", "G6.a")
def test_reserve_starts_with_one_tap_after_the_check_and_asks_nothing_at_the_end(
    kiosk_client: FlaskClient, main_stands: Stands, room_screen: Screen, outbox: Path, signer: KioskSigner
) -> None:
    main_stands("recording")
    assert kiosk_client.get(f"/meetings/{MATEO}").headers["Location"].endswith("/microphones")
    page = kiosk_client.get(f"/meetings/{MATEO}/microphones").text
    assert "Reserve recorder. The main kiosk is recording." in page
    assert "Ask the opening questions here" in page
    assert kiosk_client.post(f"/meetings/{MATEO}/start").status_code == 200
    page = kiosk_client.get("/recording").text
    assert "Read aloud now" not in page
    assert kiosk_client.post("/recording/notes", data={"text": "The parent’s phone rang."}).status_code == 200
    assert kiosk_client.post("/recording/stop", data={"held_ms": HELD}).json == {"now_at": f"/recordings/{MATEO}/saved"}
    assert room_screen.room.closing_due() is None
    assert kinds(outbox, signer) == ["preflight", "started", "note", "stopped", "end"]


@pytest.mark.requirement("G6.a", "G6.c")
def test_chair_can_ask_at_the_reserve_what_the_main_kiosk_did_not_and_is_then_asked_at_the_end_too(
    kiosk_client: FlaskClient, main_stands: Stands, room_screen: Screen, outbox: Path, signer: KioskSigner
) -> None:
    main_stands("")
    assert kiosk_client.get(f"/meetings/{MATEO}?change=yes").status_code == 200
    room_screen.room.note_opening(MATEO, OPENING)
    room_screen.room.start(MATEO)
    assert "Read aloud now" in kiosk_client.get("/recording").text
    room_screen.room.stop(HELD)
    assert room_screen.room.closing_due() == MATEO
    room_screen.room.confirm_closing(MATEO, Closing("yes"))
    assert kinds(outbox, signer) == ["opening", "preflight", "started", "stopped", "closing", "end"]


@pytest.mark.requirement("G6.a")
def test_where_the_parent_declined_at_the_main_kiosk_the_reserve_asks_again_before_it_records(
    kiosk_client: FlaskClient, main_stands: Stands, room_screen: Screen
) -> None:
    main_stands("declined")
    assert "“Do not record” was chosen" in kiosk_client.get("/").text
    assert "did not say that they record" in kiosk_client.get(f"/meetings/{MATEO}").text
    assert kiosk_client.get(f"/meetings/{MATEO}/microphones").headers["Location"].endswith(f"/meetings/{MATEO}")
    with pytest.raises(ActionRefused):
        room_screen.room.start(MATEO)


def test_header_says_how_the_main_kiosk_stands_only_while_that_is_known(
    kiosk_client: FlaskClient, main_stands: Stands, room_screen: Screen, district_server: FaultyServer
) -> None:
    main_stands("objected")
    assert "The parent objected at the main kiosk" in kiosk_client.get("/status").json["texts"]["reserve"]
    district_server.fault = "500"
    room_screen.news.ask()
    assert kiosk_client.get("/status").json["texts"]["reserve"] == str(reserve.NOT_KNOWN)


def test_header_of_a_revoked_reserve_does_not_say_that_the_server_is_out_of_reach(
    kiosk_client: FlaskClient, main_stands: Stands, room_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    main_stands("recording")
    monkeypatch.setattr(room_screen.news, "trouble", Trouble.REVOKED)
    texts = kiosk_client.get("/status").json["texts"]
    assert "was revoked" in texts["server"]
    assert texts["reserve"] == "Reserve recorder. How the main kiosk stands is not known: the server does not tell it."


def test_main_kiosk_says_nothing_of_a_reserve(kiosk_client: FlaskClient) -> None:
    assert "kiosk-header__reserve" not in kiosk_client.get("/").text
    assert kiosk_client.get("/status").json["texts"]["reserve"] == ""


def test_what_the_server_told_outlives_a_restart(main_stands: Stands, room_screen: Screen) -> None:
    main_stands("paused")
    cache = room_screen.room.cache
    told = type(cache)(cache.folder).news
    assert told is not None
    assert (told.is_reserve, told.meetings[0].main) == (True, "paused")


def test_every_word_of_the_server_on_the_main_kiosk_has_its_sentence() -> None:
    assert set(reserve.MAIN_WORDS) == set(MAIN_STANDS)


def test_notice_given_at_the_reserve_goes_on_with_the_questions_there(kiosk_client: FlaskClient, main_stands: Stands) -> None:
    main_stands("")
    statement = {"recorder_name": "Mother of Mateo", "recorder_role": "parent", "device": "a phone", "reason": ""}
    answer = kiosk_client.post(f"/others/{OTHER_MEETING}", data=statement)
    assert answer.json is not None
    assert answer.json["now_at"].endswith("?change=yes")
