"""The list of people at a meeting's table."""

from types import SimpleNamespace

import pytest

from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AlreadyThere, AtTheTable, enter_participant, remove_participant
from meetrec.meetings.participant_queries import people_at, uncovered_people
from meetrec.meetings.table_models import Participant
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.web import NotFound

DAVID = AtTheTable("David Cho", Affiliation.DISTRICT_EMPLOYEE, "psychologist")
GUEST = AtTheTable("A friend of the family", Affiliation.PARENTS_GUEST)


@pytest.mark.requirement("NOTE.1")
def test_list_tells_who_is_not_covered(database: Database, district: SimpleNamespace) -> None:
    meeting_id, now = district.meeting.id, clock.now()
    with database.writing() as session:
        for who in (DAVID, GUEST, AtTheTable("Ana Rivera", Affiliation.PARENT)):
            enter_participant(session, now, "user:x", meeting_id, who)
        assert {one.name for one in people_at(session, meeting_id)} == {"David Cho", "A friend of the family", "Ana Rivera"}
        found = uncovered_people(session, [meeting_id, "another"])
        assert {key: [one.name for one in those] for key, those in found.items()} == {meeting_id: ["A friend of the family"]}


def test_same_person_is_entered_once_and_leaves_without_being_deleted(database: Database, district: SimpleNamespace) -> None:
    meeting_id, now = district.meeting.id, clock.now()
    with database.writing() as session:
        first = enter_participant(session, now, "user:x", meeting_id, GUEST)
        with pytest.raises(AlreadyThere, match="A friend of the family is on the list already"):
            enter_participant(session, now, "user:x", meeting_id, GUEST)
        for name, affiliation in (("a  Friend of the Family", Affiliation.PARENTS_GUEST), (GUEST.name, Affiliation.DISTRICT_EMPLOYEE)):
            with pytest.raises(AlreadyThere):
                enter_participant(session, now, "user:x", meeting_id, AtTheTable(name, affiliation))
        assert len(people_at(session, meeting_id)) == 1
        remove_participant(session, now, "user:x", meeting_id, first.id)
        assert (people_at(session, meeting_id), uncovered_people(session, [meeting_id])) == ([], {})
        assert session.get_one(Participant, first.id).removed_at == now


def test_somebody_of_another_meeting_is_not_taken_off(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        entered = enter_participant(session, clock.now(), "user:x", district.meeting.id, DAVID)
        with pytest.raises(NotFound):
            remove_participant(session, clock.now(), "user:x", "another", entered.id)
        with pytest.raises(NotFound):
            enter_participant(session, clock.now(), "user:x", "another", DAVID)
