"""The words that are signed are never changed under a version: whoever changes them makes the next one (D-43.c)."""

import pytest
from flask import Flask
from flask_babel import force_locale

from meetrec.consents.models import DisseminationRequest
from meetrec.consents.texts import NEWEST_TEXT, TEXTS, hash_of_text, text_of

SIGNED_WORDS = {
    ("1", "en_US"): "94f6053458d41f12a1f3064e184976cf1f41cd5d18a07c40498eab2b9ae3a83c",
    ("1", "es_US"): "6c78c28a50f116fa58a195d7ea07a0e6a3d1996d4f523680d2f9d4c7ae08385b",
}


def words_of(app: Flask, version: str, locale: str) -> str:
    """The hash of a version's words, about a request that does not change."""
    with app.test_request_context(), force_locale(locale):
        return hash_of_text(text_of(DisseminationRequest(asked_by="Ana Rivera", purpose="To my sister.", text_version=version)))


@pytest.mark.requirement("D-43.c")
@pytest.mark.parametrize(("version", "locale"), SIGNED_WORDS)
def test_words_of_a_version_stay_what_was_signed(app: Flask, version: str, locale: str) -> None:
    assert words_of(app, version, locale) == SIGNED_WORDS[version, locale]


def test_every_version_is_held_in_both_languages() -> None:
    assert {version for version, _locale in SIGNED_WORDS} == set(TEXTS)
    assert NEWEST_TEXT in TEXTS
