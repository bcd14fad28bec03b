"""Days, times of day and shares for pages that show hundreds of them: asked of Babel once for each, and kept."""

from datetime import date, datetime
from datetime import time as ClockTime
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_percent
from flask_babel import get_locale

from meetrec.platform.clock import in_zone


class Moments:
    """Days and times at the district in the reader's language, which is asked for once: a desk shows hundreds. Within a request."""

    def __init__(self, zone: str) -> None:
        self._zone, self._locale = zone, str(get_locale())

    def time(self, moment: datetime) -> str:
        """“9:00 AM”."""
        return _time(in_zone(moment, self._zone).replace(tzinfo=None), self._locale)

    def day(self, day: date) -> str:
        """“Tuesday, October 13, 2026”."""
        return _day(day, self._locale, "full")

    def short(self, moment: datetime) -> str:
        """“Oct 13, 2026, 9:00 AM”."""
        return f"{_day(in_zone(moment, self._zone).date(), self._locale, 'medium')}, {self.time(moment)}"

    def said(self, day: date, hour: ClockTime) -> str:
        """“Tuesday, October 13, 2026, 9:00 AM”: day and hour as somebody wrote them, by the school's clock."""
        return f"{self.day(day)}, {_time(datetime.combine(day, hour), self._locale)}"

    def percent(self, share: float) -> str:
        """“87%” of 0.87."""
        return _percent(round(share, 2), self._locale)

    def stop(self, moment: datetime) -> str:
        """The full stop of a sentence that ends with this moment's time; the Spanish “9:00 a.m.” has its own."""
        return "" if self.time(moment).endswith(".") else "."


@lru_cache(4096)
def _time(moment: datetime, locale: str) -> str:
    return format_time(moment, "short", locale=locale)


@lru_cache(4096)
def _day(day: date, locale: str, form: str) -> str:
    return format_date(day, form, locale=locale)


@lru_cache(256)
def _percent(share: float, locale: str) -> str:
    return format_percent(share, locale=locale)
