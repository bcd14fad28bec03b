"""A gap of custody is journalled once and mailed daily; a training that ends is told 30 and 7 days ahead."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from meetrec.journal.models import JournalEntry
from meetrec.people.actions import give_role
from meetrec.people.custody_queries import holders_of
from meetrec.people.duty_jobs import tell_ending_trainings, watch_custodians
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import Account
from meetrec.people.roles import DISTRICT_CUSTODIAN, SUPERINTENDENT, VOLUNTEER
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Mail
from tests.fixtures.accounts import AccountOf

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)


@pytest.fixture
def with_mail(settings: Settings) -> Settings:
    """Settings that name a mail server; nothing is sent here, mails wait."""
    return settings.model_copy(update={"mail": Mail(host="mail.cedarbend.org", sender="meetrec@cedarbend.org")})


def verbs(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        entries = session.query(JournalEntry).filter(JournalEntry.verb.startswith("custodian.")).order_by(JournalEntry.sequence)
        return [(entry.verb, entry.subject) for entry in entries]


def mails(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return sorted((mail.template, mail.to_address) for mail in session.query(OutgoingMail))


def leave_the_office(database: Database) -> None:
    with database.writing() as session:
        holders_of(session, DISTRICT_CUSTODIAN, None)[0].ended_at = NOW


@pytest.mark.requirement("B-03")
def test_a_gap_is_journalled_once_and_so_is_its_end(database: Database, district: SimpleNamespace, settings: Settings) -> None:
    watch_custodians(database, settings, NOW)
    assert verbs(database) == []
    leave_the_office(database)
    for minutes in (10, 20):
        watch_custodians(database, settings, NOW + timedelta(minutes=minutes))
    assert verbs(database) == [("custodian.missing", "district")]
    with database.writing() as session:
        give_role(session, NOW, "system", session.get_one(Account, district.custodian.id), DISTRICT_CUSTODIAN)
    watch_custodians(database, settings, NOW + timedelta(minutes=30))
    assert verbs(database) == [("custodian.missing", "district"), ("custodian.present", "district")]
    assert mails(database) == []  # no mail server, so that none piles up


@pytest.mark.requirement("B-03")
def test_while_there_is_a_gap_those_who_name_custodians_get_one_mail_a_day(
    database: Database, district: SimpleNamespace, with_mail: Settings, account_of: AccountOf
) -> None:
    superintendent = account_of(SUPERINTENDENT, is_demonstration=False)  # nobody reads the demonstration's addresses
    leave_the_office(database)
    for hours in (0, 23, 25):
        watch_custodians(database, with_mail, NOW + timedelta(hours=hours))
    assert mails(database) == [("custodian_missing", superintendent.email)] * 2
    with database.reading() as session:
        assert with_mail.district.name in session.query(OutgoingMail).first().text  # type: ignore[union-attr]


@pytest.mark.requirement("W-20")
@pytest.mark.parametrize(
    ("days", "told"),
    [([31], 0), ([30], 1), ([30, 29, 8], 1), ([30, 7], 2), ([7, 6, 1, 0], 1), ([8, 7], 2), ([-1], 0)],
)
def test_an_ending_training_is_told_thirty_and_seven_days_ahead(
    database: Database, with_mail: Settings, account_of: AccountOf, days: list[int], told: int
) -> None:
    volunteer = account_of(VOLUNTEER, is_demonstration=False)
    ends_on = (NOW + timedelta(days=60)).date()
    with database.writing() as session:
        for completion in session.query(TrainingCompletion).filter_by(account_id=volunteer.id):
            completion.completed_on = ends_on.replace(year=ends_on.year - 1)
    for ahead in days:
        tell_ending_trainings(database, with_mail, NOW + timedelta(days=60 - ahead))
    assert mails(database) == [("training_ends", volunteer.email)] * told


def test_without_a_mail_server_no_mail_about_trainings_waits(database: Database, settings: Settings, account_of: AccountOf) -> None:
    account_of(VOLUNTEER, is_demonstration=False)
    tell_ending_trainings(database, settings, NOW + timedelta(days=350))
    assert mails(database) == []
