"""What tests of the collector share: a meeting with people at its table, a request about it, a clock that can be set."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.consents import actions, answering, links, queries
from meetrec.consents.actions import Wish
from meetrec.consents.answering import Paper
from meetrec.consents.collector import Answer, SignsAs
from meetrec.consents.models import RecordedPerson
from meetrec.consents.signers import Signer, signers_of
from meetrec.journal.models import JournalEntry
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.roster_models import StaffMember
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

LAURA = "Laura Bennett"
GUEST = "An outside therapist"


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Everything that asks for the time gets this moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def today(settings: Settings) -> date:
    """The day on the district's calendar."""
    return clock.in_zone(clock.now(), settings.district.zone).date()


@pytest.fixture
def parent(database: Database, district: SimpleNamespace) -> SimpleNamespace:
    """Ana Rivera, who holds rights for the pupil."""
    with database.writing() as session:
        guardian = Guardian(given_name="Ana", family_name="Rivera", language="en")
        session.add(guardian)
        session.flush()
        session.add(Guardianship(guardian_id=guardian.id, student_id=district.student.id, kind="PARENT", source="hand"))
        return SimpleNamespace(id=guardian.id, name="Ana Rivera")


@pytest.fixture
def table(database: Database, district: SimpleNamespace, parent: SimpleNamespace) -> SimpleNamespace:
    """At the table: the parent, Laura Bennett with her account, somebody from outside; ids of the participants."""
    with database.writing() as session:
        member = StaffMember(given_name="Laura", family_name="Bennett", duty="coordinator", school_id=district.school.id, account_id=district.coordinator.id)
        session.add(member)
        session.flush()
        seated = {
            "ana": AtTheTable(parent.name, Affiliation.PARENT, guardian_id=parent.id),
            "laura": AtTheTable(LAURA, Affiliation.DISTRICT_EMPLOYEE, staff_member_id=member.id),
            "guest": AtTheTable(GUEST, Affiliation.OUTSIDE_AGENCY),
        }
        return SimpleNamespace(**{key: enter_participant(session, clock.now(), "system", district.meeting.id, who).id for key, who in seated.items()})


@pytest.fixture
def asked(database: Database, district: SimpleNamespace, table: SimpleNamespace) -> str:
    """The id of a request that Ana made: Laura and the guest are on its list."""
    with database.writing() as session:
        return actions.ask(session, clock.now(), "user:x", district.meeting.id, Wish("Ana Rivera", "To my sister, to explain the meeting to her.")).id


@pytest.fixture
def people_of(database: Database) -> Callable[[str], dict[str, str]]:
    """The ids of everybody on a request's list, by name."""

    def people_of(request_id: str) -> dict[str, str]:
        with database.reading() as session:
            found = select(RecordedPerson).where(RecordedPerson.request_id == request_id, RecordedPerson.removed_at.is_(None))
            return {one.name: one.id for one in session.scalars(found)}

    return people_of


@pytest.fixture
def is_complete(database: Database) -> Callable[[str], bool]:
    """Whether a request is complete now."""

    def is_complete(request_id: str) -> bool:
        with database.reading() as session:
            return queries.shown(session, queries.request_by_id(session, request_id)).standing.is_complete

    return is_complete


@pytest.fixture
def on_paper(database: Database, today: date) -> Callable[..., None]:
    """Key in a paper of a person, by default a signature of today."""

    def on_paper(person_id: str, answer: Answer = Answer.SIGNED, day: date = today) -> None:
        with database.writing() as session:
            person = queries.person_by_id(session, person_id)
            signer = next(iter(signers_of(session, person, today)), Signer("grown_up", "A grown-up", SignsAs.RIGHTS_HOLDER))
            answering.answer_on_paper(session, clock.now(), "user:x", person_id, Paper(answer, signer, day, "Folder 3"), today, "en")

    return on_paper


@pytest.fixture
def link_for(database: Database, today: date) -> Callable[[str], str]:
    """The address of a private link handed to whoever signs for a person."""

    def link_for(person_id: str) -> str:
        with database.writing() as session:
            signer = signers_of(session, queries.person_by_id(session, person_id), today)[0]
            return f"/consent/{links.make_link(session, clock.now(), 'user:x', person_id, signer, 'known_personally')}"

    return link_for


def verbs(database: Database, about: str = "dissemination.") -> Sequence[str]:
    """The journal's entries of the collector, in order."""
    with database.reading() as session:
        return [verb for verb in session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence)) if verb.startswith(about)]


A_DAY = timedelta(days=1)
