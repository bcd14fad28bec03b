"""`meetrec translations update`: read the marked texts out of code and templates, and bring the catalogues up to date. For developers, in a checkout."""

from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from meetrec import __version__
from meetrec.platform.errors import MeetRecError
from meetrec.platform.languages import TRANSLATIONS
from meetrec.platform.places import CHECKOUT

METHODS = [("meetrec/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
SOURCES = ("meetrec", "templates")
# Keyword → which argument is the text; None: the first. `N_` marks texts that are translated where they are shown.
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}


class NoCheckout(MeetRecError):
    """The command was used where there are no sources to read."""

    def __init__(self) -> None:
        super().__init__("The texts are read out of a checkout of MeetRec; this is an installed copy. Run the command in the checkout.")


def fresh_catalogue(root: Path = CHECKOUT) -> Catalog:
    """Every text that code and templates mark for translation, with the files it stands in."""
    if not (root / "templates").is_dir():
        raise NoCheckout
    catalogue = Catalog(project="MeetRec", version=__version__, copyright_holder="the MeetRec authors", charset="utf-8", fuzzy=False)
    for file, text, context in _marked_texts(root):
        catalogue.add(text, locations=[(file, 0)], context=context)
    return catalogue


def read_catalogue(file: Path) -> Catalog:
    """A messages.po of ours."""
    with file.open("rb") as text:
        return read_po(text, locale=file.parent.parent.name)


def catalogue_files() -> list[Path]:
    """The messages.po of every language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


@click.group()
def translations() -> None:
    """The Spanish texts (for developers)."""


@translations.command()
def update() -> None:
    """Add new texts, drop those no longer used, compile; says what still needs a translation."""
    fresh = fresh_catalogue()
    for file in catalogue_files():
        catalogue = read_catalogue(file)
        catalogue.update(fresh, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write(file, catalogue)
        untranslated = [message.id for message in catalogue if message.id and not message.string]
        click.echo(f"{file.parent.parent.name}: {len(catalogue)} texts, {len(untranslated)} without a translation")
        for text in untranslated:
            click.echo(f"  {text}")


def _marked_texts(root: Path) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    for folder in SOURCES:
        for name, _line, text, _comments, context in extract_from_dir(root / folder, _methods_in(folder), keywords=KEYWORDS):
            yield f"{folder}/{name}", text, context


def _methods_in(folder: str) -> list[tuple[str, str]]:
    return [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS if pattern.startswith(f"{folder}/")]


def _write(file: Path, catalogue: Catalog) -> None:
    """The text for translators, in the order of the alphabet so that changes stay readable, and the compiled form beside it."""
    catalogue.project, catalogue.version, catalogue.copyright_holder = "MeetRec", __version__, "the MeetRec authors"
    catalogue.last_translator, catalogue.language_team, catalogue.msgid_bugs_address = "the MeetRec authors", "none", "none"
    catalogue.revision_date = catalogue.creation_date
    with file.open("wb") as text:
        write_po(text, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    with file.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
