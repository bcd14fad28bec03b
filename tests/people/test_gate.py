"""Staff, families and everybody signed in have gates of their own."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.people.models import FAMILY
from meetrec.people.roles import ROLES
from meetrec.platform.web import for_families, for_signed_in, for_staff


@pytest.fixture
def doors(app: Flask) -> Flask:
    """Three pages, one behind each gate."""
    app.add_url_rule("/of-staff", "of_staff", for_staff(*ROLES)(lambda: "open"))
    app.add_url_rule("/of-families", "of_families", for_families(lambda: "open"))
    app.add_url_rule("/of-everybody", "of_everybody", for_signed_in(lambda: "open"))
    return app


@pytest.mark.requirement("W-09")
@pytest.mark.parametrize("role", [*ROLES, FAMILY])
def test_each_gate_lets_its_own_people_in(doors: Flask, sign_in_as: Callable[[str], FlaskClient], role: str) -> None:
    client = sign_in_as(role)
    answers = [client.get(address).status_code for address in ("/of-staff", "/of-families", "/of-everybody")]
    assert answers == ([403, 200, 200] if role == FAMILY else [200, 403, 200])


@pytest.mark.requirement("W-02")
def test_nobody_enters_without_signing_in(doors: Flask, client: FlaskClient) -> None:
    for address in ("/of-staff", "/of-families", "/of-everybody"):
        answer = client.get(address)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")
