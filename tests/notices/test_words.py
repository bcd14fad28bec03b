"""The words for notices: complete, and never those of a permission that is given or withheld (G0.2)."""

import re
from enum import StrEnum

import pytest

from meetrec.notices import words
from meetrec.notices.actions import MatchOutcome
from meetrec.notices.matching import WEIGHTS, Agreement
from meetrec.notices.models import Notice, RecorderRole
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.places import PACKAGE, folder

FORBIDDEN = re.compile(r"approv|\bdeny|\bdenie|\bdenial|reject|permit you|grant", re.IGNORECASE)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (NoticeStatus, words.FOR_PARENTS),
        (NoticeStatus, words.FOR_STAFF),
        (NoticeStatus, words.WHAT_TO_DO),
        (Agreement, words.AGREEMENTS),
        (Agreement, WEIGHTS),
        (MatchOutcome, words.OUTCOMES),
        (RecorderRole, words.ROLES),
    ],
)
def test_everything_has_its_words(known: type[StrEnum], told: dict[StrEnum, object]) -> None:
    assert set(told) == set(known)


def strings_for_people() -> dict[str, str]:
    """Template texts without comments, and the Python files that hold texts or routes."""
    templates = [path for name in ("notices", "meetings") for path in (folder("templates") / name).glob("*.html")]
    sources = [PACKAGE / "notices" / name for name in ("words.py", "forms.py", "parent_views.py", "staff_views.py")]
    return {path.name: re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL) for path in [*templates, *sources]}


@pytest.mark.requirement("G0.2")
def test_no_text_route_or_status_says_approve_or_deny() -> None:
    texts = strings_for_people()
    assert len(texts) >= 10
    assert {name: FORBIDDEN.findall(text) for name, text in texts.items() if FORBIDDEN.search(text)} == {}
    assert not any(FORBIDDEN.search(status) for status in NoticeStatus)
    assert not any(FORBIDDEN.search(column.name) for column in Notice.__table__.columns)


@pytest.mark.requirement("G10")
def test_nothing_is_kept_about_secret_recordings() -> None:
    assert not any(re.search("secret|violation|covert", column.name) for column in Notice.__table__.columns)
    statements = (folder("templates") / "notices" / "statements.html").read_text()
    assert statements.count("Secret recordings are discouraged") == 1
