"""What the screen of a room's reserve kiosk says: that it is the reserve, and how the main kiosk stands, as far as the server told (G5.a)."""

from collections.abc import Mapping

from flask_babel import lazy_gettext

from meetrec.kiosk.room_news import ArmedMeeting, RoomNews

MAIN_WORDS: Mapping[str, object] = {
    "": lazy_gettext("Reserve recorder. The main kiosk has not begun, as far as the server knows."),
    "opened": lazy_gettext("Reserve recorder. The opening questions were asked at the main kiosk."),
    "declined": lazy_gettext("Reserve recorder. At the main kiosk the parent did not say that they record, so it does not record."),
    "recording": lazy_gettext("Reserve recorder. The main kiosk is recording."),
    "paused": lazy_gettext("Reserve recorder. The main kiosk is paused. This one goes on until it is paused here too."),
    "stopped": lazy_gettext("Reserve recorder. The main kiosk has stopped. Stop here too when the meeting is over."),
    "objected": lazy_gettext("Reserve recorder. The parent objected at the main kiosk, and it has stopped. Stop here too."),
}
AT_WORK = ("recording", "paused", "objected")
NOTHING_CHOSEN = lazy_gettext("Reserve recorder. The main kiosk asks the questions; here one tap starts, once the microphones are checked.")
NOT_KNOWN = lazy_gettext("Reserve recorder. How the main kiosk stands is not known: the server does not tell it.")


def reserve_words(news: RoomNews | None, recording: str | None, *, is_connected: bool) -> str:
    """The line in the header; empty on a main kiosk. `recording` is what runs or is about to start here; on the list, what the main kiosk records."""
    if news is None or not news.is_reserve:
        return ""
    if not is_connected:
        return str(NOT_KNOWN)
    meeting = news.find(recording) if recording else _at_work_at_the_main_kiosk(news)
    return str(MAIN_WORDS.get(meeting.main, MAIN_WORDS[""]) if meeting else NOTHING_CHOSEN)


def _at_work_at_the_main_kiosk(news: RoomNews) -> ArmedMeeting | None:
    return next((meeting for meeting in news.meetings if meeting.main in AT_WORK), None)
