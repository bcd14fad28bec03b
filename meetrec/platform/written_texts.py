"""Texts that leave the house, mails and letters, written in the reader's language, which need not be that of whoever caused them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.support import Translations
from flask import has_app_context
from flask_babel import force_locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from meetrec.platform import web
from meetrec.platform.languages import LOCALES, TRANSLATIONS
from meetrec.platform.places import folder
from meetrec.platform.settings import Settings


def write(template: str, language: str, settings: Settings, **values: object) -> str:
    """A template in one language, with `district` and `server` of the settings. Jobs write too: no request is needed.

    A value the template names and nobody gave is an error: nothing goes out with a hole in it.
    """
    known = language if language in LOCALES else "en"
    with _speaking(known):
        written = _environment(known, settings.district.zone).get_template(template)
        return written.render(language=known, district=settings.district, server=settings.server, **values)


def settings_here(settings: object = None) -> Settings:
    """The settings handed on, or those of the running application; a job outside of it hands them on."""
    return settings if isinstance(settings, Settings) else web.settings()


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    """Texts marked lazily, handed in by a page, are said in the reader's language too."""
    if not has_app_context():
        yield
        return
    with force_locale(LOCALES[language]):
        yield


@lru_cache(maxsize=8)
def _environment(language: str, zone: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(Translations.load(str(TRANSLATIONS), [language]), newstyle=True)  # type: ignore[attr-defined]
    locale, clock = LOCALES[language], ZoneInfo(zone)

    def day(at: date) -> str:
        """“Tuesday, October 13, 2026”."""
        return format_date(at.astimezone(clock).date() if isinstance(at, datetime) else at, "full", locale=locale)

    def time_of_day(at: datetime) -> str:
        """“9:00 AM (Central Time)”: the zone is named, since this may be read elsewhere."""
        return f"{format_time(at, 'short', tzinfo=clock, locale=locale)} ({format_datetime(at, 'vvvv', tzinfo=clock, locale=locale)})"

    environment.filters.update(day=day, time_of_day=time_of_day, moment=lambda at: f"{day(at)}, {time_of_day(at)}")
    return environment
