"""What a notice's status means, in words for the family: on the receipt, in letters and in mails. A test holds the list complete."""

from flask_babel import lazy_gettext

from meetrec.notices.rules import NoticeStatus

# What the receipt says of the 24-hour rule. Late is never refused.
FOR_PARENTS = {
    NoticeStatus.TIMELY: lazy_gettext("Your notice arrived in time."),
    NoticeStatus.LATE_ACCEPTED: lazy_gettext("Your notice arrived after the 24-hour deadline. The district has accepted it."),
    NoticeStatus.LATE_NEEDS_REVIEW: lazy_gettext(
        "Your notice arrived after the 24-hour deadline. "
        "A person at the district will look at it and speak with you before the meeting. Nothing you asked for is lost."
    ),
    NoticeStatus.ON_THE_SPOT: lazy_gettext(
        "Your notice arrived when the meeting was due to have begun. Tell the person who leads the meeting that you are recording."
    ),
    NoticeStatus.WITHDRAWN: lazy_gettext("You withdrew this notice. You can give a new one at any time."),
}
