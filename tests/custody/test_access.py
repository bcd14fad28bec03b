"""Default deny: what no rule allows is closed, and a refusal wins over any permission."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import update

from meetrec.custody import access
from meetrec.custody.access import Answer, Purpose, may_open
from meetrec.people.duty_models import Suspension, TrainingCompletion
from meetrec.people.models import Account
from meetrec.platform import clock
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


@pytest.mark.requirement("W-33")
def test_whoever_is_suspended_opens_nothing_and_again_when_it_is_over(database: Database, district: SimpleNamespace) -> None:
    now = clock.now()
    with database.writing() as session:
        session.add(Suspension(account_id=None, kind="temporary", until=now + timedelta(hours=1), reason="a report", began_at=now, began_by="system"))
    assert answer_for(database, district.coordinator.id) == Answer(False, "suspended")
    with database.writing() as session:
        session.execute(update(Suspension).values(until=now - timedelta(seconds=1)))
    assert answer_for(database, district.coordinator.id).allowed


@pytest.mark.requirement("W-20")
@pytest.mark.parametrize(
    ("done", "today", "allowed"),
    [
        (date(2025, 10, 13), date(2026, 10, 13), True),  # the 365th day after
        (date(2025, 10, 13), date(2026, 10, 14), False),  # the 366th
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2024, 2, 29), date(2025, 3, 1), False),
    ],
)
def test_content_closes_on_the_day_after_the_training_ran_out(
    database: Database, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, done: date, today: date, allowed: bool
) -> None:
    with database.writing() as session:
        session.execute(update(TrainingCompletion).values(completed_on=done))
    monkeypatch.setattr(clock, "now", lambda: datetime(today.year, today.month, today.day, 18, tzinfo=UTC))
    assert answer_for(database, district.coordinator.id) == (Answer(True, "duty:coordinator") if allowed else Answer(False, "training_expired"))


@pytest.mark.requirement("W-20")
def test_content_stays_open_where_the_district_only_warns(app: Flask, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.execute(update(TrainingCompletion).values(completed_on=date(2020, 1, 1)))
    settings = app.extensions["meetrec.settings"]
    with app.app_context():
        assert not answer_for(database, district.coordinator.id).allowed
        app.extensions["meetrec.settings"] = settings.model_copy(update={"training": settings.training.model_copy(update={"content": "warn"})})
        assert answer_for(database, district.coordinator.id).allowed


@pytest.mark.requirement("W-10")
def test_account_that_wrong_passwords_closed_for_minutes_goes_on_working(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).locked_until = clock.now() + timedelta(minutes=5)
    assert answer_for(database, district.coordinator.id).allowed
