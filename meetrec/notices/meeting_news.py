"""What became of a notice's meeting since it was matched, as its family has to know it: moved, cancelled, and what that meant for the notice (G1.b, RN-05)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from meetrec.notices.givers import giver_of
from meetrec.notices.link_queries import tells_deadline
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus

# As the signed receipt gives it, which is read by programs and by people of any language.
STAYS_IN_TIME_SIGNED = "The district moved the meeting to an earlier time after the notice had been received, so the notice stays in time."


@dataclass(frozen=True)
class MeetingNews:
    """What is told of the meeting of a notice; nothing of one that takes place as it was planned."""

    is_cancelled: bool = False
    is_moved: bool = False
    new_start: datetime | None = None  # aware; None also where its time is not told to whoever gave the notice
    stays_in_time: bool = False  # the deadline of the new start lies before the receipt, by the district's own move


def news_of(session: Session, notice: Notice, on: date) -> MeetingNews:
    """As a mail to its family would tell it (`family_mail`).

    No time where a person should look at who gave the notice, and nothing at all to one whose rights a paper takes.
    """
    meeting = notice.meeting
    if meeting is None or giver_of(session, notice, meeting.student, on).is_told_nothing:
        return MeetingNews()
    if meeting.cancelled_at is not None or not meeting.moves:
        return MeetingNews(is_cancelled=meeting.cancelled_at is not None)
    tells = tells_deadline(session, notice, on)
    return MeetingNews(is_moved=True, new_start=meeting.start if tells else None, stays_in_time=tells and stays_in_time(notice))


def stays_in_time(notice: Notice) -> bool:
    """Whether a notice is in time although it came after the deadline of its meeting's new start."""
    return bool(notice.meeting and notice.meeting.moves) and notice.status == NoticeStatus.TIMELY and notice.received_at > notice.deadline
