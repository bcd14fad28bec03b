"""Every door that says nothing is closed, and everybody enters where they are named and stays outside everywhere else."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.app import create_app
from meetrec.people.roles import ROLES
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.web import Entrance
from meetrec.recordings.enrolment import revoke
from tests.fixtures.doors import SIGNED_IN_KINDS, requests_for, rules_of, watch_doors
from tests.test_doors import WHO_MAY_ENTER

BARE_PARAMETER = re.compile(r"<[^:>]+>")
SignIn = Callable[[SimpleNamespace], FlaskClient]
SignInAs = Callable[[str], FlaskClient]


@pytest.mark.requirement("W-02")
def test_view_that_says_nothing_is_closed_to_everybody(app: Flask, client: FlaskClient, sign_in: SignIn, district: SimpleNamespace) -> None:
    app.add_url_rule("/unlisted", "unlisted", lambda: "open")
    assert client.get("/unlisted").status_code == 403
    assert sign_in(district.administrator).get("/unlisted").status_code == 403


@pytest.mark.parametrize("address", ["/sign-in/rescue", "/fs-static/js/base64.js"])
def test_unused_doors_of_libraries_are_closed(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 403


def test_every_parameter_of_an_address_is_typed(app: Flask) -> None:
    ours = [rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("security.")]
    assert [address for address in ours if BARE_PARAMETER.search(address)] == []


@pytest.mark.requirement("W-09")
@pytest.mark.parametrize("kind", SIGNED_IN_KINDS)
def test_nobody_enters_without_signing_in(app: Flask, client: FlaskClient, kind: str) -> None:
    entered = watch_doors(app)
    for rule, _entrance in rules_of(app, kind):
        for method, address in requests_for(rule):
            answer = client.open(address, method=method)
            assert (answer.status_code, str(answer.location).split("?")[0]) == (302, "/sign-in"), f"{method} {address}"
    assert entered == []


def may_enter(entrance: Entrance, who: str) -> bool:
    """What the table says of a role, or of “family”."""
    return entrance.kind == "signed_in" or (entrance.kind == "family" and who == "family") or who in entrance.roles


@pytest.mark.requirement("W-03")
@pytest.mark.requirement("W-09")
@pytest.mark.requirement("W-18")
@pytest.mark.parametrize("who", [*ROLES, "family"])
def test_everybody_enters_where_their_role_is_named_and_nowhere_else(app: Flask, sign_in_as: SignInAs, who: str) -> None:
    client = sign_in_as(who)
    entered = watch_doors(app)
    doors = [door for kind in SIGNED_IN_KINDS for door in rules_of(app, kind)]
    assert len(doors) > 50
    for rule, entrance in doors:
        for method, address in requests_for(rule):
            entered.clear()
            answer = client.open(address, method=method)
            expected = (200, [rule.endpoint]) if may_enter(entrance, who) else (403, [])
            assert (answer.status_code, entered) == expected, f"{who}: {method} {address}"


def test_kiosk_addresses_need_a_kiosks_key(app: Flask, client: FlaskClient, sign_in: SignIn, district: SimpleNamespace) -> None:
    sign_in(district.coordinator)  # a person's session is not a kiosk's key
    for rule, _entrance in rules_of(app, "kiosk"):
        for method, address in requests_for(rule):
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                answer = client.open(address, method=method, headers=headers)
                assert answer.status_code == 401, f"{method} {address}"
                assert set(answer.json or {}) == {"error"}


@pytest.mark.requirement("G5.b")
def test_revoked_kiosk_is_refused_at_every_kiosk_address(app: Flask, client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        revoke(session, clock.now(), "system", district.kiosk.id)
    doors = [request for rule, _entrance in rules_of(app, "kiosk") for request in requests_for(rule)]
    assert len(doors) >= len(WHO_MAY_ENTER["kiosk"])
    for method, address in doors:
        answer = client.open(address, method=method, headers={"Authorization": f"Bearer {district.kiosk_token}"})
        assert answer.status_code == 403, f"{method} {address}"
        assert "This kiosk was revoked. What it still holds stays on it." in (answer.json or {})["error"]


@pytest.mark.parametrize("kind", SIGNED_IN_KINDS)
def test_kiosks_key_opens_no_page_of_a_person(app: Flask, district: SimpleNamespace, kind: str) -> None:
    client = app.test_client()
    for rule, _entrance in rules_of(app, kind):
        for method, address in requests_for(rule):
            answer = client.open(address, method=method, headers={"Authorization": f"Bearer {district.kiosk_token}"})
            assert answer.status_code == 302, f"{method} {address}"


def test_machine_that_serves_parents_alone_has_no_staff_or_kiosk_pages(settings: Settings, database: Database) -> None:
    app = create_app(settings, {"parent"}, database)
    assert rules_of(app, "staff") == []
    assert rules_of(app, "kiosk") == []
    assert "meetrec.vault" not in app.extensions
