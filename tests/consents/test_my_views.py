"""What staff are asked themselves: the words, the two answers, the way back; another's row is not found (D-43.c, NOTE.3)."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.platform.database import Database
from tests.consents.conftest import GUEST, LAURA, verbs

PeopleOf = Callable[[str], dict[str, str]]


def hash_on(page: str) -> str:
    """The words that a page shows, as its form says them."""
    found = re.search(r'name="text_hash" type="hidden" value="(\w{64})"', page)
    assert found, page
    return found[1]


@pytest.mark.requirement("D-43.c")
def test_staff_find_what_is_asked_sign_it_and_take_it_back(
    sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace, asked: str, people_of: PeopleOf, database: Database
) -> None:
    laura = sign_in(district.coordinator)
    assert "/my-consents" in laura.get("/today").get_data(as_text=True)
    address = f"/my-consents/{people_of(asked)[LAURA]}"
    assert address in laura.get("/my-consents").get_data(as_text=True)
    page = laura.get(address).get_data(as_text=True)
    assert [word for word in ("Ana Rivera", "To my sister", "You are free to say no.", "own copy alone") if word not in page] == []
    assert laura.post(address, data={"answer": "signed", "text_hash": hash_on(page)}).status_code == 303
    assert "Signed" in laura.get(address).get_data(as_text=True)
    assert laura.post(f"{address}/withdraw").status_code == 303
    assert "Took the signature back" in laura.get(address).get_data(as_text=True)
    assert verbs(database)[-2:] == ["dissemination.answered", "dissemination.withdrawn"]


@pytest.mark.requirement("D-43.c")
def test_other_words_than_those_shown_are_not_signed(
    sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace, asked: str, people_of: PeopleOf, database: Database
) -> None:
    laura = sign_in(district.coordinator)
    address = f"/my-consents/{people_of(asked)[LAURA]}"
    english = hash_on(laura.get(address).get_data(as_text=True))
    laura.get("/language/es?next=/desk")  # now the page would show other words
    assert laura.post(address, data={"answer": "signed", "text_hash": english}).status_code == 422
    assert laura.post(address, data={"text_hash": english}).status_code == 422
    assert "dissemination.answered" not in verbs(database)


def test_somebody_elses_row_and_nobodys_row_are_not_found(
    sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace, asked: str, people_of: PeopleOf
) -> None:
    administrator = sign_in(district.administrator)
    assert "Nobody asks anything of you." in administrator.get("/my-consents").get_data(as_text=True)
    for name in (LAURA, GUEST):
        assert administrator.get(f"/my-consents/{people_of(asked)[name]}").status_code == 404
        assert administrator.post(f"/my-consents/{people_of(asked)[name]}/withdraw").status_code == 404


def test_a_no_needs_no_reason_and_may_become_a_signature(
    sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace, asked: str, people_of: PeopleOf
) -> None:
    laura = sign_in(district.coordinator)
    address = f"/my-consents/{people_of(asked)[LAURA]}"
    words = hash_on(laura.get(address).get_data(as_text=True))
    laura.post(address, data={"answer": "refused", "text_hash": words})
    page = laura.get(address).get_data(as_text=True)
    assert "Does not agree" in page
    assert "<textarea" not in page
    laura.post(address, data={"answer": "signed", "text_hash": words})
    assert "Take my signature back" in laura.get(address).get_data(as_text=True)
