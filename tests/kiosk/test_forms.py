"""What the forms of the room's screen say, and which sentence names what is missing."""

import pytest

from meetrec.capture.room_contents import LARGEST_COUNT, OBJECTORS, PRESENT_ROLES, RECORDER_ROLES
from meetrec.kiosk import questions, sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.forms import MOST_OF_ONE_DUTY, Asked, TypedBefore, asked_from, closing_from, note_from, opening_from, reason_from, statement_from
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
    typed = {"table-parent": "2", "line-interpreter": "1", "table-nurse": "0", "table-advocate": "", "table-chair": "40", "table-king": "1"}
    opening = opening_from(ASKED, {**typed, "everyone_told": "yes"})
    assert opening.present == (Present("parent", "table", 2), Present("chair", "table", 40), Present("interpreter", "line", 1))


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize("count", ["41", "999", "9999999999", "-1", "many", "1.5", "٣"])
@pytest.mark.parametrize(("place", "where"), [("table", "at the table"), ("line", "by telephone or video")])
def test_count_that_cannot_be_is_refused_with_a_sentence_and_never_corrected_in_silence(count: str, place: str, where: str) -> None:
    with pytest.raises(ActionRefused, match=f"“Parent” {where}: write a whole number from 0 to 40. Nothing was changed."):
        opening_from(ASKED, {f"{place}-parent": count, "table-chair": "1", "everyone_told": "yes"})
    assert MOST_OF_ONE_DUTY <= LARGEST_COUNT  # what the log takes


def test_words_offered_for_who_asked_are_kept_in_the_records_language_and_own_words_as_typed() -> None:
    offered = {**YES, "asked_by": "Quien dirige la reunión", "asked_by_offered": "Quien dirige la reunión"}
    assert asked_from(offered, "iPhone").asked_by == "The person who leads the meeting"
    assert asked_from({**offered, "asked_by": "Laura Bennett"}, "iPhone").asked_by == "Laura Bennett"


def test_ready_made_note_and_reason_are_kept_in_words_and_others_as_written() -> None:
    assert note_from({"ready": "noise"}) == "Noise in the room"
    assert note_from({"ready": "nothing of ours", "text": "Ruido"}) == "Ruido"
    assert reason_from({"reason": "they_speak_later"}) == "Start: they speak later"
    assert (reason_from({"reason": "No habla nadie"}), reason_from({})) == ("No habla nadie", None)


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
