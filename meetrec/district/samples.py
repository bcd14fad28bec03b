"""What each mail and letter is filled with, shown on the demonstration district: the previews are made of it, and callers read here what a template needs."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace

from flask_babel import lazy_gettext

IN_TIME = lazy_gettext("Your notice arrived in time.")
PUPIL = "Mateo Rivera"
REFERENCE = "RK4T-7QX2"

Sample = Callable[[datetime], Mapping[str, object]]

# Mail → what `put_mail` is handed besides template, address, language and subject. `now`: any aware moment.
MAIL_SAMPLES: dict[str, Sample] = {
    # confirm_link: None where the settings name no public address
    "notice_received": lambda now: {"reference": REFERENCE, "received_at": now, "status_sentence": IN_TIME, "confirm_link": _address("/notice/address/…")},
    # school and starts, here and below: None where neither place nor time is told
    "notice_matched": lambda now: {"reference": REFERENCE, "school": "Lincoln Elementary", "start": _in_days(now, 3), "status_sentence": IN_TIME},
    "meeting_moved": lambda now: {
        "reference": REFERENCE,
        "school": "Lincoln Elementary",
        "old_start": _in_days(now, 3),
        "new_start": _in_days(now, 4),
        "status_sentence": IN_TIME,
    },
    "meeting_cancelled": lambda now: {"reference": REFERENCE, "school": "Lincoln Elementary", "start": _in_days(now, 3)},
    "account_invited": lambda now: {"name": "Laura Bennett", "link": _address("/invitation/…"), "expires_at": _in_days(now, 2)},
    "identity_code_made": lambda now: {"made_at": now, "is_posted": False},
    "second_factor_removed": lambda now: {"name": "Laura Bennett", "removed_at": now},
    "custodian_missing": lambda now: {"places": ["Lincoln Elementary"]},  # names of schools, and the district's own
    "training_ends": lambda now: {"name": "Laura Bennett", "ends_on": _in_days(now, 30).date()},
}

# Letter → what `letter_pdf` is handed besides template and language.
LETTER_SAMPLES: dict[str, Sample] = {
    # said: what the notice says, in order, with the names of the fields; link and file_sha256 may be None; rules: those it was held against, in words
    "receipt": lambda now: {
        "reference": REFERENCE,
        "version": 1,
        "received_at": now,
        "entered_at": now,
        "deadline": _in_days(now, 2),
        "rules": lazy_gettext("State profile Missouri, version 1"),
        "status_sentence": IN_TIME,
        "said": [(lazy_gettext("Pupil"), PUPIL), (lazy_gettext("School"), "Lincoln Elementary")],
        "link": _address("/notice/receipt/…"),
        "file_sha256": "0" * 64,
        "news": SimpleNamespace(is_cancelled=False, is_moved=False, new_start=None, stays_in_time=False),  # notices/meeting_news.py
    },
    # address: lines as on the envelope, without the name; empty for a code that is handed over; begin_link may be None; is_student: it is the student's own
    "identity_code": lambda now: {
        "name": "Ana Rivera",
        "address": "12 Oak Street\nSpringfield, MO 65801",
        "code": "ABCD-EFGH-JKLM-NPQR-STVW",
        "expires_at": _in_days(now, 30),
        "begin_link": _address("/family/begin"),
        "is_student": False,
    },
    # kind: words; text: the paragraphs that are signed, of version text_version
    "dissemination_form": lambda now: {
        "kind": "IEP",
        "start": _in_days(now, 3),
        "school": "Lincoln Elementary",
        "asked_by": "Ana Rivera",
        "speakers": ["Laura Bennett", "David Cho", "Helen Marsh"],
        "text": [lazy_gettext("A parent wishes to pass on their own recording of this meeting. You can be heard in it.")],
        "text_version": "1",
    },
    # signed: who can be heard, who signed, as whom, on which day, how; text: the paragraphs that were signed
    "dissemination_statement": lambda now: {
        "kind": "IEP",
        "start": _in_days(now, -3),
        "school": "Lincoln Elementary",
        "asked_by": "Ana Rivera",
        "signed": [
            ("Laura Bennett", "Laura Bennett", lazy_gettext("For themself"), now.date(), lazy_gettext("Signed in")),
            (PUPIL, "Ana Rivera", lazy_gettext("Parent or guardian, for the child"), now.date(), lazy_gettext("On paper")),
        ],
        "text": [lazy_gettext("A parent wishes to pass on their own recording of this meeting. You can be heard in it.")],
        "text_version": "1",
        "as_of": now,
    },
    # reference and status_sentence: None where no notice was given; school, room and both starts: None where they are not told
    "meeting_moved": lambda now: {
        "name": "Ana Rivera",
        "pupil": PUPIL,
        "old_start": _in_days(now, 3),
        "new_start": _in_days(now, 4),
        "school": "Lincoln Elementary",
        "room": "Conference Room A",
        "reference": REFERENCE,
        "status_sentence": IN_TIME,
    },
    # start and school may be None, where neither is told; reference: None where no notice was given
    "meeting_cancelled": lambda now: {
        "name": "Ana Rivera",
        "pupil": PUPIL,
        "start": _in_days(now, 3),
        "school": "Lincoln Elementary",
        "reference": REFERENCE,
    },
    # rule: “start_time” or “date”; notice_link and policy_pointer may be None
    "notice_rules": lambda now: {"rule": "start_time", "notice_link": _address("/notice"), "policy_pointer": None},
}


def _in_days(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def _address(path: str) -> str:
    return f"https://meetrec.example{path}"
