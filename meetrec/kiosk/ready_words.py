"""Words that are offered ready-made and chosen by a tap: kept in the record in English whatever the screen speaks, read in the reader's own language."""

from flask_babel import force_locale, lazy_gettext

LANGUAGE_OF_RECORD = "en_US"

WHO_LEADS = lazy_gettext("The person who leads the meeting")

# Why a microphone may stay unheard before the start (peers 17).
REASONS = {
    "nobody_sits_there": lazy_gettext("Start: nobody sits there"),
    "they_speak_later": lazy_gettext("Start: they speak later"),
    "microphone_broken": lazy_gettext("Start: that microphone does not work"),
}

QUICK_NOTES = {
    "came_in": lazy_gettext("Somebody came in"),
    "left": lazy_gettext("Somebody left"),
    "noise": lazy_gettext("Noise in the room"),
    "disturbs": lazy_gettext("The recording disturbs the meeting"),
    "out_of_sight": lazy_gettext("The parent’s device is out of sight"),
    "stopped": lazy_gettext("The parent’s device was stopped"),
}


def as_kept(words: object) -> str:
    """Ready-made words as the record keeps them."""
    with force_locale(LANGUAGE_OF_RECORD):
        return str(words)


def as_read(text: str) -> str:
    """What the record keeps, for a reader: ready-made words in the reader's language, whatever a person wrote as it was written."""
    ready = (WHO_LEADS, *REASONS.values(), *QUICK_NOTES.values())
    with force_locale(LANGUAGE_OF_RECORD):
        known = {str(words): words for words in ready}
    return str(known.get(text, text))
