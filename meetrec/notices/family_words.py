"""What families read on their own pages: why something is not shown, and kinds of meetings."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from meetrec.meetings.models import MeetingKind
from meetrec.notices.family_queries import NotShown
from meetrec.people.rights import Standing

KINDS = {MeetingKind.IEP: lazy_gettext("IEP meeting"), MeetingKind.SECTION_504: lazy_gettext("Section 504 meeting")}

# Without a word about papers, courts or other people: the office tells whoever asks (L-04, L-55).
WHY_NOT = {
    Standing.TRANSFERRED: lazy_gettext("The rights have moved to the student. Meetings and notices are shown to the student now."),
    Standing.CONFLICT: lazy_gettext("The district cannot show you the meetings of one child at the moment. The office tells you why."),
    Standing.EVIDENCE_MISSING: lazy_gettext("The district has to see a paper first that shows that you act for this child. Bring it to the office."),
    Standing.NOT_IN_FORCE: lazy_gettext("For one child the district does not have you on its list today. If that is wrong, tell the office."),
}
NOT_YET_OWN = lazy_gettext("Your own rights begin when you are 18 or attend a college. Until then your parents see your meetings.")


def why_not_shown(why: NotShown) -> str:
    """The sentence, with the child's name where it may stand there."""
    if why.is_own:
        return str(NOT_YET_OWN)
    sentence = str(WHY_NOT[why.standing])
    return _("%(name)s: %(sentence)s", name=why.name, sentence=sentence) if why.name else sentence
