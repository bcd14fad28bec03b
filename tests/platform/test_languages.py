"""English or Spanish, by choice and by the browser; nobody is sent elsewhere; moments are the district's."""

from datetime import UTC, datetime

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from meetrec.platform.languages import own_address

MOMENT = datetime(2026, 10, 13, 19, 30, tzinfo=UTC)
ELSEWHERE = [
    "https://elsewhere.example",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    " //elsewhere.example",
    "javascript:alert(1)",
    "desk",
    "",
]


@pytest.mark.parametrize(("wish", "language"), [("es", "es"), ("es-MX,es;q=0.9,en;q=0.5", "es"), ("en-US", "en"), ("vi", "en"), ("", "en")])
def test_first_visit_speaks_what_the_browser_asks_for(client: FlaskClient, wish: str, language: str) -> None:
    assert f'<html lang="{language}">' in client.get("/sign-in", headers={"Accept-Language": wish}).text


def test_chosen_language_wins_over_the_browser_and_lasts(client: FlaskClient) -> None:
    client.get("/language/es")
    assert '<html lang="es">' in client.get("/sign-in", headers={"Accept-Language": "en"}).text
    client.get("/language/en")
    assert '<html lang="en">' in client.get("/sign-in", headers={"Accept-Language": "es"}).text


def test_unknown_language_is_not_found(client: FlaskClient) -> None:
    assert client.get("/language/xx").status_code == 404


def test_language_switch_comes_back_to_the_same_page(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/desk").text
    assert "/language/es?next=/sign-in?next%3D/desk" in page
    assert client.get("/language/es?next=/sign-in?next%3D/desk").location == "/sign-in?next=/desk"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_elsewhere_by_the_language_link(client: FlaskClient, address: str) -> None:
    assert own_address(address) is None
    assert client.get("/language/es", query_string={"next": address}).location == "/"


@pytest.mark.parametrize("address", ["/", "/desk", "/sign-in?next=/desk", "/records/1#line-3", "/buscar?q=se%C3%B1a"])
def test_own_addresses_are_followed(address: str) -> None:
    assert own_address(address) == address


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Tuesday, October 13, 2026, 2:30 PM (Central Time)"),
        ("es", "martes, 13 de octubre de 2026, 2:30 p.m. (hora central)"),
    ],
)
def test_moments_are_shown_on_the_districts_clock(app: Flask, language: str, shown: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        text = render_template_string('{% from "platform/moments.html" import moment %}{{ moment(at) }}', at=MOMENT)
    assert '<time datetime="2026-10-13T19:30:00+00:00">' in text
    assert shown in text.replace("\u202f", " ").replace("\u00a0", " ")


def test_field_errors_of_forms_are_spanish_too(app: Flask) -> None:
    from flask_wtf import FlaskForm
    from wtforms import StringField
    from wtforms.validators import DataRequired

    class OneField(FlaskForm):  # type: ignore[misc]
        name = StringField("x", validators=[DataRequired()])

    with app.test_request_context(method="POST", headers={"Accept-Language": "es"}):
        form = OneField()
        form.validate()
        assert form.name.errors == ["Este campo es obligatorio."]
