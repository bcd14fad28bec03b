"""What a page says of a recording's stage, in the reader's language."""

from datetime import datetime

from flask_babel import format_date, format_time, gettext

from meetrec.recordings.rules import ArmingAgain, Stage
from meetrec.recordings.standing_down import StandDown


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


def N_(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


# What a job that failed may leave in its row or its recording, word for word, besides sentences that name a piece or a file.
COMPLAINTS = (
    N_("Something unexpected went wrong; the log of the worker tells what. Nothing was lost."),
    N_("No microphone recorded any sound. What the kiosk delivered was kept."),
    N_("The uploaded file does not decode any more. Its bytes were kept as they came."),
    N_("The stored upload is not the one that was taken in: its SHA-256 differs. Nothing was deleted."),
    N_("A master in the store is shorter than what was joined. The delivered pieces were kept."),
    N_("A master in the store does not decode to the sound that was joined. The delivered pieces were kept."),
)


def complaint_of(sentence: str | None) -> str | None:
    """A stored complaint in the reader's language, as far as it is one of COMPLAINTS."""
    return _(sentence) if sentence in COMPLAINTS else sentence


# Translated where it is shown: a desk asks for hundreds of them.
OF_STAGES = {
    Stage.ARMED: N_("The room is armed. Nothing has been recorded yet."),
    Stage.RECORDING: N_("The room is recording."),
    Stage.PAUSED: N_("The recording is paused in the room."),
    Stage.DELIVERING: N_("The kiosk has stopped and is delivering its pieces."),
    Stage.NOT_HEARD_FROM: N_("The kiosk has not been heard from. Switch it on and connect it to the network."),
    Stage.WAITING_FOR_MAIN: N_("Everything of the reserve recorder has arrived. It waits for the main kiosk’s recording."),
    Stage.WAITING_TO_JOIN: N_("Everything has arrived. The pieces wait to be joined."),
    Stage.JOINING: N_("The pieces are being checked and joined."),
    Stage.JOINING_FAILED: N_("The pieces could not be joined yet. Nothing was lost."),
    Stage.BROKEN: N_("The pieces do not fit together. Nothing was deleted; a person must look into it."),
    Stage.STORED: N_("The recording is kept as an education record."),
}


def sentence_of(stage: Stage, delivered: int, promised: int | None, heard_at: datetime | None = None) -> str:
    """One plain sentence; `delivered` of `promised` pieces have arrived (`promised` is None before the kiosk has closed).

    `heard_at` is the kiosk's newest sign, told when it is silent.
    """
    if stage is Stage.NOT_HEARD_FROM and heard_at is not None:
        return _silence_since(heard_at, delivered)
    if stage is Stage.DELIVERING and promised is not None:
        return _("The kiosk is delivering: %(delivered)s of %(promised)s pieces have arrived.", delivered=delivered, promised=promised)
    return _(OF_STAGES[stage])


def nothing_recorded() -> str:
    """Of a room that was armed for a meeting whose planned time is over, and never began (G5.a)."""
    return _("The meeting’s planned time is over, and nothing was recorded in the room.")


def _silence_since(heard_at: datetime, delivered: int) -> str:
    when = f"{format_date(heard_at, 'medium')}, {format_time(heard_at, 'short')}"
    return _(
        "The kiosk has not been heard from since %(when)s. %(delivered)s pieces have arrived and are kept; the rest lie on the kiosk. "
        "Switch it on and connect it to the network.",
        when=when, delivered=delivered,
    )  # fmt: skip


def stood_down(reason: StandDown) -> str:
    """Of a room that was armed and is not to begin."""
    if reason is StandDown.CANCELLED:
        return _("The meeting was cancelled, so the room is not armed. Nothing was recorded.")
    return _("There is no notice for this meeting any more, so the room is not armed. Nothing was recorded.")


def uncertain_since(heard_at: datetime) -> str:
    """Of a room that was recording when its kiosk fell silent: a broken network loses nothing, a dead kiosk loses the meeting (G5.a)."""
    when = f"{format_date(heard_at, 'medium')}, {format_time(heard_at, 'short')}"
    return _("The room was recording, but its kiosk has not been heard from since %(when)s. Please look in the room whether it still records.", when=when)


def overtaken() -> str:
    """What became of an armed recording whose meeting the room recorded under another one."""
    return _("Nothing was recorded here: the room had begun another recording of this meeting on the spot, and that one counts.")


def why_not_armed_again(answer: ArmingAgain) -> str:
    """Why the room of a recording's meeting is not armed once more."""
    if answer is ArmingAgain.DAY_OVER:
        return _("The day of this meeting is over, so its room is not armed again.")
    return _("A recording of this meeting is still open. The room can be armed again once the kiosk has closed it.")
