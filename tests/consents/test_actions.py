"""A request and its list: everybody at the table, whoever came later, whoever was not heard (NOTE.3, A-03)."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.consents import actions, queries
from meetrec.consents.actions import Heard, NotAnswered, Wish
from meetrec.consents.collector import Answer
from meetrec.consents.models import DisseminationRequest, RecordedPerson
from meetrec.journal.models import JournalEntry
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable, enter_participant, remove_participant
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.web import NotFound
from tests.consents.conftest import GUEST, LAURA, verbs

PeopleOf = Callable[[str], dict[str, str]]
IsComplete = Callable[[str], bool]


@pytest.mark.requirement("NOTE.3")
def test_the_list_is_everybody_at_the_table_but_the_parent_who_asks(asked: str, people_of: PeopleOf, database: Database) -> None:
    assert set(people_of(asked)) == {LAURA, GUEST}
    assert verbs(database) == ["dissemination.asked", "dissemination.person_entered", "dissemination.person_entered"]


@pytest.mark.requirement("NOTE.2")
@pytest.mark.requirement("NOTE.3")
def test_whom_the_districts_own_consent_covers_signs_all_the_same(
    asked: str, people_of: PeopleOf, on_paper: Callable[..., None], is_complete: IsComplete
) -> None:
    on_paper(people_of(asked)[GUEST])
    assert not is_complete(asked)  # the employee's coverage reaches the parent's own understanding alone
    on_paper(people_of(asked)[LAURA])
    assert is_complete(asked)


@pytest.mark.requirement("NOTE.3")
def test_another_parent_at_the_table_signs_too(database: Database, district: SimpleNamespace, table: SimpleNamespace, people_of: PeopleOf) -> None:
    with database.writing() as session:
        enter_participant(session, clock.now(), "system", district.meeting.id, AtTheTable("Luis Rivera", Affiliation.PARENT))
        request = actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish("Ana Rivera", "To my sister.")).id
    assert set(people_of(request)) == {LAURA, GUEST, "Luis Rivera"}


@pytest.mark.requirement("NOTE.3")
def test_a_name_that_fits_no_parent_or_two_leaves_nobody_out(
    database: Database, district: SimpleNamespace, table: SimpleNamespace, people_of: PeopleOf
) -> None:
    with database.writing() as session:
        by_neighbour = actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish("Somebody else", "To my sister.")).id
        by_laura = actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish(LAURA, "To my sister.")).id
    assert set(people_of(by_neighbour)) == set(people_of(by_laura)) == {"Ana Rivera", LAURA, GUEST}


def test_asked_twice_in_the_same_words_is_one_request(database: Database, district: SimpleNamespace, table: SimpleNamespace) -> None:
    with database.writing() as session:
        for _again in range(2):
            actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish("Ana Rivera", "To my sister."))
        assert len(session.scalars(select(DisseminationRequest)).all()) == 1
    with pytest.raises(NotFound), database.writing() as session:
        actions.ask(session, clock.now(), "user:x", "no meeting", Wish("Ana Rivera", "To my sister."))


@pytest.mark.requirement("NOTE.3")
def test_a_person_who_comes_to_the_meetings_list_later_makes_it_incomplete_before_anybody_looks(
    asked: str, people_of: PeopleOf, on_paper: Callable[..., None], is_complete: IsComplete, database: Database, district: SimpleNamespace
) -> None:
    for person in people_of(asked).values():
        on_paper(person)
    assert is_complete(asked)
    with database.writing() as session:
        enter_participant(session, clock.now(), "system", district.meeting.id, AtTheTable("Helen Marsh", Affiliation.DISTRICT_EMPLOYEE))
    assert not is_complete(asked)
    with database.writing() as session:
        assert actions.take_over(session, clock.now(), "user:x", asked) == 1
        assert actions.take_over(session, clock.now(), "user:x", asked) == 0
    assert not is_complete(asked)
    on_paper(people_of(asked)["Helen Marsh"])
    assert is_complete(asked)


@pytest.mark.requirement("NOTE.3")
def test_who_left_the_meetings_list_stays_on_the_requests(
    asked: str, people_of: PeopleOf, database: Database, district: SimpleNamespace, table: SimpleNamespace
) -> None:
    with database.writing() as session:
        remove_participant(session, clock.now(), "system", district.meeting.id, table.guest)
    assert GUEST in people_of(asked)


@pytest.mark.requirement("NOTE.3")
def test_somebody_on_the_line_is_entered_by_hand_once(asked: str, people_of: PeopleOf, database: Database) -> None:
    with database.writing() as session:
        heard = Heard("An aunt on the telephone", Affiliation.PARENTS_GUEST)
        first = actions.enter_person(session, clock.now(), "user:x", asked, heard)
        assert actions.enter_person(session, clock.now(), "user:x", asked, heard).id == first.id
    assert set(people_of(asked)) == {LAURA, GUEST, "An aunt on the telephone"}


@pytest.mark.requirement("D-13")
def test_the_pupil_is_known_as_the_pupil_however_entered(asked: str, people_of: PeopleOf, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        actions.enter_person(session, clock.now(), "user:x", asked, Heard("Mateo", Affiliation.STUDENT, is_minor=True))
        enter_participant(session, clock.now(), "system", district.meeting.id, AtTheTable("Mateo Rivera", Affiliation.STUDENT))
        actions.take_over(session, clock.now(), "user:x", asked)
        pupils = session.scalars(select(RecordedPerson.student_id).where(RecordedPerson.affiliation == "student")).all()
    assert pupils == [district.student.id] * 2


def test_who_was_not_heard_is_taken_off_and_stays_off(
    asked: str, people_of: PeopleOf, database: Database, on_paper: Callable[..., None], is_complete: IsComplete
) -> None:
    with database.writing() as session:
        actions.remove_person(session, clock.now(), "user:x", asked, people_of(asked)[GUEST])
        assert actions.take_over(session, clock.now(), "user:x", asked) == 0
    on_paper(people_of(asked)[LAURA])
    assert is_complete(asked)
    with database.reading() as session:
        taken_off = queries.shown(session, queries.request_by_id(session, asked)).taken_off
    assert [one.name for one in taken_off] == [GUEST]


@pytest.mark.requirement("NOTE.3")
def test_who_said_no_is_not_taken_off_the_list(asked: str, people_of: PeopleOf, database: Database, on_paper: Callable[..., None]) -> None:
    on_paper(people_of(asked)[GUEST], Answer.REFUSED)
    with pytest.raises(NotAnswered, match="stays on the list"), database.writing() as session:
        actions.remove_person(session, clock.now(), "user:x", asked, people_of(asked)[GUEST])


def test_a_closed_request_takes_nothing_more(asked: str, people_of: PeopleOf, database: Database, on_paper: Callable[..., None]) -> None:
    with database.writing() as session:
        actions.close(session, clock.now(), "user:x", asked)
        actions.close(session, clock.now(), "user:x", asked)
    assert verbs(database).count("dissemination.closed") == 1
    with pytest.raises(NotAnswered, match="closed"):
        on_paper(people_of(asked)[GUEST])
    with pytest.raises(NotAnswered, match="closed"), database.writing() as session:
        actions.enter_person(session, clock.now(), "user:x", asked, Heard("An aunt", Affiliation.PARENTS_GUEST))


def test_a_family_s_account_signs_for_nobody_as_staff(
    asked: str, people_of: PeopleOf, database: Database, account_of: Callable[[str], SimpleNamespace], district: SimpleNamespace
) -> None:
    person, family = people_of(asked)[GUEST], account_of("family")
    with database.writing() as session:
        actions.name_account(session, clock.now(), "user:x", person, district.custodian.id)
        assert queries.person_by_id(session, person).account_id == district.custodian.id
        actions.name_account(session, clock.now(), "user:x", person, family.id)
        assert queries.person_by_id(session, person).account_id is None


@pytest.mark.requirement("NOTE.3")
def test_the_journal_holds_no_name_and_none_of_the_parents_words(asked: str, people_of: PeopleOf, on_paper: Callable[..., None], database: Database) -> None:
    on_paper(people_of(asked)[GUEST])
    with database.reading() as session:
        told = b" ".join(session.scalars(select(JournalEntry.body).where(JournalEntry.verb.startswith("dissemination."))))
    assert [word for word in ("Ana", "Laura", "therapist", "sister", "Folder") if word.encode() in told] == []
