"""The words of the desk: how sure a suggestion is, how a room stands, what a move meant."""

from functools import lru_cache
from types import ModuleType, SimpleNamespace

from flask_babel import get_locale, lazy_gettext

from meetrec.meetings.room_standing import RoomStanding
from meetrec.notices.givers import Unentered
from meetrec.notices.keyed_in import CHANNELS
from meetrec.notices.matching import Degree
from meetrec.notices.rules import NoticeChannel
from meetrec.people.rights import Standing

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
    return _spoken(words, str(get_locale()))


@lru_cache(16)
def _spoken(words: ModuleType, _locale: str) -> SimpleNamespace:
    lists = {name: those for name, those in vars(words).items() if name.isupper() and isinstance(those, dict)}
    return SimpleNamespace(**{name: {key: str(text) for key, text in those.items()} for name, those in lists.items()})
