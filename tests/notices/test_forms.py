"""What the parent's form accepts, and what it says of the rest."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from meetrec.notices.forms import OTHER_PLACE, QUESTIONS, MoreForm, NoticeForm, questions_of
from meetrec.notices.models import RecorderRole
from meetrec.notices.opened_forms import OpenedForm

TYPED = {
    "recorder_name": "Ana Rivera", "recorder_role": "parent", "student_name": "Mateo Rivera", "school": "Lincoln Elementary",
    "meeting_date": "2026-10-14", "meeting_time": "10:00",
}  # fmt: skip
OPTIONAL = ("device", "accommodation_request", "email")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OPENED = OpenedForm("key", "n" * 40, LONG_AGO)
Filled = Callable[..., NoticeForm]


@pytest.fixture
def filled(sent: Callable[..., Any], now: datetime) -> Filled:
    """The form with some fields typed otherwise; it is the morning of 13 October 2026."""
    return lambda **changed: sent(lambda: NoticeForm(now, "America/Chicago", ["Lincoln Elementary"], OPENED), {**TYPED, "nonce": OPENED.text, **changed})


@pytest.mark.requirement("G1.a")
def test_statement_is_what_was_typed(filled: Filled) -> None:
    form = filled(device="my  telephone\x00", accommodation_request="a\r\nb", recorder_role="eligible_student", email=" ana@example.org ")
    assert form.validate_on_submit(), form.errors
    said = form.statement("es")
    assert (said.recorder_name, said.student_name, said.school_name, said.device) == ("Ana Rivera", "Mateo Rivera", "Lincoln Elementary", "my telephone")
    assert (said.meeting_date, said.meeting_time, said.language) == (date(2026, 10, 14), time(10), "es")
    assert (said.reason, said.accommodation_request, said.needs_recording_to_understand) == (None, "a\nb", False)
    assert form.email.data == "ana@example.org"
    assert said.recorder_role is RecorderRole.ELIGIBLE_STUDENT


@pytest.mark.requirement("G2")
@pytest.mark.requirement("G6.b")
def test_device_help_and_address_may_stay_empty_and_are_marked_so(filled: Filled) -> None:
    form = filled()
    assert form.validate_on_submit()
    assert not any(form[name].flags.required for name in OPTIONAL)
    assert all(form[name].flags.required for name in TYPED)


@pytest.mark.requirement("G1.a")
@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("recorder_name", "  ", "Enter your name."),
        ("recorder_name", "n" * 121, "This is longer than 120 characters."),
        ("student_name", "", "Enter the pupil's name."),
        ("student_name", "n" * 161, "This is longer than 160 characters."),
        ("school", "", "Choose a school"),
        ("school", "Hogwarts", "Choose a school"),
        ("meeting_date", "", "Enter the date of the meeting."),
        ("meeting_date", "2026-02-31", "There is no such date."),
        ("meeting_date", "31/02/2026", "There is no such date."),
        ("meeting_date", "soon", "There is no such date."),
        ("meeting_date", "2026-10-12", "This date has passed."),
        ("meeting_date", "0001-01-01", "This date has passed."),
        ("meeting_date", "2027-10-15", "This date is more than a year away."),
        ("meeting_date", "9999-12-31", "This date is more than a year away."),
        ("meeting_time", "", "Enter the time of the meeting."),
        ("meeting_time", "25:00", "There is no such time."),
        ("device", "d" * 121, "This is longer than 120 characters."),
        ("accommodation_request", "r" * 2001, "This is longer than 2000 characters."),
        ("email", "ana", "This is not an e-mail address."),
        ("email", "ana@example", "This is not an e-mail address."),
        ("email", "ana@example.org, luis@example.org", "This is not an e-mail address."),
        ("email", f"{'a' * 65}@example.org", "This is not an e-mail address."),
    ],
)
def test_each_bad_input_gets_one_plain_sentence_and_keeps_what_was_typed(filled: Filled, field: str, text: str, sentence: str) -> None:
    form = filled(**{field: text})
    assert not form.validate_on_submit()
    assert list(form.errors) == [field]
    assert form[field].errors[0].startswith(sentence)
    assert field == "school" or text.strip() in str(form[field]())


@pytest.mark.requirement("G4")
@pytest.mark.parametrize("role", ["", "advocate", "attorney", "relative", "student", "staff", "PARENT"])
def test_only_parent_guardian_or_eligible_student_may_give_notice(filled: Filled, role: str) -> None:
    form = filled(recorder_role=role)
    assert not form.validate_on_submit()
    assert "parent, a legal guardian or a student who is 18 or older" in form.recorder_role.errors[0]


@pytest.mark.requirement("G3")
def test_form_has_no_way_to_ask_for_video(filled: Filled) -> None:
    assert not any("video" in f"{field.name} {field.label.text}".lower() for field in filled())


@pytest.mark.requirement("B-08")
@pytest.mark.parametrize("field", ["recorder_name", "student_name", "device", "accommodation_request"])
def test_social_security_number_is_refused_before_it_is_stored(filled: Filled, field: str) -> None:
    form = filled(**{field: "mine is 123-45-6789"})
    assert not form.validate_on_submit()
    assert "looks like a social security number" in form[field].errors[0]


def test_later_today_and_earlier_today_are_both_fine(filled: Filled) -> None:
    assert filled(meeting_date="2026-10-13", meeting_time="17:00").validate_on_submit()
    assert filled(meeting_date="2026-10-13", meeting_time="8:00 AM").validate_on_submit()


def test_parent_who_does_not_know_the_school_can_say_so(filled: Filled) -> None:
    form = filled(school=OTHER_PLACE)
    assert form.validate_on_submit()
    assert form.statement("en").school_name == OTHER_PLACE


def test_line_that_only_programs_fill_in_sends_nothing_and_is_emptied(filled: Filled) -> None:
    form = filled(website="https://spam.example")
    assert not form.validate_on_submit()
    assert "send it once more" in str(form.form_errors[0])
    assert "spam" not in str(form.website())


@pytest.mark.requirement("B-09")
def test_number_of_immigration_papers_is_refused_before_it_is_stored(filled: Filled) -> None:
    form = filled(accommodation_request="my number is A123456789")
    assert not form.validate_on_submit()
    assert "looks like a number of immigration papers" in form.accommodation_request.errors[0]


@pytest.mark.requirement("G1.a")
@pytest.mark.requirement("B-09")
def test_form_asks_nine_questions_and_none_of_citizenship(filled: Filled) -> None:
    asked = questions_of(filled())
    assert tuple(field.name for field in asked) == QUESTIONS
    assert len(asked) == 9
    assert not any(word in f"{field.name} {field.label.text}".lower() for field in asked for word in ("citizen", "immigra", "social", "visa", "birth"))


@pytest.mark.requirement("G2")
@pytest.mark.requirement("NOTE.4")
def test_everything_on_the_second_screen_is_optional(sent: Callable[..., Any]) -> None:
    form = sent(MoreForm, {})
    assert form.validate_on_submit()
    assert not any(field.flags.required for field in questions_of(form))
