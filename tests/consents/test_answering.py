"""Signing, saying no and taking back: on paper, signed in, at a private link; the newest answer counts (NOTE.3, D-43.c, D-13)."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.consents import actions, answering, links, queries
from meetrec.consents.actions import Heard, NotAnswered, Wish
from meetrec.consents.answering import Paper, Read
from meetrec.consents.collector import Answer, SignsAs, Way
from meetrec.consents.models import RecordedPerson, SpeakerAnswer
from meetrec.consents.signers import Signer, grown_up, signers_of
from meetrec.meetings.coverage import Affiliation
from meetrec.people.models import Student
from meetrec.people.rights_models import Guardianship
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.web import NotFound
from tests.consents.conftest import GUEST, LAURA, verbs

PeopleOf = Callable[[str], dict[str, str]]
IsComplete = Callable[[str], bool]
OnPaper = Callable[..., None]


@pytest.fixture
def sign_in_here(database: Database, district: SimpleNamespace, today: date) -> Callable[[str, Answer], None]:
    """Laura answers, signed in."""

    def sign_in_here(person_id: str, answer: Answer) -> None:
        with database.writing() as session:
            answering.answer_signed_in(session, clock.now(), district.coordinator.id, person_id, answer, Read("0" * 64, "en", today))

    return sign_in_here


def answers_of(database: Database, person_id: str) -> list[tuple[int, str, str, str]]:
    with database.reading() as session:
        found = session.scalars(select(SpeakerAnswer).where(SpeakerAnswer.person_id == person_id).order_by(SpeakerAnswer.number))
        return [(one.number, one.answer, one.way, one.signer) for one in found]


STEP = st.tuples(st.integers(0, 3), st.sampled_from(["paper", "no", "withdraw", "signed_in", "new"]))


@pytest.mark.requirement("NOTE.3")
@given(steps=st.lists(STEP, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_do_it_is_complete_if_and_only_if_everybodys_newest_answer_is_a_signature(
    steps: list[tuple[int, str]], database: Database, district: SimpleNamespace, table: SimpleNamespace, today: date
) -> None:
    """Against the real rows, with a model of its own: name → newest answer."""
    with database.writing() as session:
        request = actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish("Ana Rivera", f"To my sister {clock.now().isoformat()}"))
        ids = [one.person.id for one in queries.shown(session, request).speakers]
        newest: dict[str, Answer | None] = dict.fromkeys(ids)
        for number, (which, what) in enumerate(steps):
            now, person = clock.now(), ids[which % len(ids)]
            if what == "new":
                person = actions.enter_person(session, now, "user:x", request.id, Heard(f"Caller {number}", Affiliation.PARENTS_GUEST)).id
                ids, newest[person] = [*ids, person], None
            elif what == "withdraw":
                if newest[person] is Answer.SIGNED:
                    answering.withdraw_at_the_office(session, now, "user:x", person, today, "en")
                    newest[person] = Answer.WITHDRAWN
            elif what == "signed_in":
                row = queries.person_by_id(session, person)
                if row.account_id and newest[person] is not Answer.SIGNED:
                    answering.answer_signed_in(session, now, row.account_id, person, Answer.SIGNED, Read("", "en", today))
                    newest[person] = Answer.SIGNED
            else:
                said = Answer.SIGNED if what == "paper" else Answer.REFUSED
                row = queries.person_by_id(session, person)
                paper = Paper(said, signers_of(session, row, today)[0], today, "Folder 3")
                answering.answer_on_paper(session, now, "user:x", person, paper, today, "en")
                newest[person] = said
            standing = queries.shown(session, request).standing
            assert standing.is_complete is all(answer is Answer.SIGNED for answer in newest.values())


@pytest.mark.requirement("NOTE.3")
def test_no_answer_is_ever_changed(asked: str, people_of: PeopleOf, on_paper: OnPaper, database: Database, today: date) -> None:
    guest = people_of(asked)[GUEST]
    on_paper(guest, Answer.REFUSED)
    on_paper(guest)
    with database.writing() as session:
        answering.withdraw_at_the_office(session, clock.now(), "user:x", guest, today, "en")
    assert answers_of(database, guest) == [
        (1, "refused", "on_paper", GUEST), (2, "signed", "on_paper", GUEST), (3, "withdrawn", "at_office", GUEST),
    ]  # fmt: skip
    assert verbs(database)[-3:] == ["dissemination.answered", "dissemination.answered", "dissemination.withdrawn"]


@pytest.mark.requirement("NOTE.3")
def test_an_older_paper_does_not_bring_back_a_signature_that_was_taken_back(
    asked: str, people_of: PeopleOf, on_paper: OnPaper, database: Database, today: date, is_complete: IsComplete
) -> None:
    guest = people_of(asked)[GUEST]
    on_paper(people_of(asked)[LAURA])
    on_paper(guest, day=today - timedelta(days=3))
    with database.writing() as session:
        answering.withdraw_at_the_office(session, clock.now(), "user:x", guest, today, "en")
    with pytest.raises(NotAnswered, match="older"):
        on_paper(guest, day=today - timedelta(days=1))
    assert not is_complete(asked)
    on_paper(guest)
    assert is_complete(asked)


def test_a_paper_of_tomorrow_is_not_taken(asked: str, people_of: PeopleOf, on_paper: OnPaper, today: date) -> None:
    with pytest.raises(NotAnswered, match="still to come"):
        on_paper(people_of(asked)[GUEST], day=today + timedelta(days=1))


@pytest.mark.requirement("D-43.c")
def test_staff_sign_signed_in_and_for_nobody_else(
    asked: str, people_of: PeopleOf, sign_in_here: Callable[[str, Answer], None], database: Database, district: SimpleNamespace
) -> None:
    sign_in_here(people_of(asked)[LAURA], Answer.SIGNED)
    assert answers_of(database, people_of(asked)[LAURA]) == [(1, "signed", "signed_in", LAURA)]
    with pytest.raises(NotFound):
        sign_in_here(people_of(asked)[GUEST], Answer.SIGNED)
    with pytest.raises(NotAnswered, match="already"):
        sign_in_here(people_of(asked)[LAURA], Answer.SIGNED)


@pytest.mark.requirement("D-13")
def test_an_account_does_not_sign_for_a_child(asked: str, sign_in_here: Callable[[str, Answer], None], database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        child = actions.enter_person(session, clock.now(), "user:x", asked, Heard("A sister", Affiliation.PARENTS_GUEST, is_minor=True)).id
        session.execute(update(RecordedPerson).where(RecordedPerson.id == child).values(account_id=district.coordinator.id))
    with pytest.raises(NotAnswered, match="child"):
        sign_in_here(child, Answer.SIGNED)


@pytest.mark.requirement("NOTE.3")
def test_own_signature_is_taken_back_while_it_is_not_complete(
    asked: str, people_of: PeopleOf, on_paper: OnPaper, sign_in_here: Callable[[str, Answer], None], database: Database, today: date, is_complete: IsComplete
) -> None:
    laura, guest = people_of(asked)[LAURA], people_of(asked)[GUEST]

    def take_back() -> None:
        with database.writing() as session:
            person = queries.person_by_id(session, laura)
            answering.withdraw_own(session, clock.now(), "user:laura", person, Read("", "en", today), Way.SIGNED_IN)

    with pytest.raises(NotAnswered, match="no signature"):
        take_back()
    sign_in_here(laura, Answer.SIGNED)
    take_back()
    on_paper(guest)
    assert not is_complete(asked)
    sign_in_here(laura, Answer.SIGNED)
    assert is_complete(asked)
    with pytest.raises(NotAnswered, match="call the district office"):
        take_back()
    with database.writing() as session:  # at the office at any time
        answering.withdraw_at_the_office(session, clock.now(), "user:x", laura, today, "en")
    assert not is_complete(asked)


@pytest.fixture
def pupil(asked: str, database: Database, district: SimpleNamespace) -> str:
    """The pupil spoke too; the id on the list."""
    with database.writing() as session:
        return actions.enter_person(session, clock.now(), "user:x", asked, Heard("Mateo Rivera", Affiliation.STUDENT)).id


def who_signs(database: Database, person_id: str, on: date) -> list[tuple[str, SignsAs]]:
    with database.reading() as session:
        return [(one.name, one.signs_as) for one in signers_of(session, queries.person_by_id(session, person_id), on)]


@pytest.mark.requirement("D-13")
@pytest.mark.requirement("D-17")
def test_the_rights_holder_signs_for_a_pupil_until_the_day_the_pupil_is_eighteen(pupil: str, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.execute(update(Student).where(Student.id == district.student.id).values(birth_date=date(2009, 3, 10)))
    assert who_signs(database, pupil, date(2027, 3, 9)) == [("Ana Rivera", SignsAs.RIGHTS_HOLDER)]
    assert who_signs(database, pupil, date(2027, 3, 10)) == [("Mateo Rivera", SignsAs.ELIGIBLE_STUDENT)]


@pytest.mark.requirement("D-17")
def test_whoever_holds_no_rights_signs_for_no_pupil(pupil: str, database: Database, today: date) -> None:
    with database.writing() as session:
        session.execute(update(Guardianship).values(ends_on=today))
    assert who_signs(database, pupil, today) == []


@pytest.mark.requirement("D-43.c")
def test_a_link_signs_once_and_only_for_whom_it_was_made(
    asked: str, people_of: PeopleOf, link_for: Callable[[str], str], database: Database, today: date
) -> None:
    guest = people_of(asked)[GUEST]
    token = link_for(guest).rsplit("/", 1)[1]
    with database.writing() as session:
        person = links.person_of_link(session, token, to_change=True)
        assert person is not None
        assert token not in str(vars(person))  # only its hash is kept
        answering.answer_by_link(session, clock.now(), person, Answer.SIGNED, Read("0" * 64, "en", today))
        with pytest.raises(NotAnswered, match="was used"):
            answering.answer_by_link(session, clock.now(), person, Answer.SIGNED, Read("0" * 64, "en", today))
    assert answers_of(database, guest) == [(1, "signed", "by_link", GUEST)]


@pytest.mark.requirement("D-43.c")
@pytest.mark.parametrize("identity", ["", "by_mail", "by_telephone"])
def test_no_link_is_made_for_somebody_whom_nobody_saw(asked: str, people_of: PeopleOf, database: Database, identity: str) -> None:
    with pytest.raises(NotAnswered, match="in person"), database.writing() as session:
        links.make_link(session, clock.now(), "user:x", people_of(asked)[GUEST], Signer("themself", GUEST, SignsAs.THEMSELF), identity)


@pytest.mark.requirement("D-43.c")
@pytest.mark.parametrize("missing", ["link_identity", "link_signer", "link_made_by"])
def test_a_signature_at_a_link_of_which_that_is_not_known_does_not_count_and_a_no_does(
    asked: str, people_of: PeopleOf, link_for: Callable[[str], str], database: Database, today: date, missing: str
) -> None:
    guest = people_of(asked)[GUEST]
    link_for(guest)
    with database.writing() as session:
        person = queries.person_by_id(session, guest)
        setattr(person, missing, None)
        session.flush()
        with pytest.raises(NotAnswered, match="not known who signs"):
            answering.answer_by_link(session, clock.now(), person, Answer.SIGNED, Read("0" * 64, "en", today))
        answering.answer_by_link(session, clock.now(), person, Answer.REFUSED, Read("0" * 64, "en", today))


def test_a_link_is_too_old_after_fourteen_days_and_a_new_one_ends_it(
    asked: str, people_of: PeopleOf, link_for: Callable[[str], str], database: Database, today: date
) -> None:
    guest = people_of(asked)[GUEST]
    first, second = link_for(guest).rsplit("/", 1)[1], link_for(guest).rsplit("/", 1)[1]
    with database.reading() as session:
        assert links.person_of_link(session, first) is None
        person = links.person_of_link(session, second)
        assert person is not None
        assert person.link_made_at is not None
        last_moment = person.link_made_at + timedelta(days=14) - timedelta(seconds=1)
        assert answering.why_link_is_closed(session, person, last_moment, today) is None
        assert "too old" in str(answering.why_link_is_closed(session, person, last_moment + timedelta(seconds=1), today))
    with database.writing() as session:
        links.end_link(session, clock.now(), "user:x", guest)
        links.end_link(session, clock.now(), "user:x", guest)
        assert links.person_of_link(session, second) is None
    assert verbs(database).count("dissemination.link_ended") == 1


def test_a_paper_ends_a_link_that_nobody_used(asked: str, people_of: PeopleOf, link_for: Callable[[str], str], on_paper: OnPaper, database: Database) -> None:
    token = link_for(people_of(asked)[GUEST]).rsplit("/", 1)[1]
    on_paper(people_of(asked)[GUEST])
    with database.reading() as session:
        assert links.person_of_link(session, token) is None
    with pytest.raises(NotAnswered, match="nothing left to sign"):
        link_for(people_of(asked)[GUEST])


@pytest.mark.requirement("D-13")
def test_a_parents_link_closes_on_the_day_the_pupil_decides(
    pupil: str, link_for: Callable[[str], str], database: Database, district: SimpleNamespace, today: date
) -> None:
    link_for(pupil)
    with database.writing() as session:
        person = queries.person_by_id(session, pupil)
        assert person.link_signer == "Ana Rivera"
        assert answering.why_link_is_closed(session, person, clock.now(), today) is None
        session.execute(update(Student).where(Student.id == district.student.id).values(birth_date=date(2000, 1, 1)))
        session.expire_all()
        assert "another person decides" in str(answering.why_link_is_closed(session, person, clock.now(), today))


def test_a_grown_up_signs_for_a_child_of_whom_nobody_is_entered(asked: str, database: Database, today: date) -> None:
    with database.writing() as session:
        child = actions.enter_person(session, clock.now(), "user:x", asked, Heard("A sister", Affiliation.PARENTS_GUEST, is_minor=True)).id
        answering.answer_on_paper(session, clock.now(), "user:x", child, Paper(Answer.SIGNED, grown_up("An aunt"), today, "Folder 3"), today, "en")
        token = links.make_link(session, clock.now(), "user:x", _another_child(session, asked), grown_up("An aunt"), "known_personally")
        person = links.person_of_link(session, token)
        assert person is not None
        answering.answer_by_link(session, clock.now(), person, Answer.SIGNED, Read("0" * 64, "en", today))
    assert answers_of(database, child) == [(1, "signed", "on_paper", "An aunt")]


def _another_child(session: Session, request_id: str) -> str:
    return actions.enter_person(session, clock.now(), "user:x", request_id, Heard("A brother", Affiliation.PARENTS_GUEST, is_minor=True)).id
