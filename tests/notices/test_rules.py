"""The 24-hour rule: to the second, over changes of clocks and a leap day, and through every kind of move."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.notices.rules import MeetingFacts, Move, MovedBy, NoticeChannel, NoticeFacts, NoticeStatus, timing_of
from meetrec.platform.profiles import LatePolicy, NoticePolicy, NoticeRule

CHICAGO = ZoneInfo("America/Chicago")
BY_START = NoticePolicy(rule=NoticeRule.START_TIME, late_policy=LatePolicy.ACCEPT)
BY_DATE = NoticePolicy(rule=NoticeRule.DATE, late_policy=LatePolicy.ACCEPT)
BY_START_WITH_REVIEW = NoticePolicy(rule=NoticeRule.START_TIME, late_policy=LatePolicy.REVIEW)


def at(text: str, fold: int = 0) -> datetime:
    """A time on Chicago's clock, as an instant; fold=1 is the second 01:00 of the night the clocks go back."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO, fold=fold).astimezone(UTC)


WEDNESDAY_TEN = at("2026-10-14T10:00:00")
EXACTLY_24_HOURS_BEFORE = at("2026-10-13T10:00:00")


def status(received: datetime, start: datetime = WEDNESDAY_TEN, policy: NoticePolicy = BY_START, **more: object) -> NoticeStatus:
    moves = more.pop("moves", ())
    return timing_of(NoticeFacts(received, **more), MeetingFacts(start, CHICAGO, moves), policy).status  # type: ignore[arg-type]


@pytest.mark.requirement("G1")
@pytest.mark.requirement("G1.b")
def test_notice_exactly_24_hours_before_is_timely() -> None:
    assert status(EXACTLY_24_HOURS_BEFORE) is NoticeStatus.TIMELY


@pytest.mark.requirement("G1.b")
@pytest.mark.requirement("A-04")
def test_notice_one_second_late_is_still_accepted() -> None:
    assert status(EXACTLY_24_HOURS_BEFORE + timedelta(seconds=1)) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("G1.b")
def test_fractions_of_a_second_make_no_notice_late() -> None:
    assert status(EXACTLY_24_HOURS_BEFORE + timedelta(milliseconds=999)) is NoticeStatus.TIMELY


@pytest.mark.requirement("A-01")
def test_date_rule_counts_from_the_midnight_before_the_meeting() -> None:
    midnight = at("2026-10-13T00:00:00")
    assert status(midnight, policy=BY_DATE) is NoticeStatus.TIMELY
    assert status(midnight + timedelta(seconds=1), policy=BY_DATE) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("G1.b")
def test_24_hours_before_a_monday_are_elapsed_hours_when_the_clocks_go_back_on_sunday() -> None:
    timing = timing_of(NoticeFacts(at("2026-11-01T01:00:00")), MeetingFacts(at("2026-11-02T09:00:00"), CHICAGO), BY_DATE)
    assert timing.deadline_date_rule == at("2026-11-01T01:00:00", fold=0)
    assert timing.deadline_start_rule == at("2026-11-01T09:00:00")
    assert timing.status is NoticeStatus.TIMELY
    assert status(at("2026-11-01T01:00:00", fold=1), at("2026-11-02T09:00:00"), BY_DATE) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("G1.b")
def test_24_hours_before_a_sunday_start_one_hour_earlier_when_the_clocks_go_forward() -> None:
    sunday_nine = at("2027-03-14T09:00:00")
    assert status(at("2027-03-13T08:00:00"), sunday_nine) is NoticeStatus.TIMELY
    assert status(at("2027-03-13T08:00:01"), sunday_nine) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("G1.b")
def test_leap_day_is_a_day() -> None:
    timing = timing_of(NoticeFacts(at("2028-02-29T08:00:00")), MeetingFacts(at("2028-03-01T08:00:00"), CHICAGO), BY_START)
    assert timing.status is NoticeStatus.TIMELY
    assert timing.deadline_date_rule == at("2028-02-29T00:00:00")


@pytest.mark.requirement("G1.b")
def test_a_date_without_a_midnight_begins_when_the_clocks_jump() -> None:
    havana = ZoneInfo("America/Havana")  # 14 March 2027 begins at 01:00 there
    meeting = MeetingFacts(datetime(2027, 3, 14, 9, tzinfo=havana), havana)
    assert timing_of(NoticeFacts(meeting.start), meeting, BY_DATE).deadline == datetime(2027, 3, 13, 0, tzinfo=havana)


@pytest.mark.requirement("G1.b")
def test_district_moving_the_meeting_earlier_makes_no_notice_late() -> None:
    move = Move(at("2026-10-13T11:00:00"), MovedBy.DISTRICT, at("2026-10-14T08:00:00"))
    assert status(at("2026-10-13T09:00:00"), moves=(move,)) is NoticeStatus.TIMELY


@pytest.mark.requirement("G1.b")
def test_parent_moving_the_meeting_earlier_can_make_the_notice_late() -> None:
    move = Move(at("2026-10-13T11:00:00"), MovedBy.PARENT, at("2026-10-14T08:00:00"))
    assert status(at("2026-10-13T09:00:00"), moves=(move,)) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("G1.b")
