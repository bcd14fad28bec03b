"""What the collector prints, as PDF/UA: the paper that people sign by hand, and the statement that everybody has signed."""

from collections.abc import Mapping
from datetime import datetime

from flask import Response, make_response
from flask_babel import gettext as _

from meetrec.consents import texts
from meetrec.consents.actions import NotAnswered
from meetrec.consents.collector import SignsAs, Way
from meetrec.consents.queries import RequestShown
from meetrec.meetings.forms import KIND_WORDS
from meetrec.platform.letters import letter_pdf


def blank_form(shown: RequestShown, language: str) -> bytes:
    """The paper with everybody on the list, also those who are not taken over yet."""
    names = [*(one.person.name for one in shown.speakers), *(one.name for one in shown.at_the_table)]
    return letter_pdf("dissemination_form", language, **_about(shown), speakers=names)


def statement(shown: RequestShown, now: datetime, language: str) -> bytes:
    """Who signed, when and how. Raises NotAnswered while it is not complete, or once it is closed."""
    if shown.request.closed_at is not None or not shown.standing.is_complete:
        raise NotAnswered(_("Not everybody who can be heard has signed, so there is no statement yet."))
    signed = [
        (one.person.name, one.newest.signer, texts.SIGNS_AS_WORDS[SignsAs(one.newest.signs_as)], one.newest.signed_on, texts.WAY_WORDS[Way(one.newest.way)])
        for one in shown.speakers
        if one.newest
    ]
    return letter_pdf("dissemination_statement", language, **_about(shown), signed=signed, as_of=now)


def download(content: bytes, name: str) -> Response:
    """A PDF as a file to keep; it is no browser's to keep."""
    answer = make_response(content)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _about(shown: RequestShown) -> Mapping[str, object]:
    meeting = shown.request.meeting
    return {
        "kind": KIND_WORDS[meeting.kind], "start": meeting.start, "school": meeting.room.school.name, "asked_by": shown.request.asked_by,
        "text": texts.text_of(shown.request), "text_version": shown.request.text_version,
    }  # fmt: skip
