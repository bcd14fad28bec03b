"""State profiles: dated, versioned, complete, and refused with a sentence when they are not."""

from pathlib import Path

import pytest

from meetrec.platform.profiles import PROFILE_FOLDER, MultiStudentRule, NoticeRule, ProfileError, load_profile, profile_names


@pytest.mark.parametrize("name", profile_names())
def test_bundled_profile_loads_with_date_and_version(name: str) -> None:
    profile = load_profile(name)
    assert profile.version >= 1
    assert profile.effective.year >= 2021


@pytest.mark.requirement("X-1")
@pytest.mark.requirement("X-4")
@pytest.mark.requirement("X-6")
def test_missouri_and_california_differ_where_the_law_does() -> None:
    missouri, california = load_profile("missouri"), load_profile("california")
    assert missouri.notice.rule is NoticeRule.START_TIME
    assert not missouri.recording.parent_objection_stops_district_initiated
    assert california.recording.parent_objection_stops_district_initiated
    assert (missouri.multi_student_rule, california.multi_student_rule) == (
        MultiStudentRule.FERPA_WHOLE_ITEM,
        MultiStudentRule.OWN_CHILD_ONLY,
    )
    assert (missouri.public_records_clock.days, missouri.public_records_clock.counted) == (3, "business")
    assert (california.public_records_clock.days, california.public_records_clock.counted) == (10, "calendar")


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize("name", profile_names())
def test_no_bundled_profile_lets_staff_start_alone(name: str) -> None:
    assert not load_profile(name).recording.staff_may_start_alone


def test_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="california, missouri"):
        load_profile("../profiles/missouri")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("version = 1", "version = 1\ncolour = 'blue'", "colour"),
        ('rule = "start_time"', 'rule = "noon"', "notice.rule"),
        ("days = 3", "days = 0", "public_records_clock.days"),
        ("effective = 2021-08-28", "", "effective"),
        ("version = 1", "version = ", "cannot be read"),
    ],
)
def test_profile_with_a_fault_is_refused_and_the_fault_named(before: str, after: str, named: str, tmp_path: Path) -> None:
    missouri = (PROFILE_FOLDER / "missouri.toml").read_text("utf-8")
    assert before in missouri
    (tmp_path / "own.toml").write_text(missouri.replace(before, after, 1), "utf-8")
    with pytest.raises(ProfileError, match=named):
        load_profile("own", tmp_path)
