"""What the desk writes in the ways of the reader's language."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize(("language", "share"), [("en", r"Very likely, \d+%\."), ("es", r"Muy probable, \d+%\.")])
@pytest.mark.usefixtures("address")  # a notice waits
def test_how_sure_a_suggestion_is_stands_as_the_language_writes_it(
    sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace, language: str, share: str
) -> None:
    desk = sign_in(district.coordinator)
    desk.get(f"/language/{language}")
    assert re.search(share, desk.get("/desk").get_data(as_text=True))
