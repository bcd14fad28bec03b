"""What the forms of the room's screen say, and which sentence names what is missing."""

import pytest

from meetrec.capture.room_contents import OBJECTORS, PRESENT_ROLES, RECORDER_ROLES
from meetrec.kiosk import questions, sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.forms import Asked, TypedBefore, asked_from, closing_from, opening_from, statement_from
from meetrec.kiosk.opening import Closing, Present

YES = {"parent_records": "yes", "asked_by": "Laura Bennett", "device": "notice", "in_plain_sight": "yes"}
ASKED = Asked("yes", "Laura Bennett", "iPhone", True, True)


@pytest.mark.requirement("G6.b")
@pytest.mark.parametrize(
    ("typed", "noticed", "device", "is_as_in_notice"),
    [
        ({"device": "notice"}, "iPhone", "iPhone", True),
        ({"device": "telephone"}, "iPhone", "Telephone", False),
        ({"device": "telephone"}, "", "Telephone", None),
        ({"device": "other", "other_device": "  IPHONE "}, "iPhone", "IPHONE", True),
        ({"device": "other", "other_device": "a\x00 small\nrecorder"}, "", "a small recorder", None),
    ],
)
def test_device_is_held_against_the_notice_and_never_refused(typed: dict[str, str], noticed: str, device: str, is_as_in_notice: bool | None) -> None:
    asked = asked_from({**YES, **typed}, noticed)
    assert (asked.device, asked.device_as_in_notice) == (device, is_as_in_notice)


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"parent_records": "perhaps"}, sentences.PARENT_NOT_ASKED),
        ({"asked_by": "  "}, sentences.NOBODY_ASKED),
        ({"device": ""}, sentences.NO_DEVICE),
        ({"device": "other", "other_device": " "}, sentences.NO_DEVICE),
        ({"device": "notice"}, sentences.NO_DEVICE),  # the notice named none
        ({"device": "tablet", "in_plain_sight": ""}, sentences.DEVICE_NOT_LOOKED_FOR),
    ],
)
def test_first_step_names_what_is_missing(typed: dict[str, str], sentence: object) -> None:
    with pytest.raises(ActionRefused, match=str(sentence).replace("?", r"\?")):
        asked_from({**YES, **typed}, "")


@pytest.mark.parametrize("answer", ["no", "declined"])
def test_parent_who_does_not_record_has_no_device_to_name(answer: str) -> None:
    assert asked_from({"parent_records": answer, "asked_by": "Laura Bennett", "device": "tablet"}, "iPhone") == Asked(answer, "Laura Bennett", "", None, None)


def test_people_are_counted_by_role_and_place() -> None:
    typed = {"table-parent": "2", "line-interpreter": "1", "table-nurse": "0", "table-advocate": "-1", "line-nurse": "many", "table-king": "1"}
    opening = opening_from(ASKED, {**typed, "everyone_told": "yes"})
    assert opening.present == (Present("parent", "table", 2), Present("interpreter", "line", 1))


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"everyone_told": "yes"}, sentences.NOBODY_PRESENT), ({"table-parent": "1"}, sentences.NOT_EVERYONE_TOLD)],
)
def test_second_step_names_what_is_missing(typed: dict[str, str], sentence: object) -> None:
    with pytest.raises(ActionRefused, match=str(sentence)):
        opening_from(ASKED, typed)


@pytest.mark.requirement("G2")
def test_notice_on_the_spot_needs_neither_device_nor_reason() -> None:
    statement = statement_from({"recorder_name": " Laura  Bennett ", "recorder_role": "parent", "reason": " "}, "es")
    assert (statement.recorder_name, statement.device, statement.reason, statement.language) == ("Laura Bennett", "", None, "es")


@pytest.mark.requirement("G6.c")
def test_closing_needs_both_answers_and_no_note() -> None:
    assert closing_from({"in_plain_sight": "no", "district_copy_complete": "no"}) == Closing("no", "", district_copy_complete=False)
    for typed in ({"in_plain_sight": "no"}, {"district_copy_complete": "yes"}):
        with pytest.raises(ActionRefused, match="Say whether"):
            closing_from(typed)


def test_what_was_typed_is_kept_by_page_without_the_screens_own_token() -> None:
    typed = TypedBefore()
    typed.keep("/one", {"text": "words", "form_token": "secret"})
    typed.keep("/two", {"text": "others"})
    assert typed.on("/one") == {"text": "words"}
    typed.forget("/one")
    assert (typed.on("/one"), typed.on("/two")) == ({}, {"text": "others"})
    typed.forget()
    assert typed.on("/two") == {}


def test_every_role_has_its_words() -> None:
    assert tuple(questions.ROLES) == PRESENT_ROLES
    assert tuple(questions.RECORDERS) == RECORDER_ROLES
    assert tuple(questions.OBJECTORS) == OBJECTORS
