"""If the parent records, the district records: when its copy counts as missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meetrec.recordings.district_copy_rules import CopyFacts, CopyStanding, does_parent_record, is_half, standing_of, unheard_seconds

END = datetime(2026, 10, 13, 16, 0, tzinfo=UTC)
NOTICED = CopyFacts(END, has_standing_notice=True, room_answers=(), has_copy=False, is_explained=False)


@pytest.mark.requirement("G5.a")
def test_task_is_raised_at_the_planned_end_and_not_a_second_before() -> None:
    assert standing_of(NOTICED, END - timedelta(seconds=1)) is CopyStanding.NOT_DUE
    assert standing_of(NOTICED, END) is CopyStanding.MISSING


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("has_notice", "answers", "records"),
    [
        (True, (), True),
        (True, (None,), True),
        (True, ("declined",), True),
        (True, ("no",), False),
        (True, ("wanted",), True),
        (False, ("wanted", "no"), True),
        (False, ("no",), False),
        (False, (), False),
        (False, ("yes",), True),
        (True, ("no", "yes"), True),
        (True, ("yes", "no"), True),
    ],
)
def test_what_was_said_in_the_room_counts_before_the_notice(has_notice: bool, answers: tuple[str | None, ...], records: bool) -> None:
    assert does_parent_record(has_standing_notice=has_notice, room_answers=answers) is records
    facts = replace(NOTICED, has_standing_notice=has_notice, room_answers=answers)
    assert (standing_of(facts, END) is CopyStanding.MISSING) is records


@pytest.mark.requirement("G5.a")
def test_copy_that_comes_late_settles_the_task_whatever_was_answered() -> None:
    assert standing_of(replace(NOTICED, is_explained=True), END) is CopyStanding.EXPLAINED
    assert standing_of(replace(NOTICED, is_explained=True, has_copy=True), END) is CopyStanding.HERE
    assert standing_of(replace(NOTICED, has_copy=True), END) is CopyStanding.HERE


def gap(microphone: str, start: float, end: float, kind: str = "power") -> dict[str, object]:
    return {"microphone": microphone, "start": start, "end": end, "kind": kind}


@pytest.mark.requirement("G5.a")
def test_only_what_no_microphone_has_counts_as_unheard() -> None:
    both = [{"microphone": "table-1"}, {"microphone": "table-2"}]
    gaps = [gap("table-1", 10, 100), gap("table-2", 50, 200), gap("table-1", 300, 400, "pause"), gap("table-2", 300, 400, "pause")]
    assert unheard_seconds({"stretches": both, "gaps": gaps}) == 50
    assert unheard_seconds({"stretches": both, "gaps": [gap("table-1", 0, 500)]}) == 0
    assert unheard_seconds({"stretches": both, "gaps": []}) == 0


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("unheard", "duration", "expected"), [(None, 3600, False), (59, 600, False), (60, 600, True), (60, 3600, False), (180, 3600, True)])
def test_half_copy_is_one_without_sound_for_long(unheard: float | None, duration: float, expected: bool) -> None:
    assert is_half(unheard=unheard, duration=duration) is expected
