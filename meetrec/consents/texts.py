"""What is signed, word for word: never changed, a new text is a new version. And the words for answers, ways and where a request stands."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from meetrec.consents.collector import Answer, CollectorStanding, SignsAs, Way
from meetrec.consents.models import DisseminationRequest

NEWEST_TEXT = "1"

# The one sentence that stands on every page and paper of the collector.
PARENTS_COPY_ALONE = lazy_gettext(
    "This is about the parent's own copy alone. It changes nothing about the district's recording, nor about who may hear it or is given it."
)


def _first_text(asked_by: str, purpose: str) -> Sequence[str]:
    return (
        _("%(asked_by)s has or will have a recording of this meeting of their own, and you can be heard in it.", asked_by=asked_by),
        _("%(asked_by)s asks you to agree that this recording, or what is said in it, is passed on to others.", asked_by=asked_by),
        _("To whom and what for, in the words of %(asked_by)s: %(purpose)s", asked_by=asked_by, purpose=purpose),
        _(
            "The district asks a parent to pass a recording on only with the written consent of everybody who can be heard. "
            "While one person has not signed, it is not complete."
        ),
        str(PARENTS_COPY_ALONE),
        _("You are free to say no. You need not give a reason, and it has no consequence for you or for a pupil."),
        _("If you sign, you can take it back where you signed until everybody has signed, and at the district office at any time."),
    )


TEXTS: dict[str, Callable[[str, str], Sequence[str]]] = {"1": _first_text}


def text_of(request: DisseminationRequest) -> Sequence[str]:
    """The paragraphs that are signed, in the reader's language."""
    return TEXTS[request.text_version](request.asked_by, request.purpose)


def hash_of_text(paragraphs: Sequence[str]) -> str:
    """SHA-256 (hex) of the words as somebody read them, paragraphs on lines of their own."""
    return sha256("\n".join(paragraphs).encode()).hexdigest()


ANSWER_WORDS = {
    Answer.SIGNED: lazy_gettext("Signed"),
    Answer.REFUSED: lazy_gettext("Does not agree"),
    Answer.WITHDRAWN: lazy_gettext("Took the signature back"),
}
NOT_ASKED = lazy_gettext("No answer yet")
WAY_WORDS = {
    Way.ON_PAPER: lazy_gettext("On paper"),
    Way.SIGNED_IN: lazy_gettext("Signed in"),
    Way.BY_LINK: lazy_gettext("At a private link"),
    Way.AT_THE_OFFICE: lazy_gettext("At the district office"),
}
SIGNS_AS_WORDS = {
    SignsAs.THEMSELF: lazy_gettext("For themself"),
    SignsAs.RIGHTS_HOLDER: lazy_gettext("Parent or guardian, for the child"),
    SignsAs.ELIGIBLE_STUDENT: lazy_gettext("The student"),
}


def sentence_of(standing: CollectorStanding, *, is_closed: bool = False) -> str:
    """Where a request stands, in one sentence that names nobody."""
    if is_closed:
        return _("This request is closed.")
    if standing.is_complete:
        return _("Everybody who can be heard has signed.")
    if not standing.everybody:
        return _("Nobody is on the list yet.")
    return _("%(signed)s of %(everybody)s have signed. It is not complete.", signed=len(standing.signed), everybody=standing.everybody)
