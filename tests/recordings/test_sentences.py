"""Complaints of failed jobs reach a Spanish page in Spanish, as far as they come from a fixed list."""

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import meetrec
from meetrec.recordings.sentences import COMPLAINTS, complaint_of


@pytest.mark.parametrize("sentence", COMPLAINTS)
def test_complaint_of_the_fixed_list_is_told_in_the_readers_language(app: Flask, sentence: str) -> None:
    with app.test_request_context(), force_locale("es"):
        assert complaint_of(sentence) != sentence
        assert complaint_of("Piece 000001 was altered.") == "Piece 000001 was altered."


@pytest.mark.parametrize("sentence", COMPLAINTS)
def test_fixed_list_holds_only_sentences_that_the_code_says(sentence: str) -> None:
    files = Path(meetrec.__file__).parent.rglob("*.py")
    assert any(sentence in path.read_text() for path in files if path.name != "sentences.py")
