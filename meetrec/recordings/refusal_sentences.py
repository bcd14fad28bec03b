"""What desk and page say of a delivery that the server refuses: what it is, and what a person can do, in the reader's language (G5.b)."""

from collections.abc import Iterable

from flask_babel import gettext
from sqlalchemy.orm import Session

from meetrec.recordings.models import Recording, RefusedDelivery
from meetrec.recordings.refused_deliveries import standing_refusals


def _(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return str(gettext(text, **values))


def of_recording(session: Session, recording: Recording) -> list[str]:
    """A sentence for each place where a kiosk's delivery of this recording stands."""
    return sentences_of(standing_refusals(session, recording))


def sentences_of(refused: Iterable[RefusedDelivery]) -> list[str]:
    """These refusals, one sentence each."""
    return [_("The kiosk’s delivery is refused: %(what)s %(why)s", what=_what(one), why=_why(one.reason)) for one in refused]


def _what(one: RefusedDelivery) -> str:
    if one.place == "chain":
        return _("piece %(number)s of microphone %(microphone)s", number=one.position, microphone=one.microphone)
    if one.place == "room":
        return _("entry %(number)s of the room’s log", number=one.position)
    return _("the statement at the end of the recording") if one.place == "closing" else _("the statement at the beginning of a run")


def _why(reason: str) -> str:
    """Nothing that is refused is lost: it stays on the kiosk."""
    return {
        "wrong_signature": _("is not signed by this kiosk, or was altered. It stays on the kiosk; call whoever looks after it."),
        "out_of_order": _("does not follow what came before it. It stays on the kiosk; call whoever looks after it."),
        "damaged": _("is damaged or was altered. It stays on the kiosk; call whoever looks after it."),
        "other_bytes": _("came before with other bytes, and the first ones stay. Call whoever looks after the kiosk."),
        "other_district_key": _("was sealed to another district key. It stays on the kiosk; call the administrator."),
        "no_kiosk_key": _("is not signed, because the kiosk was enrolled before kiosks signed. Have the administrator enrol it anew; it keeps what it holds."),
        "closed": _("comes after the recording was closed. It stays on the kiosk; call whoever looks after it."),
    }.get(reason, _("does not fit what was delivered before. It stays on the kiosk; call whoever looks after it."))
