"""Letters to print, as PDF that a screen reader reads (PDF/UA-1). They are made on this machine, of our own files alone."""

import re
from mimetypes import guess_type
from threading import Lock
from typing import TYPE_CHECKING, Any
from unicodedata import name

from meetrec.platform.errors import MeetRecError
from meetrec.platform.places import folder
from meetrec.platform.settings import Settings
from meetrec.platform.written_texts import settings_here, write

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

# Every letter there is: templates/letters/<name>.html.
LETTERS = ("receipt", "identity_code", "dissemination_form", "dissemination_statement", "meeting_moved", "meeting_cancelled", "notice_rules")

STYLESHEET = "letters.css"
OWN_FILES = "static:"  # how a letter names a file of static/


PICTURES = re.compile("[\U0001f000-\U0001faff][\U0001f000-\U0001faff\ufe0f\u200d]*")
JOINING = re.compile("[\ufe0f\u200d\U0001f3fb-\U0001f3ff]")  # what only changes the picture before it


class LetterNotMade(MeetRecError):
    """A letter could not be made."""


# Making a letter takes up to a second and some 80 MB: one at a time.
_press = Lock()


def letter_pdf(template: str, language: str, **values: object) -> bytes:
    """The letter as PDF/UA-1.

    `values`: what the template names (see `district/samples.py` for each); outside the application also `settings`.

    Raises `LetterNotMade`.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    page = letter_page(template, language, settings_here(values.pop("settings", None)), f"{OWN_FILES}{STYLESHEET}", **values)
    try:
        with _press:
            return bytes(HTML(string=page, base_url=OWN_FILES, url_fetcher=_fetcher()).write_pdf(pdf_variant="pdf/ua-1"))
    except FatalURLFetchingError as fault:  # no Exception, so nothing else would catch it
        raise LetterNotMade(str(fault)) from fault


def letter_page(template: str, language: str, settings: Settings, stylesheet: str, **values: object) -> str:
    """The letter as a page of its own. `stylesheet` is the address of `STYLESHEET` for whoever shows it."""
    if template not in LETTERS:
        raise ValueError(f"there is no letter {template}")
    return _named_pictures(write(f"letters/{template}.html", language, settings, stylesheet=stylesheet, **values))


def _named_pictures(page: str) -> str:
    """Small pictures that people write among letters, by their Unicode names: the font of the letters has none of them, and an empty box says nothing."""
    return PICTURES.sub(lambda found: " ".join(f"[{name(sign, 'picture').lower()}]" for sign in found[0] if not JOINING.match(sign)), page)


def _fetcher() -> Any:
    """Serves the files of static/ and nothing else: what a person wrote into a letter can make it read no file and ask no server."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> "URLFetcherResponse":
            root, name = folder("static").resolve(), url.removeprefix(OWN_FILES)
            path = (root / name).resolve()
            if not url.startswith(OWN_FILES) or root not in path.parents or not path.is_file():
                raise FatalURLFetchingError(f"a letter names {url}, which is none of our files")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": guess_type(path.name)[0] or "application/octet-stream"})

    return OwnFiles()
