"""The words of the desk: how sure a suggestion is, how a room stands, what a move meant; and times of day, which a desk shows by the hundred."""

from datetime import date, datetime
from datetime import time as ClockTime
from functools import lru_cache
from types import ModuleType, SimpleNamespace

from babel.dates import format_date, format_time
from flask_babel import get_locale, lazy_gettext

from meetrec.meetings.room_standing import RoomStanding
from meetrec.notices.givers import Unentered
from meetrec.notices.keyed_in import CHANNELS
from meetrec.notices.matching import Degree
from meetrec.notices.rules import NoticeChannel
from meetrec.people.rights import Standing
from meetrec.platform.clock import in_zone

DEGREES = {
    Degree.STRONG: lazy_gettext("very likely"),
    Degree.POSSIBLE: lazy_gettext("possible"),
    Degree.WEAK: lazy_gettext("a guess"),
}

# Each with what to do about it.
ROOMS = {
    RoomStanding.NO_KIOSK: lazy_gettext("This room has no kiosk. Choose another room for the meeting, or have one enrolled."),
    RoomStanding.REVOKED_ONLY: lazy_gettext("The kiosk of this room was revoked. Choose another room for the meeting, or have one enrolled."),
    RoomStanding.NEVER_HEARD: lazy_gettext("The kiosk of this room has never been heard from. Switch it on and connect it to the network."),
    RoomStanding.SILENT: lazy_gettext("The kiosk of this room is silent. Switch it on and connect it to the network before the meeting."),
}

# How whoever gave a notice stands to the pupil today, by the account or the name. Each but two asks somebody to look before matching.
GIVERS = {
    Standing.HOLDS: lazy_gettext("A person of this name holds rights for the pupil today."),
    Standing.REVOKED: lazy_gettext("A paper takes the rights of whoever gave this notice. They get no mail about the meeting."),
    Standing.CONFLICT: lazy_gettext("Papers about whoever gave this notice contradict each other. Refer it to the attorney."),
    Standing.EVIDENCE_MISSING: lazy_gettext("Whoever gave this notice holds no rights yet: nobody has seen the paper."),
    Standing.TRANSFERRED: lazy_gettext("Rights have moved to the student, and somebody else gave this notice."),
    Standing.NOT_IN_FORCE: lazy_gettext("Whoever gave this notice is entered beside the pupil, but it is not in force today."),
    Unentered.NOT_ENTERED: lazy_gettext("Nobody of this name is entered beside the pupil."),
    Unentered.NOBODY_ENTERED: lazy_gettext("Nobody is entered beside the pupil yet, so nobody's rights can be looked up."),
}

STAYS_IN_TIME = lazy_gettext("The district moved the meeting to an earlier time after this notice had come, so the notice stays in time.")

CHANNEL_WORDS = {
    NoticeChannel.WEB: lazy_gettext("On the web page"),
    NoticeChannel.PAPER: lazy_gettext("On paper"),
    NoticeChannel.PHONE: lazy_gettext("By telephone"),
    NoticeChannel.EMAIL: lazy_gettext("By e-mail"),
    NoticeChannel.IN_PERSON: lazy_gettext("In person"),
    NoticeChannel.AT_MEETING: lazy_gettext("In the meeting room"),
}
CHANNEL_CHOICES = [(channel.value, CHANNEL_WORDS[channel]) for channel in CHANNELS]


def spoken(words: ModuleType) -> SimpleNamespace:
    """The lists of a module of words in the reader's language, each translated once and not wherever it is shown. Within a request."""
    lists = {name: those for name, those in vars(words).items() if name.isupper() and isinstance(those, dict)}
    return SimpleNamespace(**{name: {key: str(text) for key, text in those.items()} for name, those in lists.items()})


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

    def stop(self, moment: datetime) -> str:
        """The full stop of a sentence that ends with this moment's time; the Spanish “9:00 a.m.” has its own."""
        return "" if self.time(moment).endswith(".") else "."


@lru_cache(4096)
def _time(moment: datetime, locale: str) -> str:
    return format_time(moment, "short", locale=locale)


@lru_cache(4096)
def _day(day: date, locale: str, form: str) -> str:
    return format_date(day, form, locale=locale)
