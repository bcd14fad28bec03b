"""The paper to sign and the statement: PDF/UA-1 in both languages, naming everybody and whose copy it is (NOTE.3, A-03)."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask_babel import force_locale
from pypdf import PdfReader

from meetrec.consents import queries
from meetrec.consents.actions import NotAnswered
from meetrec.consents.papers import blank_form, statement
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.consents.conftest import GUEST, LAURA


def read(content: bytes) -> tuple[str, PdfReader]:
    """Its words on one line, and the reader."""
    reader = PdfReader(BytesIO(content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split()), reader


@pytest.mark.requirement("NOTE.3")
@pytest.mark.parametrize(("language", "locale", "alone"), [("en", "en_US", "own copy alone"), ("es", "es_US", "solo a la copia")])
def test_the_statement_names_everybody_and_whose_copy_it_is_and_a_screen_reader_reads_it(
    app: Flask,
    asked: str,
    people_of: Callable[[str], dict[str, str]],
    on_paper: Callable[..., None],
    database: Database,
    language: str,
    locale: str,
    alone: str,
) -> None:
    for person in people_of(asked).values():
        on_paper(person)
    with app.test_request_context(), force_locale(locale), database.reading() as session:
        text, reader = read(statement(queries.shown(session, queries.request_by_id(session, asked)), clock.now(), language))
    assert [word for word in (LAURA, GUEST, "Ana Rivera", "To my sister", "Lincoln Elementary", alone) if word not in text] == []
    assert (reader.trailer["/Root"]["/Lang"], reader.trailer["/Root"]["/MarkInfo"]["/Marked"]) == (language, True)
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


@pytest.mark.requirement("NOTE.3")
def test_there_is_no_statement_before_everybody_signed(app: Flask, asked: str, database: Database) -> None:
    with app.test_request_context(), database.reading() as session, pytest.raises(NotAnswered, match="no statement yet"):
        statement(queries.shown(session, queries.request_by_id(session, asked)), clock.now(), "en")


def test_the_paper_to_sign_has_a_line_for_everybody(app: Flask, asked: str, database: Database) -> None:
    with app.test_request_context(), database.reading() as session:
        text, _reader = read(blank_form(queries.shown(session, queries.request_by_id(session, asked)), "en"))
    assert [word for word in (LAURA, GUEST, "I agree or I do not agree", "You are free to say no.", "own copy alone") if word not in text] == []
