"""The Spanish catalogue says all that the pages say, and nothing else."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from click.testing import CliRunner

from meetrec.platform import translation_commands
from meetrec.platform.translation_commands import NoCheckout, catalogue_files, fresh_catalogue, read_catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


@pytest.fixture(scope="module")
def fresh() -> Catalog:
    """The texts that stand in code and templates now."""
    return fresh_catalogue()


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    """The catalogue as committed."""
    [file] = catalogue_files()
    return read_catalogue(file)


def texts(catalogue: Catalog) -> set[tuple[object, str | None]]:
    """What a catalogue translates."""
    return {(message.id, message.context) for message in catalogue if message.id}


def parts(value: object) -> list[str]:
    """A text, or the singular and plural of one."""
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []


def test_catalogue_holds_exactly_the_texts_of_the_pages(fresh: Catalog, spanish: Catalog) -> None:
    """When this fails: `meetrec translations update`, translate what it lists, and run it again to compile."""
    assert texts(spanish) - texts(fresh) == set(), "no longer used"
    assert texts(fresh) - texts(spanish) == set(), "missing"
    assert not spanish.obsolete


@pytest.mark.requirement("B-R6")
def test_every_text_has_a_settled_translation(spanish: Catalog) -> None:
    assert [message.id for message in spanish if message.id and (message.fuzzy or not all(parts(message.string)) or not message.string)] == []


def test_translations_fill_in_the_same_names(spanish: Catalog) -> None:
    assert [message.id for message in spanish if message.id and _names_differ(message)] == []


def test_quotation_marks_and_ends_of_sentences_match(spanish: Catalog) -> None:
    assert [
        message.id for message in spanish if isinstance(message.id, str) and isinstance(message.string, str) and _ends_differ(message.id, message.string)
    ] == []


def test_compiled_catalogue_is_the_committed_one(spanish: Catalog) -> None:
    from babel.support import Translations

    compiled = Translations.load(str(translation_commands.TRANSLATIONS), ["es_US"])
    for message in spanish:
        if isinstance(message.id, str) and message.id:
            assert compiled.gettext(message.id) == message.string, "run `meetrec translations update` or `./dev setup`"


def test_update_adds_what_is_new_and_drops_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "es/LC_MESSAGES/messages.po"
    file.parent.mkdir(parents=True)
    file.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Desk"\nmsgstr "Escritorio"\n\nmsgid "Gone"\nmsgstr "Ido"\n')
    monkeypatch.setattr(translation_commands, "TRANSLATIONS", tmp_path)
    result = CliRunner().invoke(translation_commands.translations, ["update"])
    assert result.exit_code == 0, result.output
    updated = read_catalogue(file)
    assert updated.get("Desk").string == "Escritorio"  # type: ignore[union-attr]
    assert updated.get("Gone") is None
    assert updated.get("Sign out").string == ""  # type: ignore[union-attr]
    assert "  Sign out" in result.output


def test_installed_copy_says_that_it_has_no_sources(tmp_path: Path) -> None:
    with pytest.raises(NoCheckout, match="Run the command in the checkout"):
        fresh_catalogue(tmp_path)


def _names_differ(message: Message) -> bool:
    """Each form against its own: the English singular may name no number where the plural does."""
    pairs = zip(parts(message.id), parts(message.string), strict=True)
    return any(sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(spanish)) for english, spanish in pairs)


def _ends_differ(text: str, translation: str) -> bool:
    return any(text.endswith(mark) != translation.endswith(mark) for mark in ".?:…")


def test_no_spanish_sentence_ends_in_a_time_which_has_its_own_point(spanish: Catalog) -> None:
    endings = re.compile(r"%\((when|at|since|until|time|moment)\)s\.$")
    texts = [text for message in spanish for text in ([message.string] if isinstance(message.string, str) else message.string or [])]
    assert len(texts) > 800
    assert [text for text in texts if endings.search(text)] == []
