"""Somebody leaves the list of a meeting's people only once a page has asked."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.platform import clock
from meetrec.platform.database import Database

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.fixture
def friend(database: Database, district: SimpleNamespace) -> str:
    """The address of the question whether somebody is taken off."""
    with database.writing() as session:
        entered = enter_participant(session, clock.now(), "user:x", district.meeting.id, AtTheTable("A friend", Affiliation.PARENTS_GUEST))
        return f"/meetings/{district.meeting.id}/people/{entered.id}/remove"


def test_the_list_leads_to_a_question_that_changes_nothing(sign_in: SignIn, district: SimpleNamespace, friend: str) -> None:
    client, people = sign_in(district.coordinator), f"/meetings/{district.meeting.id}/people"
    assert f'href="{friend}"' in client.get(people).get_data(as_text=True)
    question = client.get(friend).get_data(as_text=True)
    assert [words for words in ("A friend", f'action="{friend}"', "You can put them on the list again.") if words not in question] == []
    assert "A friend" in client.get(people).get_data(as_text=True)


def test_who_is_off_the_list_already_is_not_asked_about(sign_in: SignIn, district: SimpleNamespace, friend: str) -> None:
    client, people = sign_in(district.coordinator), f"/meetings/{district.meeting.id}/people"
    assert client.post(friend).status_code == 303
    assert (client.get(friend).status_code, client.get(friend).location) == (303, people)
    assert "A friend" not in client.get(people).get_data(as_text=True)


def test_somebody_of_another_meeting_is_not_found(sign_in: SignIn, district: SimpleNamespace, friend: str) -> None:
    elsewhere = friend.replace(district.meeting.id, "00000000-0000-4000-8000-000000000000")
    nobody = friend.replace(friend.split("/")[-2], "00000000-0000-4000-8000-000000000000")
    client = sign_in(district.coordinator)
    assert [client.get(address).status_code for address in (elsewhere, nobody)] == [404, 404]
