"""Facts of a notice: defaults, local times read for the parent, and everything that is refused."""

from datetime import UTC, datetime

import pytest

from meetrec.notices.facts import NoticeFactsError, facts_from_mapping, facts_from_yaml
from meetrec.notices.rules import NoticeChannel
from meetrec.platform.profiles import LatePolicy, NoticeRule

SMALLEST = "meeting: {start: '2026-10-14T10:00:00'}\nnotice: {received_at: '2026-10-13T10:00:00'}\n"


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_what_is_absent_has_its_default() -> None:
    facts = facts_from_yaml(SMALLEST)
    assert facts.meeting.zone.key == "America/Chicago"
    assert (facts.policy.rule, facts.policy.late_policy) == (NoticeRule.START_TIME, LatePolicy.ACCEPT)
    assert facts.notice.channel is NoticeChannel.WEB
    assert facts.meeting.moves == ()
    assert facts.notice.received_at == moment(2026, 10, 13, 15)


def test_unquoted_times_mean_the_same_as_quoted_ones() -> None:
    unquoted = "meeting: {start: 2026-10-14T10:00:00}\nnotice: {received_at: 2026-10-13T10:00:00}\n"
    assert facts_from_yaml(unquoted) == facts_from_yaml(SMALLEST)
    with_offset = unquoted.replace("2026-10-13T10:00:00", "2026-10-13T15:00:00Z")
    assert facts_from_yaml(with_offset).notice == facts_from_yaml(SMALLEST).notice


@pytest.mark.requirement("G1.b")
def test_local_time_that_exists_twice_is_read_for_the_parent() -> None:
    twice = "2026-11-01T01:30:00"
    facts = facts_from_mapping(
        {
            "meeting": {"start": twice, "moves": [{"announced_at": twice, "by": "district", "new_start": twice}]},
            "notice": {"received_at": twice},
        }
    )
    earlier, later = moment(2026, 11, 1, 6, 30), moment(2026, 11, 1, 7, 30)
    assert facts.notice.received_at == earlier
    assert {facts.meeting.start, facts.meeting.moves[0].new_start, facts.meeting.moves[0].announced_at} == {later}


@pytest.mark.requirement("G1.b")
def test_local_time_that_never_exists_is_read_for_the_parent() -> None:
    never = "2027-03-14T02:30:00"
    facts = facts_from_mapping({"meeting": {"start": never}, "notice": {"received_at": never}})
    assert facts.notice.received_at == moment(2027, 3, 14, 7, 30)
    assert facts.meeting.start == moment(2027, 3, 14, 8, 30)


def test_facts_without_an_offset_are_local_to_the_school() -> None:
    assert facts_from_yaml("tz: America/Phoenix\n" + SMALLEST).meeting.start == moment(2026, 10, 14, 17)


@pytest.mark.parametrize(
    ("yaml", "named"),
    [
        ("", "facts has to be a mapping"),
        ("- 1", "facts has to be a mapping"),
        ("meeting: {start: '2026-10-14T10:00:00'}", "facts needs: notice"),
        ("notice: {received_at: '2026-10-14T10:00:00'}", "facts needs: meeting"),
        (SMALLEST + "colour: blue", "Unknown key in facts: colour"),
        (SMALLEST.replace("start:", "begin:"), "Unknown key in meeting: begin"),
        (SMALLEST.replace("{received_at: '2026-10-13T10:00:00'}", "{channel: web}"), "notice needs: received_at"),
        (SMALLEST.replace("00'}\nnotice", "00', moves: [{by: district}]}\nnotice"), "meeting.moves[0] needs: announced_at, new_start"),
        (SMALLEST.replace("00'}\nnotice", "00', moves: {}}\nnotice"), "meeting.moves has to be a list"),
        (SMALLEST.replace("00'}\nnotice", "00', moves: [soon]}\nnotice"), "meeting.moves[0] has to be a mapping"),
        (SMALLEST + "rule: noon", "rule cannot be 'noon'"),
        (SMALLEST + "late_policy: deny", "late_policy cannot be 'deny'"),
        (SMALLEST + "tz: America/Atlantis", "tz cannot be 'America/Atlantis'"),
        (SMALLEST + "tz: America", "tz cannot be 'America'"),
        (SMALLEST + "tz: ../../etc/passwd", "tz cannot be"),
        (SMALLEST + "tz: 5", "tz cannot be 5"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "'yesterday: noon'"), "notice.received_at cannot be read"),
        (SMALLEST.replace("2026-10-13T", "2026-02-30T"), "notice.received_at cannot be read"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "2026-02-30T10:00:00"), "not readable YAML"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "2026-10-13"), "notice.received_at cannot be read"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "'2026-10-13'"), "notice.received_at cannot be read"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "null"), "notice.received_at cannot be read"),
        (SMALLEST.replace("'2026-10-13T10:00:00'", "17"), "notice.received_at cannot be read"),
        (SMALLEST.replace("2026-10-14T", "0001-01-01T"), "meeting.start cannot be read"),
        (SMALLEST.replace("2026-10-14T", "9999-12-31T"), "meeting.start cannot be read"),
        (SMALLEST.replace("00'}\n", "00', end: x}\n", 1), "Unknown key in meeting: end"),
        (SMALLEST.replace("10:00:00'}\n", "10:00:00', channel: web}\n"), "Unknown key in meeting: channel"),
        ("meeting: {start: '2026-10-14T10:00:00'}\n" + SMALLEST, "the key meeting stands twice"),
        ("notice: [", "not readable YAML"),
        ("a: \x00", "not readable YAML"),
        ("[" * 5000, "not readable YAML"),
    ],
)
def test_facts_that_cannot_be_used_are_named(yaml: str, named: str) -> None:
    with pytest.raises(NoticeFactsError) as refused:
        facts_from_yaml(yaml)
    assert named in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"channel": "pigeon"},
        {"needs_recording_to_understand": "yes"},
        {"needs_recording_to_understand": None},
        {"reason": 5},
        {"accommodation_request": ["interpreter"]},
        {"withdrawn_at": "later"},
        {"entered_at": False},
    ],
)
def test_notice_value_outside_its_list_is_refused_by_name(facts: dict[str, object]) -> None:
    whole = {"meeting": {"start": "2026-10-14T10:00:00"}, "notice": {"received_at": "2026-10-13T10:00:00", **facts}}
    with pytest.raises(NoticeFactsError, match=f"notice.{next(iter(facts))}"):
        facts_from_mapping(whole)
