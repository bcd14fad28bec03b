"""Letters to families whom no mail tells that their meeting was moved or cancelled: who they are, and the letter to print."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.models import Meeting
from meetrec.meetings.queries import meeting_by_id
from meetrec.notices.moved_letters import Addressee, addressees, letter_to
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.web import NotFound, database, for_staff, settings

# Languages in the words of the page, not in their own; a test holds the list complete.
LETTER_WORDS = {"en": lazy_gettext("Letter in English"), "es": lazy_gettext("Letter in Spanish")}

blueprint = Blueprint("moved_letters", __name__)


@blueprint.get("/meetings/<uuid:meeting_id>/moved-letters")
@for_staff(*DESK_ROLES)
def page(meeting_id: UUID) -> ResponseReturnValue:
    """The families, each with the letter in both languages, their own first."""
    with database().reading() as session:
        meeting = _moved(session, meeting_id)
        whom = _addressees(session, meeting)
    return render_template("notices/moved_letters.html", meeting=meeting, addressees=whom, kinds=KIND_WORDS, letter_words=LETTER_WORDS)


@blueprint.get("/meetings/<uuid:meeting_id>/moved-letters/<string:kind>/<uuid:addressee_id>/<string:language>.pdf")
@for_staff(*DESK_ROLES)
def letter(meeting_id: UUID, kind: str, addressee_id: UUID, language: str) -> ResponseReturnValue:
    """The letter to print."""
    if language not in LANGUAGES:
        abort(404)
    with database().reading() as session:
        meeting = _moved(session, meeting_id)
        whom = next((one for one in _addressees(session, meeting) if (one.kind, one.id) == (kind, str(addressee_id))), None)
        if whom is None:
            abort(404)
        name = "cancelled" if meeting.cancelled_at else "moved"
        content = letter_to(session, meeting, whom, language, settings(), _today())
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f"inline; filename=meeting-{name}-{language}.pdf"})


def _moved(session: Session, meeting_id: UUID) -> Meeting:
    """Raises NotFound for a meeting that takes place as it was planned."""
    meeting = meeting_by_id(session, str(meeting_id))
    if not meeting.moves and meeting.cancelled_at is None:
        raise NotFound(_("This meeting was neither moved nor cancelled, so there is no letter to write."))
    return meeting


def _addressees(session: Session, meeting: Meeting) -> tuple[Addressee, ...]:
    return addressees(session, meeting, _today(), sends_mail=bool(settings().mail.host))


def _today() -> date:
    return clock.in_zone(clock.now(), settings().district.zone).date()
