"""Default deny: what no rule allows is closed, and a refusal wins over any permission."""

from types import SimpleNamespace

import pytest

from meetrec.custody import access
from meetrec.custody.access import Answer, Purpose, may_open
from meetrec.people.models import Account
from meetrec.platform.database import Database


def answer_for(database: Database, account_id: str, purpose: Purpose = Purpose.LISTEN) -> Answer:
    with database.reading() as session:
        return may_open(session, session.get_one(Account, account_id), None, purpose)


@pytest.mark.requirement("W-03")
@pytest.mark.parametrize("purpose", list(Purpose))
def test_those_whose_duty_it_is_may_and_the_administrator_may_not(database: Database, district: SimpleNamespace, purpose: Purpose) -> None:
    assert answer_for(database, district.coordinator.id, purpose) == Answer(True, "duty:coordinator")
    assert answer_for(database, district.custodian.id, purpose) == Answer(True, "duty:district_custodian")
    assert answer_for(database, district.administrator.id, purpose) == Answer(False, "no_rule_allows")


@pytest.mark.requirement("S-05")
def test_without_rules_everything_is_closed(database: Database, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RULES", ())
    assert not answer_for(database, district.coordinator.id).allowed


def test_a_refusal_wins_over_a_permission(database: Database, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RULES", (*access.RULES, lambda *_: Answer(False, "blocked")))
    assert answer_for(database, district.coordinator.id) == Answer(False, "blocked")


def test_account_that_was_closed_opens_nothing(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).active = False
    assert answer_for(database, district.coordinator.id) == Answer(False, "account_not_active")
