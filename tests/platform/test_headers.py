"""What every answer carries: nothing from elsewhere, nothing kept, and cookies that only the browser and we can read."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.app import create_app
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Server

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def https_app(settings: Settings, database: Database) -> Flask:
    """The application as it is configured behind a proxy that speaks HTTPS."""
    served = settings.model_copy(update={"server": Server(behind_proxy=True)})
    return create_app(served, database=database)


@pytest.mark.requirement("B-R8")
@pytest.mark.parametrize("address", ["/sign-in", "/no-such-page", "/healthz", "/static/meetrec.css"])
def test_policy_lets_in_nothing_from_elsewhere(client: FlaskClient, address: str) -> None:
    policy = client.get(address).headers["Content-Security-Policy"]
    assert re.sub(r"'nonce-[^']+'", "'nonce-…'", policy) == POLICY


@pytest.mark.requirement("B-R8")
def test_nonce_of_styles_is_new_on_every_page(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Content-Security-Policy"] != client.get("/sign-in").headers["Content-Security-Policy"]


@pytest.mark.requirement("S-06")
@pytest.mark.parametrize("address", ["/sign-in", "/no-such-page", "/healthz", "/desk"])
def test_browsers_keep_no_page(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"


def test_style_sheets_may_be_kept_and_are_asked_for_again(client: FlaskClient) -> None:
    answer = client.get("/static/meetrec.css")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["ETag"]


def test_pages_cannot_be_framed_sniffed_or_use_the_microphone(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"]


@pytest.mark.requirement("W-02")
def test_over_https_cookies_stay_there_and_so_do_browsers(https_app: Flask) -> None:
    answer = https_app.test_client().get("/sign-in", base_url="https://records.example.org")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(answer.headers["Set-Cookie"].split("; "))


def test_forms_can_be_sent_over_https(https_app: Flask) -> None:
    """The CSRF check asks for the referrer over HTTPS, so our own referrer policy must let the browser send it."""
    client = https_app.test_client()
    page = client.get("/sign-in", base_url="https://records.example.org")
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "email": "nobody@example.org", "password": "wrong"}
    sent = client.post("/sign-in", base_url="https://records.example.org", data=form, headers={"Referer": "https://records.example.org/sign-in"})
    assert "do not belong together" in sent.text
