"""What a page says of a transcription's state, and how it writes times and people of the journal."""

from collections.abc import Mapping

from flask_babel import gettext


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


def sentence_of(state: str | None) -> str:
    """One plain sentence on the transcription's job; None when none was queued."""
    return {
        "queued": _("The recording is stored. The transcription waits for its turn."),
        "running": _("The recording is stored. It is being transcribed on the district's own machine."),
        "failed": _("The recording is stored. The transcription failed; nothing was lost."),
        "done": _("The recording and its machine draft are stored."),
    }.get(state or "", _("The recording is stored. It has no transcript."))


def clock_time(seconds: float) -> str:
    """“4:05” or “1:04:05”."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def room_of_kiosk(room: str, *, is_reserve: bool) -> str:
    """A kiosk's room, and that it is the reserve there."""
    return _("%(room)s, reserve", room=room) if is_reserve else room


def actor_name(actor: str, accounts: Mapping[str, str], rooms: Mapping[str, str]) -> str:
    """A journal entry's actor for a person: the account's name, the kiosk's room, or the program itself."""
    kind, _colon, actor_id = actor.partition(":")
    if kind == "user":
        return accounts.get(actor_id, _("an account that no longer exists"))
    if kind == "kiosk":
        return _("the kiosk in %(room)s", room=rooms.get(actor_id, "?"))
    return _("a parent") if kind == "public" else _("MeetRec")
