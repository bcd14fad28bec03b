"""The chair's checklist: what must be asked before a recording may start, and what the kiosk remembers of it."""

import json
from dataclasses import replace

import pytest

from meetrec.capture.room_contents import require_content
from meetrec.kiosk import sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.opening import Closing, OnTheSpotStatement, OpeningState, Present, written_text
from meetrec.platform import clock
from tests.fixtures.kiosk import OPENING, OTHER_MEETING

STATEMENT = OnTheSpotStatement(" Mother of Mateo ", "parent", " a phone ", "es", "  ")
NOW = clock.now()


@pytest.mark.requirement("G6.a", "G6.b", "G6.c")
def test_complete_opening_lets_the_recording_start() -> None:
    require_content("opening", OPENING.content())
    assert OPENING.state(NOW).missing is None


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"device": " "}, sentences.NO_DEVICE), ({"in_plain_sight": None}, sentences.DEVICE_NOT_LOOKED_FOR), ({"present": ()}, sentences.NOBODY_PRESENT),
        ({"everyone_told": False}, sentences.NOT_EVERYONE_TOLD), ({"parent_records": "no", "device": "", "everyone_told": False}, sentences.NOT_EVERYONE_TOLD),
    ],
)  # fmt: skip
def test_first_thing_that_is_missing_is_named(changes: dict, sentence: object) -> None:
    assert replace(OPENING, **changes).state(NOW).missing == sentence


@pytest.mark.requirement("G6.b", "G6.c", "G7")
@pytest.mark.parametrize("changes", [{"device_as_in_notice": False}, {"in_plain_sight": False}, {"parent_records": "declined", "device": ""}])
def test_another_device_or_one_out_of_sight_is_noted_and_never_a_reason_to_refuse(changes: dict) -> None:
    assert replace(OPENING, **changes).state(NOW).is_complete


@pytest.mark.parametrize(
    "changes",
    [{"parent_records": "perhaps"}, {"asked_by": " "}, {"asked_by": "x" * 121}, {"device": "x" * 121}, {"present": (Present("Mateo", "table", 1),)}],
)
def test_opening_that_was_not_asked_or_names_people_is_refused(changes: dict) -> None:
    with pytest.raises(ActionRefused):
        replace(OPENING, **changes).content()


@pytest.mark.requirement("W-01")
def test_what_is_remembered_holds_no_free_text_and_reads_back() -> None:
    state = OPENING.state(NOW)
    kept = json.dumps(state.as_json())
    assert "Laura" not in kept
    assert "phone" not in kept
    assert OpeningState.from_json(json.loads(kept)) == state
    declined = replace(state, declined_at=NOW)
    assert OpeningState.from_json(declined.as_json()) == declined


@pytest.mark.requirement("G4")
def test_notice_is_given_by_a_parent_a_guardian_or_the_grown_student_alone() -> None:
    for role in ("parent", "legal_guardian", "eligible_student"):
        content = replace(STATEMENT, recorder_role=role).content(OTHER_MEETING, NOW.isoformat())
        require_content("notice", content)
        assert (content["recorder_name"], content["device"], content["reason"]) == ("Mother of Mateo", "a phone", None)
    for role in ("advocate", "attorney", "teacher", ""):
        with pytest.raises(ActionRefused, match="Only a parent"):
            replace(STATEMENT, recorder_role=role).content(OTHER_MEETING, NOW.isoformat())


@pytest.mark.parametrize("changes", [{"recorder_name": " "}, {"recorder_name": "x" * 121}, {"language": "xx"}, {"reason": "x" * 4001}])
def test_notice_with_something_missing_or_too_long_is_refused(changes: dict) -> None:
    with pytest.raises(ActionRefused):
        replace(STATEMENT, **changes).content(OTHER_MEETING, NOW.isoformat())


@pytest.mark.requirement("G6.c")
def test_closing_says_whether_the_device_stayed_in_plain_sight() -> None:
    for answer in ("yes", "no", "unknown"):
        require_content("closing", Closing(answer, " a note ").content())
    with pytest.raises(ActionRefused, match="stayed in plain sight"):
        Closing("").content()


def test_empty_note_is_no_note() -> None:
    assert written_text(" The phone rang. ", 20) == "The phone rang."
    for text in ("", " \n", "x" * 21):
        with pytest.raises(ActionRefused):
            written_text(text, 20)
