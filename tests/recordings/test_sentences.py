"""What a page says of a recording: its stage, and complaints of failed jobs, in the reader's language."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import meetrec
from meetrec.recordings.rules import Stage
from meetrec.recordings.sentences import COMPLAINTS, complaint_of, sentence_of


@pytest.mark.parametrize("sentence", COMPLAINTS)
def test_complaint_of_the_fixed_list_is_told_in_the_readers_language(app: Flask, sentence: str) -> None:
    with app.test_request_context(), force_locale("es"):
        assert complaint_of(sentence) != sentence
        assert complaint_of("Piece 000001 was altered.") == "Piece 000001 was altered."


@pytest.mark.parametrize("sentence", COMPLAINTS)
def test_fixed_list_holds_only_sentences_that_the_code_says(sentence: str) -> None:
    files = Path(meetrec.__file__).parent.rglob("*.py")
    assert any(sentence in path.read_text() for path in files if path.name != "sentences.py")


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ("not been heard from since Oct 13, 2026, 9:05", "7 pieces have arrived and are kept; the rest lie on the kiosk. Switch it on")),
     ("es", ("13 oct 2026", "7 partes"))],
)  # fmt: skip
def test_silent_kiosk_is_told_with_its_last_sign_what_is_kept_and_what_to_do(app: Flask, language: str, told: tuple[str, str]) -> None:
    with app.test_request_context(), force_locale(language):
        sentence = sentence_of(Stage.NOT_HEARD_FROM, 7, None, datetime(2026, 10, 13, 14, 5, tzinfo=UTC))
        assert all(part in sentence for part in told), sentence
