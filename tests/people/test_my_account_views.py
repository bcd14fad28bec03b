"""Everybody's own account: what it shows, where people arrive, and what the training closes and when."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from meetrec.app import create_app
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import FAMILY
from meetrec.people.roles import COORDINATOR, RECORDS_CLERK
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

SignInAs = Callable[..., FlaskClient]
WARNING = "Your annual training is out of date"


def trained_on(database: Database, day: date) -> None:
    """Everybody did all of their training on one day."""
    with database.writing() as session:
        session.execute(update(TrainingCompletion).values(completed_on=day))


def today_is(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Noon in the district, on another day."""
    noon = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.mark.parametrize(("role", "arrives"), [(COORDINATOR, "/staff"), (RECORDS_CLERK, "/staff"), (FAMILY, "/family")])
def test_everybody_arrives_at_their_own_pages(sign_in_as: SignInAs, role: str, arrives: str) -> None:
    assert sign_in_as(role).get("/signed-in").location == arrives


@pytest.mark.parametrize("role", [COORDINATOR, FAMILY])
def test_my_account_names_what_can_be_changed(sign_in_as: SignInAs, role: str) -> None:
    page = sign_in_as(role).get("/account").text
    for address in ("/account/password", "/account/second-factor", "/account/passkeys"):
        assert f'href="{address}"' in page
    assert ("Annual training" in page) is (role != FAMILY)


@pytest.mark.parametrize("role", [COORDINATOR, FAMILY])
def test_my_account_opens_where_parents_alone_are_served(settings: Settings, database: Database, account_of: Callable[..., SimpleNamespace], role: str) -> None:
    app = create_app(settings, {"parent"}, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    account, client = account_of(role), app.test_client()
    answer = client.post("/sign-in", data={"email": account.email, "password": account.password})
    assert answer.status_code == (302 if role == FAMILY else 200)  # no staff on the machine that faces the internet
    assert client.get("/account").status_code == (200 if role == FAMILY else 302)


@pytest.mark.requirement("W-20")
@pytest.mark.parametrize(
    ("done", "today", "warned"),
    [
        (date(2025, 10, 13), date(2026, 10, 13), False),  # the 365th day after
        (date(2025, 10, 13), date(2026, 10, 14), True),  # the 366th
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_pages_warn_from_the_day_after_the_training_ran_out(
    sign_in_as: SignInAs, database: Database, monkeypatch: pytest.MonkeyPatch, done: date, today: date, warned: bool
) -> None:
    client = sign_in_as(COORDINATOR)
    trained_on(database, done)
    today_is(monkeypatch, today)
    assert (WARNING in client.get("/meetings/new").text) is warned
    page = client.get("/account").text
    assert ("Confidentiality of student records" in page) is warned


@pytest.mark.requirement("W-20")
def test_pages_close_where_the_district_says_so_but_for_my_account(settings: Settings, database: Database, account_of: Callable[..., SimpleNamespace]) -> None:
    training = settings.training.model_copy(update={"pages": "block"})
    app: Flask = create_app(settings.model_copy(update={"training": training}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    account, client = account_of(COORDINATOR), app.test_client()
    client.post("/sign-in", data={"email": account.email, "password": account.password})
    assert client.get("/meetings/new").status_code == 200
    trained_on(database, date(2020, 1, 1))
    answer = client.get("/meetings/new")
    assert (answer.status_code, "Your training has to be renewed" in answer.text) == (403, True)
    assert client.get("/account").status_code == 200


def test_the_name_in_the_navigation_leads_to_my_account(sign_in_as: SignInAs) -> None:
    assert 'href="/account"' in sign_in_as(COORDINATOR).get("/meetings/new").text
