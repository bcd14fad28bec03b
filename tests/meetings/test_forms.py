"""What the form of a new meeting accepts, and what it says of the rest."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from meetrec.meetings.actions import MeetingPlan
from meetrec.meetings.forms import MeetingForm
from meetrec.meetings.models import MeetingKind

TYPED = {"kind": "IEP", "student": "s1", "room": "r1", "day": "10/16/2026", "start": "2:30 PM", "end": "15:45"}
Sent = Callable[..., Any]


@pytest.fixture
def filled(sent: Sent, now: datetime) -> Callable[[dict[str, str]], MeetingForm]:
    """The form with some fields typed otherwise."""
    return lambda changed: sent(lambda: MeetingForm(now, "America/Chicago", [("s1", "Rivera, Mateo")], [("r1", "Room A")]), {**TYPED, **changed})


def test_typed_meeting_becomes_a_plan(filled: Callable[[dict[str, str]], MeetingForm]) -> None:
    form = filled({})
    assert form.validate(), form.errors
    start, end = datetime(2026, 10, 16, 19, 30, tzinfo=UTC), datetime(2026, 10, 16, 20, 45, tzinfo=UTC)
    assert form.plan() == MeetingPlan(MeetingKind.IEP, "s1", "r1", start, end)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("kind", "", "Choose IEP or Section 504."),
        ("student", "", "Choose the pupil."),
        ("student", "s2", "Choose the pupil."),
        ("room", "r2", "Choose the room."),
        ("day", "2026-02-31", "There is no such date. Write month, day and year, such as 10/13/2026."),
        ("day", "10/12/2026", "This date has passed."),
        ("day", "10/15/2027", "This date is more than a year away."),
        ("day", "", "Enter the date of the meeting."),
        ("start", "", "Enter the time of the meeting."),
        ("start", "half past two", "There is no such time."),
        ("end", "2:30 PM", "The meeting must end after it starts."),
        ("end", "1:00 PM", "The meeting must end after it starts."),
    ],
)
def test_each_bad_input_gets_one_plain_sentence(filled: Callable[[dict[str, str]], MeetingForm], field: str, text: str, sentence: str) -> None:
    form = filled({field: text})
    assert not form.validate()
    assert list(form.errors) == [field]
    assert form[field].errors[0].startswith(sentence)


@pytest.mark.requirement("G0.3")
@pytest.mark.parametrize("kind", ["BOARD_MEETING", "DISCIPLINE", "iep"])
def test_other_kinds_of_meeting_are_pointed_to_the_policy(filled: Callable[[dict[str, str]], MeetingForm], kind: str) -> None:
    form = filled({"kind": kind})
    assert not form.validate()
    assert "recording policy" in form.kind.errors[0]


def test_today_is_not_yet_past(filled: Callable[[dict[str, str]], MeetingForm]) -> None:
    assert filled({"day": "10/13/2026", "start": "8:00 AM"}).validate()


@pytest.mark.parametrize(
    ("field", "text", "control"), [("day", "2026-02-31", "text"), ("day", "10/16/2026", "date"), ("start", "noon", "text"), ("end", "4 pm", "time")]
)
def test_unreadable_text_is_shown_in_a_plain_field_that_keeps_it(filled: Callable[[dict[str, str]], MeetingForm], field: str, text: str, control: str) -> None:
    form = filled({field: text})
    form.validate()
    assert form[field].input_type == control
    shown = form[field](type=form[field].input_type)
    assert (f'value="{text}"' in shown) == (control == "text")
