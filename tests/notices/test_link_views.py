"""Behind the private link: status, signed file, letter, to say more and to withdraw. The address is the key, and it is told to nobody."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.district.models import ProfileVersion
from meetrec.journal.models import JournalEntry
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.notices.conftest import fill_up

SetClock = Callable[[Any], None]
Stored = Callable[[], Notice]


def verbs(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence)))


@pytest.mark.parametrize("page", ["", "/more", "/correct", "/withdraw", "/file"])
def test_no_page_behind_the_link_tells_its_address_and_none_is_kept(client: FlaskClient, address: str, page: str) -> None:
    answer = client.get(address + page)
    assert (answer.status_code, answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == (200, "no-referrer", "no-store")
    wrong = client.get(f"{address[:-1]}{'x' if address[-1] != 'x' else 'y'}{page}")
    assert (wrong.status_code, wrong.headers["Referrer-Policy"]) == (404, "no-referrer")


def test_pages_behind_the_link_ask_for_no_cookie_and_no_token(app: Flask, address: str, typed: dict[str, str], stored: Callable[[], Notice]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    stranger = app.test_client(use_cookies=False)
    assert stranger.post(f"{address}/correct", data={**typed, "device": "a tablet"}).status_code == 303
    assert stranger.post(f"{address}/more", data={"reason": "To remember"}).status_code == 303
    assert stranger.post(f"{address}/withdraw").status_code == 303
    assert (stored().device, stored().reason, stored().status) == ("a tablet", "To remember", "withdrawn")


@pytest.mark.requirement("G2")
@pytest.mark.requirement("NOTE.4")
@pytest.mark.requirement("A-02")
def test_reason_and_acknowledgement_come_after_the_notice_counts_and_change_neither_status_nor_steps(
    client: FlaskClient, address: str, stored: Callable[[], Notice], database: Database
) -> None:
    def told() -> list[str]:
        page = client.get(address).get_data(as_text=True)
        return [*re.findall(r'id="status-sentence">([^<]+)', page), *re.findall(r"<li>([^<]+)</li>", page)]

    before, silent = told(), stored()
    assert (silent.reason, silent.acknowledged_at, silent.status) == (None, None, "timely")
    client.post(f"{address}/more", data={"reason": "To remember", "acknowledged": "y"})
    speaking = stored()
    assert (speaking.reason, speaking.status, speaking.deadline) == ("To remember", silent.status, silent.deadline)
    assert speaking.acknowledged_at is not None
    assert told() == before
    assert "Read what the district says about recordings by families" in client.get(address).get_data(as_text=True)
    assert len(before) == 4
    assert verbs(database)[-3:] == ["notice.received", "notice.corrected", "notice.acknowledged"]


def test_second_screen_left_empty_changes_nothing(client: FlaskClient, address: str, stored: Callable[[], Notice]) -> None:
    assert client.post(f"{address}/more", data={}).status_code == 303
    assert (stored().version, stored().acknowledged_at) == (1, None)


@pytest.mark.requirement("A-02")
def test_acknowledgement_that_the_district_requires_is_asked_for_and_the_notice_does_not_wait_for_it(
    client: FlaskClient, database: Database, typed: dict[str, str], stored: Callable[[], Notice]
) -> None:
    with database.writing() as session:
        session.add(
            ProfileVersion(
                number=1, base="missouri", effective_from=date(2020, 1, 1), rule="start_time", late_policy="accept", acknowledgement="required",
                objection_stops=True, multi_student_rule="ferpa_whole_item", reason="Board policy", attorney_name="J. Doe", attorney_date=date(2020, 1, 1),
                entered_at=clock.now(), entered_by="system",
            )
        )  # fmt: skip
    address = client.post("/notice", data=typed).headers["Location"]
    assert (stored().status, stored().profile, stored().acknowledged_at) == ("timely", "district@1", None)
    assert "Your notice counts in any case." in client.get(address).get_data(as_text=True)
    assert "The district asks for this." in client.get(f"{address}/more").get_data(as_text=True)
    client.post(f"{address}/more", data={"acknowledged": "y"})
    assert "asks you to read" not in client.get(address).get_data(as_text=True)


@pytest.mark.requirement("G0.1")
def test_late_family_is_asked_first_whether_it_needs_the_recording_and_is_then_accepted(
    client: FlaskClient, typed: dict[str, str], stored: Callable[[], Notice], district: SimpleNamespace, set_clock: SetClock, database: Database
) -> None:
    with database.writing() as session:
        session.add(
            ProfileVersion(
                number=1, base="missouri", effective_from=date(2020, 1, 1), rule="start_time", late_policy="review", acknowledgement="optional",
                objection_stops=True, multi_student_rule="ferpa_whole_item", reason="Board policy", entered_at=clock.now(), entered_by="system",
            )
        )  # fmt: skip
    set_clock(district.meeting.start - timedelta(hours=3))
    address = client.post("/notice", data={**typed, "accommodation_request": "A Spanish interpreter"}).headers["Location"]
    assert stored().status == "late_needs_review"
    assert "Do you need the recording to understand the meeting?" in client.get(address).get_data(as_text=True)
    page = client.get(f"{address}/more").get_data(as_text=True)
    assert page.index('id="needs_recording_to_understand"') < page.index('id="reason"')
    client.post(f"{address}/more", data={"needs_recording_to_understand": "y"})
    assert (stored().status, stored().accommodation_request) == ("late_accepted", "A Spanish interpreter")


@pytest.mark.requirement("G0.1")
@pytest.mark.requirement("G0.2")
def test_withdrawal_is_journalled_once_and_keeps_the_request_for_help(
    client: FlaskClient, typed: dict[str, str], stored: Callable[[], Notice], database: Database
) -> None:
    address = client.post("/notice", data={**typed, "accommodation_request": "A Spanish interpreter"}).headers["Location"]
    asked = client.get(f"{address}/withdraw").get_data(as_text=True)
    assert ("stays asked for" in asked, "Mateo Rivera, " in asked) == (True, True)  # a parent of two sees which notice it is
    for _ in range(2):
        page = client.post(f"{address}/withdraw", follow_redirects=True).get_data(as_text=True)
    assert "Your notice is withdrawn" in page
    notice = stored()
    assert (notice.status, notice.withdrawn_by, notice.accommodation_request) == ("withdrawn", "public", "A Spanish interpreter")
    assert verbs(database).count("notice.withdrawn") == 1


def test_withdrawn_notice_can_be_neither_corrected_nor_added_to(client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice]) -> None:
    client.post(f"{address}/withdraw")
    for page in ("/correct", "/more", "/withdraw"):
        assert client.get(address + page).status_code == 303
    assert client.post(f"{address}/correct", data={**typed, "device": "a tablet"}).status_code >= 400
    assert client.post(f"{address}/more", data={"reason": "To remember"}).status_code >= 400
    assert (stored().version, stored().device, stored().reason) == (1, "my telephone", None)
    assert client.get(address).status_code == 200


def test_withdrawal_of_an_armed_notice_stands_the_room_down(client: FlaskClient, address: str, match: Callable[[], object], database: Database) -> None:
    match()
    assert verbs(database)[-1] == "room.armed"
    client.post(f"{address}/withdraw")
    assert verbs(database)[-2:] == ["notice.withdrawn", "room.stood_down"]


def test_link_of_the_mail_confirms_the_address_and_opens_nothing_else(
    client: FlaskClient, typed: dict[str, str], stored: Callable[[], Notice], database: Database
) -> None:
    client.post("/notice", data={**typed, "email": "ana@example.org"})
    token = "t" * 43
    with database.writing() as session:
        session.execute(update(Notice).values(address_link_hash=hash_of(token)))
    asked = client.get(f"/notice/address/{token}")
    assert (asked.status_code, asked.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert stored().email_verified_at is None  # a program that opens every link of a mail confirms nothing
    assert "Your e-mail address is confirmed" in client.post(f"/notice/address/{token}").get_data(as_text=True)
    client.post(f"/notice/address/{token}")
    assert stored().email_verified_at is not None
    assert verbs(database).count("notice.address_confirmed") == 1
    assert client.get(f"/notice/receipt/{token}").status_code == 404
    for page in (asked, client.get(f"/notice/address/{'u' * 43}")):
        assert not any(word in page.get_data(as_text=True) for word in ("Mateo", "Ana", stored().reference))
    assert client.post(f"/notice/address/{'u' * 43}").status_code == 404


@pytest.mark.usefixtures("rate_limits")
def test_changes_by_link_are_limited_and_the_eleventh_comes_back_as_typed(client: FlaskClient, address: str, typed: dict[str, str], stored: Stored) -> None:
    said = [client.post(f"{address}/more", data={"reason": f"reason {number}"}) for number in range(11)]
    assert [answer.status_code for answer in said] == [303] * 10 + [429]
    assert "reason 10" in said[-1].text
    corrected = [client.post(f"{address}/correct", data={**typed, "device": f"device {number}"}) for number in range(11)]
    assert [answer.status_code for answer in corrected] == [303] * 10 + [429]
    assert 'value="device 10"' in corrected[-1].text
    assert "has not been kept yet" in corrected[-1].text
    assert corrected[-1].headers["Referrer-Policy"] == "no-referrer"
    assert (stored().device, stored().reason) == ("device 9", "reason 9")


@pytest.mark.parametrize(("page", "name"), [("correct", "accommodation_request"), ("more", "reason")])
def test_a_full_disk_loses_nothing_that_was_typed_behind_the_link(
    client: FlaskClient, address: str, typed: dict[str, str], database: Database, stored: Stored, page: str, name: str
) -> None:
    fill_up(database)
    answer = client.post(f"{address}/{page}", data={**typed, name: "An interpreter for Bosnian. " + "ñ" * 1900})
    assert answer.status_code == 503
    assert "could not be kept just now" in answer.text
    assert "An interpreter for Bosnian." in answer.text
    assert getattr(stored(), name) is None
