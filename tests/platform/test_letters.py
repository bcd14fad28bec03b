"""Letters are PDF/UA-1 in both languages: tagged, titled, with a language and fonts of their own, and made of our own files alone."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from meetrec.district.samples import LETTER_SAMPLES
from meetrec.platform.letters import LETTERS, LetterNotMade, letter_page, letter_pdf
from meetrec.platform.settings import Settings
from tests.fixtures.written_texts import words

__all__ = ["words"]

TITLES = {"en": "Receipt of your notice", "es": "Comprobante de su aviso"}


def fonts_of(reader: PdfReader) -> list[Any]:
    """The descriptor of every font of every page."""
    found = []
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()
            inner = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
            found.append(inner["/FontDescriptor"].get_object())
    return found


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", LETTERS)
def test_letter_is_read_by_a_screen_reader(words: Flask, name: str, language: str, now: datetime) -> None:
    with words.app_context():
        reader = PdfReader(BytesIO(letter_pdf(name, language, **LETTER_SAMPLES[name](now))))
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data() or b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    fonts = fonts_of(reader)
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts)


@pytest.mark.parametrize("language", ["en", "es"])
def test_letter_says_what_it_is_in_the_readers_language(words: Flask, language: str, now: datetime) -> None:
    with words.app_context():
        reader = PdfReader(BytesIO(letter_pdf("receipt", language, **LETTER_SAMPLES["receipt"](now))))
    assert reader.metadata is not None
    assert reader.metadata.title == TITLES[language]
    said = reader.pages[0].extract_text()
    assert TITLES[language] in said
    assert "Mateo Rivera" in said
    assert ("Your notice arrived in time." in said) == (language == "en")


def test_code_in_a_letter_names_no_pupil(words: Flask, settings: Settings, now: datetime) -> None:
    with words.app_context():
        page = letter_page("identity_code", "en", settings, "/static/letters.css", **LETTER_SAMPLES["identity_code"](now))
    assert "ABCD-EFGH-JKLM-NPQR-STVW" in page
    assert "Mateo" not in page


def test_what_a_person_wrote_is_only_words_in_a_letter(words: Flask, now: datetime) -> None:
    written = '<img src="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
    values = dict(LETTER_SAMPLES["receipt"](now), said=[("Pupil", written)])
    with words.app_context():
        said = PdfReader(BytesIO(letter_pdf("receipt", "en", **values))).pages[0].extract_text()
    assert "<img src=" in said


@pytest.mark.parametrize("address", ["file:///etc/passwd", "static:../pyproject.toml", "static:nothing.css", "https://elsewhere.example/x.css"])
def test_letter_reads_only_our_own_files(words: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    from meetrec.platform import letters

    page = f'<html lang="en"><title>x</title><link rel="stylesheet" href="{address}"><h1>x</h1></html>'
    monkeypatch.setattr(letters, "letter_page", lambda *_args, **_values: page)
    with words.app_context(), pytest.raises(LetterNotMade, match="none of our files"):
        letter_pdf("receipt", "en")


def test_a_picture_among_the_words_is_named_since_the_letters_font_has_none(words: Flask, settings: Settings, now: datetime) -> None:
    values = dict(LETTER_SAMPLES["receipt"](now), said=[("Reason", "I forget \U0001f600\U0001f44d\U0001f3fd things")])
    with words.app_context():
        page = letter_page("receipt", "en", settings, "/static/letters.css", **values)
    assert "I forget [grinning face] [thumbs up sign] things" in page


def test_the_list_of_signatures_is_kept_together(words: Flask, now: datetime) -> None:
    values = dict(LETTER_SAMPLES["dissemination_form"](now), text=["Words of the consent. " * 12] * 7)
    with words.app_context():
        pages = [page.extract_text() for page in PdfReader(BytesIO(letter_pdf("dissemination_form", "en", **values))).pages]
    names = ("Laura Bennett", "David Cho", "Helen Marsh")
    assert [[name in page for name in names] for page in pages if any(name in page for name in names)] == [[True] * 3]
