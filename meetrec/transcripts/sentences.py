"""What a page says of a transcription's state, and how it writes times, gaps and people of the journal."""

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


def reason_of_gap(kind: str) -> str:
    """Why a stretch is missing, as the gap ledger's kind says it."""
    return {
        "pause": _("paused by the chair"),
        "off_the_record": _("off the record"),
        "device_lost": _("the microphone was unplugged or failed"),
        "stall": _("the microphone stood still"),
        "overflow": _("the machine could not keep up"),
        "late_start": _("the microphone started late"),
        "power": _("no power"),
        "interrupted": _("the kiosk was interrupted"),
        "between_runs": _("stopped, then started again"),
        "uneven_end": _("the microphone ended before the others"),
        "absent": _("the microphone was not there"),
        "clock": _("the kiosk’s clock was set wrong: how long the break was is not known"),
    }.get(kind, _("the kiosk gave no reason"))


def clock_time(seconds: float) -> str:
    """“4:05” or “1:04:05”."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def actor_name(actor: str, accounts: Mapping[str, str], rooms: Mapping[str, str]) -> str:
    """A journal entry's actor for a person: the account's name, the kiosk's room, or the program itself."""
    kind, _colon, actor_id = actor.partition(":")
    if kind == "user":
        return accounts.get(actor_id, _("an account that no longer exists"))
    if kind == "kiosk":
        return _("the kiosk in %(room)s", room=rooms.get(actor_id, "?"))
    return _("a parent") if kind == "public" else _("MeetRec")
