"""What a family takes away of its notice: the signed file, and the letter that names the file's SHA-256."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from flask_babel import format_date, format_time
from flask_babel import gettext as _

from meetrec.district.rules import InForce
from meetrec.district.words import which_rules
from meetrec.notices.forms import OTHER_PLACE
from meetrec.notices.meeting_news import STAYS_IN_TIME_SIGNED, MeetingNews, stays_in_time
from meetrec.notices.models import Notice
from meetrec.notices.receipt_keys import receipt_key
from meetrec.notices.receipts import Receipt, sign_receipt
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.status_words import FOR_PARENTS
from meetrec.notices.version_actions import what_it_says
from meetrec.notices.words import ROLES
from meetrec.platform.letters import letter_pdf
from meetrec.platform.settings import Settings


def receipt_of(notice: Notice, changed_at: datetime, settings: Settings, *, tells_deadline: bool) -> Receipt:
    """What the district states of the notice as it stands. `changed_at`: its last change, so that the same state gives the same file.

    `tells_deadline`: see `link_queries.tells_deadline`.
    """
    start_rule, date_rule = (notice.deadline_start_rule, notice.deadline_date_rule) if tells_deadline else (None, None)
    return Receipt(
        reference=notice.reference, version=notice.version, received_at=notice.received_at, entered_at=notice.entered_at, channel=notice.channel,
        said={name: _as_text(value) for name, value in what_it_says(notice).items() if value}, status=notice.status,
        deadline=notice.deadline if tells_deadline else None, deadline_start_rule=start_rule, deadline_date_rule=date_rule, profile=notice.profile,
        district=settings.district.name, zone=settings.district.zone, issued_at=changed_at,
        status_reason=STAYS_IN_TIME_SIGNED if tells_deadline and stays_in_time(notice) else "",
    )  # fmt: skip


def signed_file(notice: Notice, changed_at: datetime, settings: Settings, *, tells_deadline: bool) -> bytes:
    """The receipt as the file that anybody can check offline."""
    return sign_receipt(receipt_of(notice, changed_at, settings, tells_deadline=tells_deadline), receipt_key(settings))


def letter(
    notice: Notice, changed_at: datetime, settings: Settings, language: str, link: str | None, news: MeetingNews, rules: InForce, *,
    tells_deadline: bool,
) -> bytes:  # fmt: skip
    """The receipt as a PDF to print, in the language of whoever asks for it. `rules`: those the notice was held against."""
    return letter_pdf(
        "receipt", language, settings=settings, reference=notice.reference, version=notice.version, received_at=notice.received_at,
        entered_at=notice.entered_at, deadline=notice.deadline if tells_deadline else None, rules=which_rules(rules),
        status_sentence=FOR_PARENTS[NoticeStatus(notice.status)], said=said_lines(notice), link=link, news=news,
        file_sha256=sha256(signed_file(notice, changed_at, settings, tells_deadline=tells_deadline)).hexdigest(),
    )  # fmt: skip


def said_lines(notice: Notice) -> Sequence[tuple[str, str]]:
    """What the notice says, each line with its name, in the reader's language. What was not said is left out."""
    when = f"{format_date(notice.meeting_date, 'full', rebase=False)}, {format_time(notice.meeting_time, 'short', rebase=False)}"
    said = [
        (_("Who records"), f"{notice.recorder_name} ({ROLES[notice.recorder_role]})"),
        (_("Pupil"), notice.student_name),
        (_("School"), _("Another place, or not sure") if notice.school_name == OTHER_PLACE else notice.school_name),
        (_("Meeting"), when),
        (_("Device"), notice.device),
        (_("Interpreter or other needs"), notice.accommodation_request),
        (_("Reason"), notice.reason),
        (_("Needs the recording to understand the meeting"), _("Yes") if notice.needs_recording_to_understand else None),
        (_("Read what the district says about recordings by families"), _("Yes") if notice.acknowledged_at else None),
    ]
    return [(name, text) for name, text in said if text]


def _as_text(value: object) -> str:
    return "yes" if value is True else str(value)