def test_notice_at_the_very_announcement_of_an_earlier_start_is_held_against_it() -> None:
    announced = at("2026-10-13T07:59:59")
    move = Move(announced, MovedBy.DISTRICT, at("2026-10-14T08:00:00"))
    late_for_the_new_start = at("2026-10-13T08:00:01")
    assert status(late_for_the_new_start, moves=(move,)) is NoticeStatus.LATE_ACCEPTED
    at_the_new_deadline = Move(at("2026-10-13T08:00:00"), MovedBy.DISTRICT, at("2026-10-14T08:00:00"))
    assert status(late_for_the_new_start, moves=(at_the_new_deadline,)) is NoticeStatus.TIMELY


@pytest.mark.requirement("G1.b")
def test_meeting_moved_later_makes_a_late_notice_timely_whoever_moved_it() -> None:
    for by in MovedBy:
        move = Move(at("2026-10-14T07:00:00"), by, at("2026-10-15T10:00:00"))
        assert status(at("2026-10-13T18:00:00"), moves=(move,)) is NoticeStatus.TIMELY


@pytest.mark.requirement("G0.1")
def test_parent_who_needs_the_recording_to_understand_is_accepted_though_late_notices_are_reviewed() -> None:
    late = at("2026-10-13T16:40:00")
    assert status(late, policy=BY_START_WITH_REVIEW) is NoticeStatus.LATE_NEEDS_REVIEW
    assert status(late, policy=BY_START_WITH_REVIEW, needs_recording_to_understand=True) is NoticeStatus.LATE_ACCEPTED


@pytest.mark.requirement("A-04")
def test_saying_so_at_the_meeting_is_on_the_spot_and_an_email_just_before_is_not() -> None:
    five_to_ten = at("2026-10-14T09:55:00")
    assert status(five_to_ten, channel=NoticeChannel.AT_MEETING) is NoticeStatus.ON_THE_SPOT
    assert status(five_to_ten, channel=NoticeChannel.EMAIL) is NoticeStatus.LATE_ACCEPTED
    assert status(WEDNESDAY_TEN) is NoticeStatus.ON_THE_SPOT


@pytest.mark.requirement("G1.a")
def test_paper_counts_from_the_hand_over_not_from_the_typing() -> None:
    typed_in = at("2026-10-13T16:00:00")
    assert status(at("2026-10-12T14:10:00"), channel=NoticeChannel.PAPER, entered_at=typed_in) is NoticeStatus.TIMELY


def test_every_status_names_the_row_that_led_to_it() -> None:
    late = timing_of(NoticeFacts(at("2026-10-13T18:00:00")), MeetingFacts(WEDNESDAY_TEN, CHICAGO), BY_START)
    assert [reason.row for reason in late.reasons] == ["G1.b", "A-04"]


moments = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(CHICAGO), allow_imaginary=False)
moves = st.builds(Move, announced_at=moments, by=st.sampled_from(MovedBy), new_start=moments)
meetings = st.builds(MeetingFacts, start=moments, zone=st.just(CHICAGO), moves=st.lists(moves, max_size=3).map(tuple))
policies = st.builds(NoticePolicy, rule=st.sampled_from(NoticeRule), late_policy=st.sampled_from(LatePolicy))
notices = st.builds(NoticeFacts, received_at=moments, channel=st.sampled_from(NoticeChannel), needs_recording_to_understand=st.booleans())


@pytest.mark.requirement("G2")
@pytest.mark.requirement("G0.1")
@given(notices, meetings, policies, st.text(), st.text(), moments)
def test_reason_request_and_typing_time_never_change_the_status(
    notice: NoticeFacts, meeting: MeetingFacts, policy: NoticePolicy, reason: str, request: str, entered: datetime
) -> None:
    told_more = NoticeFacts(
        notice.received_at, notice.channel, notice.needs_recording_to_understand, entered, None, accommodation_request=request, reason=reason
    )
    assert timing_of(told_more, meeting, policy) == timing_of(notice, meeting, policy)


@pytest.mark.requirement("G0.2")
@given(notices, meetings, policies)
def test_no_facts_approve_or_deny_a_notice(notice: NoticeFacts, meeting: MeetingFacts, policy: NoticePolicy) -> None:
    timing = timing_of(notice, meeting, policy)
    assert timing.status in {"timely", "late_accepted", "late_needs_review", "on_the_spot"}
    assert timing.reasons
    assert not any(word in reason.words for reason in timing.reasons for word in ("approve", "denied", "deny", "refuse"))


@pytest.mark.requirement("G1.b")
@given(notices, meetings.filter(lambda meeting: not meeting.moves), policies, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_sending_a_notice_earlier_never_makes_it_late(notice: NoticeFacts, meeting: MeetingFacts, policy: NoticePolicy, earlier: timedelta) -> None:
    if timing_of(notice, meeting, policy).status is NoticeStatus.TIMELY:
        sent_before = NoticeFacts(notice.received_at - earlier - timedelta(hours=1), notice.channel)
        assert timing_of(sent_before, meeting, policy).status is NoticeStatus.TIMELY


@pytest.mark.requirement("A-01")
@given(notices, meetings)
def test_date_rule_is_never_more_lenient_than_the_start_rule(notice: NoticeFacts, meeting: MeetingFacts) -> None:
    timing = timing_of(notice, meeting, BY_DATE)
    assert timing.deadline == timing.deadline_date_rule <= timing.deadline_start_rule
