"""The coordinator's pages: start a request for a parent, see who has signed, key in papers, hand over links, print (NOTE.3, X-3)."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse as FlaskResponse

from meetrec.app import create_app
from meetrec.consents.models import DisseminationRequest, RecordedPerson
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.people.rights_models import Guardianship
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.consents.conftest import GUEST, LAURA, verbs

ALONE = "about the parent's own copy alone"
PeopleOf = Callable[[str], dict[str, str]]
Pages = Callable[[str], str]


@pytest.fixture
def laura(sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace) -> FlaskClient:
    return sign_in(district.coordinator)


@pytest.fixture
def see(laura: FlaskClient) -> Pages:
    """What a page shows to the coordinator."""

    def see(address: str) -> str:
        answer = laura.get(address)
        assert answer.status_code == 200, address
        return unescape(answer.get_data(as_text=True))

    return see


@pytest.mark.requirement("NOTE.3")
@pytest.mark.requirement("X-3")
def test_staff_start_a_request_for_a_parent_and_every_page_says_whose_copy_it_is(
    laura: FlaskClient, see: Pages, table: SimpleNamespace, district: SimpleNamespace, database: Database
) -> None:
    address = f"/meetings/{district.meeting.id}/dissemination"
    assert address in see(f"/meetings/{district.meeting.id}")
    answer = laura.post(address, data={"asker": table.ana, "purpose": "To my sister."})
    assert answer.status_code == 303
    assert ALONE in see(address)
    shown = see(answer.location)
    assert [word for word in (ALONE, "0 of 2 have signed. It is not complete.", LAURA, GUEST, "No answer yet", "To my sister.") if word not in shown] == []
    with database.reading() as session:
        request = session.scalars(select(DisseminationRequest)).one()
    assert (request.asked_by, request.asker_id, request.text_version) == ("Ana Rivera", table.ana, "1")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"purpose": "To my sister."}, "Choose the parent, or write the name."),
        ({"asked_by": "Ana Rivera"}, "Write to whom and what for."),
        ({"asker": "x", "purpose": "To my sister."}, "Choose somebody of the list."),
        ({"asked_by": "Ana Rivera", "purpose": "My number is 123-45-6789."}, "social security number"),
    ],
)
def test_what_is_missing_or_never_kept_is_said_and_nothing_starts(
    laura: FlaskClient, table: SimpleNamespace, district: SimpleNamespace, database: Database, typed: dict[str, str], sentence: str
) -> None:
    answer = laura.post(f"/meetings/{district.meeting.id}/dissemination", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert verbs(database) == []


@pytest.mark.requirement("NOTE.3")
def test_papers_keyed_in_complete_it_and_somebody_on_the_line_makes_it_incomplete_again(
    laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf, today: date
) -> None:
    for person in people_of(asked).values():
        paper = {"answer": "signed", "signed_on": today.isoformat(), "kept_at": "Folder 3"}
        assert laura.post(f"/dissemination/{asked}/people/{person}/paper", data=paper).status_code == 303
    shown = see(f"/dissemination/{asked}")
    assert "Everybody who can be heard has signed." in shown
    assert "statement.pdf" in shown
    assert laura.get(f"/dissemination/{asked}/statement.pdf").mimetype == "application/pdf"
    assert laura.post(f"/dissemination/{asked}/people", data={"name": "An aunt", "affiliation": "parents_guest"}).status_code == 303
    shown = see(f"/dissemination/{asked}")
    assert "2 of 3 have signed. It is not complete." in shown
    assert "statement.pdf" not in shown
    answer = laura.get(f"/dissemination/{asked}/statement.pdf")
    assert answer.status_code == 409
    assert "there is no statement yet" in answer.get_data(as_text=True)


@pytest.mark.requirement("NOTE.3")
def test_people_who_came_to_the_meetings_list_are_shown_and_taken_over(
    laura: FlaskClient, see: Pages, asked: str, database: Database, district: SimpleNamespace, people_of: PeopleOf
) -> None:
    with database.writing() as session:
        enter_participant(session, clock.now(), "system", district.meeting.id, AtTheTable("Helen Marsh", Affiliation.DISTRICT_EMPLOYEE))
    assert "came to the meeting's list since" in see(f"/dissemination/{asked}")
    assert laura.post(f"/dissemination/{asked}/take-over").status_code == 303
    assert "Helen Marsh" in people_of(asked)
    assert "came to the meeting's list since" not in see(f"/dissemination/{asked}")


@pytest.mark.requirement("D-43.c")
def test_the_link_is_shown_once_and_nowhere_kept(laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf, database: Database) -> None:
    guest = people_of(asked)[GUEST]
    address = f"/dissemination/{asked}/people/{guest}/link"
    assert laura.post(address, data={}).status_code == 422
    made = laura.post(address, data={"identity": "known_personally"})
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    found = re.search(r"http://localhost/consent/([\w-]{43})", made.get_data(as_text=True))
    assert found
    assert found[1] not in see(f"/dissemination/{asked}/people/{guest}")
    with database.reading() as session:
        person = session.get_one(RecordedPerson, guest)
        assert found[1] not in str(vars(person))
    assert laura.get(found[0]).status_code == 200
    assert laura.post(f"{address}/end").status_code == 303
    assert laura.get(found[0]).status_code == 404


def test_a_paper_without_a_day_or_of_tomorrow_comes_back_with_what_was_typed(laura: FlaskClient, asked: str, people_of: PeopleOf, today: date) -> None:
    address = f"/dissemination/{asked}/people/{people_of(asked)[GUEST]}/paper"
    answer = laura.post(address, data={"answer": "signed", "signed_on": (today + timedelta(days=1)).isoformat(), "kept_at": "Folder 3"})
    assert answer.status_code == 422
    assert [word for word in ("still to come", "Folder 3") if word not in answer.get_data(as_text=True)] == []
    assert laura.post(address, data={"answer": "signed"}).status_code == 422


@pytest.mark.requirement("D-13")
def test_for_a_pupil_the_rights_holders_of_the_day_are_offered(
    laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf, parent: SimpleNamespace, today: date
) -> None:
    laura.post(f"/dissemination/{asked}/people", data={"name": "Mateo Rivera", "affiliation": "student"})
    pupil = people_of(asked)["Mateo Rivera"]
    assert "Ana Rivera" in see(f"/dissemination/{asked}/people/{pupil}")
    paper = {"answer": "signed", "signed_on": today.isoformat(), "kept_at": "Folder 3"}
    assert laura.post(f"/dissemination/{asked}/people/{pupil}/paper", data=paper).status_code == 303
    assert "Parent or guardian, for the child" in see(f"/dissemination/{asked}/people/{pupil}")


def test_for_a_pupil_beside_whom_nobody_is_entered_there_is_nobody_to_sign(
    laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf, database: Database, today: date
) -> None:
    with database.writing() as session:
        session.scalars(select(Guardianship)).one().ends_on = today
    laura.post(f"/dissemination/{asked}/people", data={"name": "Mateo Rivera", "affiliation": "student"})
    pupil = people_of(asked)["Mateo Rivera"]
    assert "Nobody who holds rights is entered" in see(f"/dissemination/{asked}")
    assert laura.get(f"/dissemination/{asked}/people/{pupil}/paper").status_code == 303


def test_another_childs_grown_up_is_written_down(laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf) -> None:
    laura.post(f"/dissemination/{asked}/people", data={"name": "A sister", "affiliation": "parents_guest", "is_minor": "y"})
    child = people_of(asked)["A sister"]
    assert "Name of the parent or guardian who signs" in see(f"/dissemination/{asked}/people/{child}/link")
    answer = laura.post(f"/dissemination/{asked}/people/{child}/link", data={"identity": "known_personally"})
    assert answer.status_code == 422
    assert "Write the name of the parent or guardian." in answer.get_data(as_text=True)
    made = laura.post(f"/dissemination/{asked}/people/{child}/link", data={"identity": "known_personally", "grown_up": "An aunt"})
    assert "For An aunt." in made.get_data(as_text=True)


def test_a_mistake_is_taken_off_an_account_is_named_a_signature_is_taken_back_and_the_request_closed(
    laura: FlaskClient, see: Pages, asked: str, people_of: PeopleOf, on_paper: Callable[..., None], district: SimpleNamespace, database: Database
) -> None:
    people, base = people_of(asked), f"/dissemination/{asked}"
    assert laura.post(f"{base}/people/{people[GUEST]}/remove").status_code == 303
    assert "Taken off the list: was not heard" in see(base)
    assert laura.get(f"{base}/people/{people[GUEST]}").status_code == 404
    assert laura.post(f"{base}/people/{people[LAURA]}/account", data={"account": district.administrator.id}).status_code == 303
    assert "Administrator" in see(f"{base}/people/{people[LAURA]}")
    on_paper(people[LAURA])
    assert "Everybody who can be heard has signed." in see(base)
    assert laura.post(f"{base}/people/{people[LAURA]}/withdraw").status_code == 303
    assert "Took the signature back" in see(base)
    assert laura.post(f"{base}/close").status_code == 303
    assert "This request is closed." in see(base)
    assert verbs(database)[-5:] == [f"dissemination.{verb}" for verb in ("person_removed", "account_named", "answered", "withdrawn", "closed")]


def test_a_person_of_another_request_is_not_found(laura: FlaskClient, asked: str, people_of: PeopleOf, district: SimpleNamespace) -> None:
    other = laura.post(f"/meetings/{district.meeting.id}/dissemination", data={"asked_by": "Luis Rivera", "purpose": "To an advocate."}).location
    guest = people_of(asked)[GUEST]
    assert laura.get(f"{other}/people/{guest}").status_code == 404
    assert laura.post(f"{other}/people/{guest}/remove").status_code == 404
    assert GUEST in people_of(asked)


@pytest.mark.requirement("NOTE.3")
def test_spanish_pages_have_no_english_words_of_the_collector(laura: FlaskClient, asked: str, people_of: PeopleOf, district: SimpleNamespace) -> None:
    laura.get("/language/es?next=/desk")
    shown = laura.get(f"/dissemination/{asked}").get_data(as_text=True)
    assert "Todas las personas que se oyen" in shown
    assert [word for word in ("Everybody", "has signed", "The paper", "Belongs", "No answer") if word in re.sub(r"<[^>]+>", "", shown)] == []


def test_a_machine_of_staff_alone_without_a_public_address_makes_no_link_that_opens_nowhere(
    settings: Settings, database: Database, district: SimpleNamespace, asked: str, people_of: PeopleOf
) -> None:
    def made_by(with_address: Settings) -> FlaskResponse:
        app = create_app(with_address, {"staff"}, database)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        client = app.test_client()
        client.post("/sign-in", data={"email": district.coordinator.email, "password": district.coordinator.password})
        return client.post(f"/dissemination/{asked}/people/{people_of(asked)[GUEST]}/link", data={"identity": "known_personally"})

    assert made_by(settings).status_code == 422
    server = settings.server.model_copy(update={"public_address": "https://families.example"})
    assert "https://families.example/consent/" in made_by(settings.model_copy(update={"server": server})).get_data(as_text=True)
