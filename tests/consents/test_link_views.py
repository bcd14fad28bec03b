"""Behind a private link: what is asked word for word, one answer, the way back; no cookie, no token, no name typed (D-43.c, NOTE.3)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.app import create_app
from meetrec.consents import actions
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings
from tests.consents.conftest import GUEST, LAURA, verbs
from tests.consents.test_my_views import hash_on

PeopleOf = Callable[[str], dict[str, str]]


@pytest.fixture
def link(asked: str, people_of: PeopleOf, link_for: Callable[[str], str]) -> str:
    """The guest's link."""
    return link_for(people_of(asked)[GUEST])


def test_the_page_names_what_is_signed_and_opening_it_signs_nothing(client: FlaskClient, link: str, database: Database) -> None:
    answer = client.get(link)
    page = answer.get_data(as_text=True)
    said = (GUEST, "Ana Rivera", "To my sister", "Lincoln Elementary", "You are free to say no.", "own copy alone", "I do not agree")
    assert [word for word in said if word not in page] == []
    assert "Mateo" not in page
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "dissemination.answered" not in verbs(database)


@pytest.mark.requirement("D-43.c")
def test_the_link_asks_for_no_name_no_cookie_and_no_token_and_signs_once(app: Flask, link: str, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    stranger = app.test_client(use_cookies=False)
    page = stranger.get(link).get_data(as_text=True)
    assert 'type="text"' not in page
    assert stranger.post(link, data={"answer": "signed", "text_hash": hash_on(page)}).status_code == 303
    shown = stranger.get(link).get_data(as_text=True)
    assert [word for word in ("Your answer", "Signed", "This link was used.", "Take my signature back") if word not in shown] == []
    assert stranger.post(link, data={"answer": "refused", "text_hash": hash_on(page)}).status_code == 303
    assert verbs(database).count("dissemination.answered") == 1


@pytest.mark.requirement("NOTE.3")
def test_a_signature_is_taken_back_at_the_link_and_no_more_once_it_is_complete(
    client: FlaskClient, link: str, asked: str, people_of: PeopleOf, on_paper: Callable[..., None], link_for: Callable[[str], str], database: Database
) -> None:
    words = hash_on(client.get(link).get_data(as_text=True))
    client.post(link, data={"answer": "signed", "text_hash": words})
    assert client.post(f"{link}/withdraw").status_code == 303
    assert "Took the signature back" in client.get(link).get_data(as_text=True)
    assert verbs(database)[-1] == "dissemination.withdrawn"
    again = link_for(people_of(asked)[GUEST])
    client.post(again, data={"answer": "signed", "text_hash": words})
    on_paper(people_of(asked)[LAURA])
    assert "Take my signature back" not in client.get(again).get_data(as_text=True)
    client.post(f"{again}/withdraw")
    assert verbs(database).count("dissemination.withdrawn") == 1


def test_whoever_says_no_gives_no_reason(client: FlaskClient, link: str, database: Database) -> None:
    page = client.get(link).get_data(as_text=True)
    assert "<textarea" not in page
    client.post(link, data={"answer": "refused", "text_hash": hash_on(page)})
    shown = client.get(link).get_data(as_text=True)
    assert "Does not agree" in shown
    assert "Take my signature back" not in shown


@pytest.mark.parametrize("sent", [{}, {"answer": "signed"}, {"answer": "signed", "text_hash": "0" * 64}, {"answer": "maybe"}])
def test_nothing_is_signed_without_a_choice_and_the_words_that_were_read(client: FlaskClient, link: str, sent: dict[str, str], database: Database) -> None:
    assert client.post(link, data=sent).status_code == 422
    assert "dissemination.answered" not in verbs(database)


def test_a_link_that_is_wrong_too_old_or_of_a_closed_request_signs_nothing(
    client: FlaskClient, link: str, asked: str, database: Database, set_clock: Callable[[object], None]
) -> None:
    assert client.get(f"{link[:-1]}{'x' if link[-1] != 'x' else 'y'}").status_code == 404
    assert client.post("/consent/x/withdraw").status_code == 404
    words, now = hash_on(client.get(link).get_data(as_text=True)), clock.now()
    set_clock(now + timedelta(days=15))
    assert "This link is too old." in client.get(link).get_data(as_text=True)
    client.post(link, data={"answer": "signed", "text_hash": words})
    set_clock(now)
    with database.writing() as session:
        actions.close(session, now, "user:x", asked)
    assert "This request is closed." in client.get(link).get_data(as_text=True)
    client.post(link, data={"answer": "signed", "text_hash": words})
    assert "dissemination.answered" not in verbs(database)


def test_a_script_that_guesses_links_is_slowed_down(app: Flask, client: FlaskClient) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    limiter.reset()
    codes = [client.post("/consent/x", data={}).status_code for _ in range(11)]
    limiter.reset()
    assert codes == [404] * 10 + [429]


def test_a_machine_that_serves_parents_alone_opens_links(settings: Settings, database: Database, link: str, district: SimpleNamespace) -> None:
    app = create_app(settings, {"parent"}, database)
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    assert app.test_client().get(link).status_code == 200
