"""The words in which notices are told to parents and to staff. Each list is complete; a test holds it so."""

from flask_babel import lazy_gettext

from meetrec.notices.actions import MatchOutcome
from meetrec.notices.matching import Agreement
from meetrec.notices.models import RecorderRole
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.status_words import FOR_PARENTS as FOR_PARENTS

ROLES = {
    RecorderRole.PARENT: lazy_gettext("Parent"),
    RecorderRole.LEGAL_GUARDIAN: lazy_gettext("Legal guardian"),
    RecorderRole.ELIGIBLE_STUDENT: lazy_gettext("The student, 18 or older"),
}

FOR_STAFF = {
    NoticeStatus.TIMELY: lazy_gettext("In time"),
    NoticeStatus.LATE_ACCEPTED: lazy_gettext("Late, accepted"),
    NoticeStatus.LATE_NEEDS_REVIEW: lazy_gettext("Late, to be looked at"),
    NoticeStatus.ON_THE_SPOT: lazy_gettext("Given on the spot"),
    NoticeStatus.WITHDRAWN: lazy_gettext("Withdrawn by the parent"),
}

# What the desk advises; empty where nothing special is to be done.
WHAT_TO_DO = {
    NoticeStatus.TIMELY: "",
    NoticeStatus.LATE_ACCEPTED: lazy_gettext(
        "Tell the chair today: the parent will record, and the notice came late. The room is armed as for any other notice."
    ),
    NoticeStatus.LATE_NEEDS_REVIEW: lazy_gettext(
        "Speak with the parent before the meeting and ask the director how to go on. Arm the room all the same, "
        "so that the district has its own copy if the parent records."
    ),
    NoticeStatus.ON_THE_SPOT: lazy_gettext("The parent may be recording already. See that the room begins the district's own copy at once."),
    NoticeStatus.WITHDRAWN: lazy_gettext("The parent will not record. No room is armed for this notice."),
}

# The same of a notice that is matched to no meeting yet, where the other sentence would speak of a meeting and a room that nobody chose.
STATUS_BEFORE_MATCHING = {
    **FOR_STAFF,
    NoticeStatus.ON_THE_SPOT: lazy_gettext("Names an hour that has passed"),
}
WHAT_TO_DO_BEFORE_MATCHING = {
    **WHAT_TO_DO,
    NoticeStatus.LATE_ACCEPTED: lazy_gettext("Tell the chair today: the parent will record, and the notice came late. Match it, so that the room is armed."),
    NoticeStatus.ON_THE_SPOT: lazy_gettext("Look whether this meeting takes place now or is still to come, and match the notice. No room is armed for it yet."),
}

AGREEMENTS = {
    Agreement.SAME_PUPIL: lazy_gettext("same pupil"),
    Agreement.SIMILAR_PUPIL: lazy_gettext("similar name"),
    Agreement.SAME_DAY: lazy_gettext("same day"),
    Agreement.NEXT_DAY: lazy_gettext("one day apart"),
    Agreement.SAME_TIME: lazy_gettext("same time"),
    Agreement.CLOSE_TIME: lazy_gettext("within an hour"),
    Agreement.SAME_SCHOOL: lazy_gettext("same school"),
}

OUTCOMES = {
    MatchOutcome.ARMED: lazy_gettext("The notice is matched, and the room is armed for the meeting."),
    MatchOutcome.ATTACHED: lazy_gettext("The notice is matched. The room was armed for this meeting before and stays so."),
    MatchOutcome.MEETING_OVER: lazy_gettext("The notice is matched. The day of the meeting has passed, so no room was armed."),
    MatchOutcome.MATCHED_BEFORE: lazy_gettext("This notice was matched to a meeting before. Nothing was changed."),
}
