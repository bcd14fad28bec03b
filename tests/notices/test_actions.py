"""Taking in a notice and matching it: status, journal, arming. The recordings behind the arming are the real ones."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting, MeetingMove
from meetrec.notices.actions import District, MatchOutcome, NoticeWithdrawn, match_notice, receive_notice
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.version_models import NoticeVersion
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.profiles import LatePolicy, NoticePolicy, NoticeRule
from meetrec.platform.settings import Settings
from meetrec.platform.web import NotFound
from meetrec.recordings.models import Recording
from tests.notices.conftest import REAL_RECORDINGS

Statement = Callable[..., NoticeStatement]
SECOND = timedelta(seconds=1)


@pytest.fixture
def receive(database: Database, statement: Statement, missouri: District) -> Callable[..., Notice]:
    """Take in a notice at a moment, by a district's rule; keywords change what is said."""

    def receive(at: datetime, district: District = missouri, token: str = "", **changed: object) -> Notice:
        with database.writing() as session:
            return receive_notice(session, at, "public", statement(**changed), token or new_nonce(), district)

    return receive


@pytest.fixture
def match(database: Database, missouri: District, district: SimpleNamespace) -> Callable[..., MatchOutcome]:
    """Match a notice to the district's meeting at a moment."""

    def match(notice: Notice, at: datetime, meeting_id: str = district.meeting.id) -> MatchOutcome:
        with database.writing() as session:
            return match_notice(session, at, "user:laura", notice.id, meeting_id, missouri, REAL_RECORDINGS)

    return match


def recordings_in(session: Session) -> list[Recording]:
    return list(session.scalars(select(Recording)))


@pytest.mark.requirement("G1.b")
def test_exactly_24_hours_before_is_in_time_and_one_second_later_is_late_but_accepted(receive: Callable[..., Notice], district: SimpleNamespace) -> None:
    deadline = district.meeting.start - timedelta(hours=24)
    on_the_dot, late = receive(deadline), receive(deadline + SECOND)
    assert (on_the_dot.status, on_the_dot.deadline) == ("timely", deadline)
    assert (late.status, late.deadline) == ("late_accepted", deadline)


@pytest.mark.requirement("G1.b")
def test_date_rule_counts_from_the_beginning_of_the_day(receive: Callable[..., Notice], district: SimpleNamespace, missouri: District) -> None:
    by_date = District(missouri.zone, NoticePolicy(rule=NoticeRule.DATE, late_policy=LatePolicy.REVIEW))
    assert receive(district.meeting.start - timedelta(hours=25), by_date).deadline <= district.meeting.start - timedelta(hours=24)
    assert receive(district.meeting.start - timedelta(hours=24), by_date).status == "late_needs_review"


@pytest.mark.requirement("G0.1")
def test_late_notice_of_a_parent_who_needs_the_recording_is_accepted_whatever_the_policy(
    receive: Callable[..., Notice], district: SimpleNamespace, missouri: District
) -> None:
    reviewing, late = District(missouri.zone, NoticePolicy(late_policy=LatePolicy.REVIEW)), district.meeting.start - timedelta(hours=2)
    assert receive(late, reviewing).status == "late_needs_review"
    needing = receive(late, reviewing, needs_recording_to_understand=True, accommodation_request="A Spanish interpreter")
    assert (needing.status, needing.accommodation_request) == ("late_accepted", "A Spanish interpreter")


@pytest.mark.requirement("G2")
def test_reason_changes_neither_status_nor_steps(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], now: datetime, district: SimpleNamespace
) -> None:
    at = district.meeting.start - timedelta(hours=3)
    silent, speaking = receive(at, reason=None), receive(at, reason="I forget what was said")
    assert (silent.status, silent.deadline) == (speaking.status, speaking.deadline)
    assert match(silent, at) is MatchOutcome.ARMED
    assert match(speaking, at) is MatchOutcome.ATTACHED


def test_notice_given_after_the_start_is_on_the_spot(receive: Callable[..., Notice], district: SimpleNamespace) -> None:
    assert receive(district.meeting.start).status == "on_the_spot"


@pytest.mark.requirement("A-05")
def test_notice_alone_arms_nothing(receive: Callable[..., Notice], database: Database, district: SimpleNamespace) -> None:
    receive(district.meeting.start - timedelta(hours=30))
    with database.reading() as session:
        assert recordings_in(session) == []
        verbs = set(session.scalars(select(JournalEntry.verb)))
        assert "notice.received" in verbs
        assert not {"room.armed", "notice.matched"} & verbs


def test_journal_tells_of_a_notice_without_names(receive: Callable[..., Notice], database: Database, district: SimpleNamespace) -> None:
    notice = receive(district.meeting.start - timedelta(hours=30), reason="because", device="Nokia")
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"notice:{notice.id}")).one()
    assert entry.verb == "notice.received"
    assert not any(word in entry.body.decode() for word in ("Ana", "Rivera", "Mateo", "because", "Nokia", "Lincoln"))


def test_same_sending_twice_is_one_notice_with_its_first_time(receive: Callable[..., Notice], database: Database, district: SimpleNamespace) -> None:
    at = district.meeting.start - timedelta(hours=24)
    first, again = receive(at, token="t" * 43), receive(at + timedelta(hours=5), token="t" * 43)
    assert (again.id, again.received_at, again.status) == (first.id, at, "timely")
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


@pytest.mark.requirement("G5.a")
def test_match_arms_the_room_once_in_one_transaction(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    at = district.meeting.start - timedelta(hours=25)
    notice = receive(at)
    assert match(notice, at) is MatchOutcome.ARMED
    assert match(notice, at) is MatchOutcome.MATCHED_BEFORE
    with database.reading() as session:
        (recording,) = recordings_in(session)
        assert (recording.meeting_id, recording.notice_id, recording.state) == (district.meeting.id, notice.id, "armed")
        assert session.get_one(Notice, notice.id).matched_at == at
        verbs = list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence)))
    assert verbs[-3:] == ["notice.received", "notice.matched", "room.armed"]


def test_second_notice_for_an_armed_meeting_is_attached_and_changes_nothing(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    at = district.meeting.start - timedelta(hours=25)
    first, second = receive(at), receive(at, recorder_name="Luis Rivera")
    match(first, at)
    assert match(second, at) is MatchOutcome.ATTACHED
    with database.reading() as session:
        assert [recording.notice_id for recording in recordings_in(session)] == [first.id]
        assert session.get_one(Notice, second.id).meeting_id == district.meeting.id


@pytest.mark.requirement("G1.b")
def test_match_holds_the_notice_against_the_meetings_true_start(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    start = district.meeting.start
    mistaken = receive(start - timedelta(hours=25), meeting_date=(start - timedelta(days=1)).date())
    assert mistaken.status == "late_accepted"  # by the parent's own words the meeting is a day earlier
    match(mistaken, start - timedelta(hours=20))
    with database.reading() as session:
        matched = session.get_one(Notice, mistaken.id)
    assert (matched.status, matched.deadline) == ("timely", start - timedelta(hours=24))


def test_meeting_that_the_district_moved_earlier_keeps_the_notice_in_time(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    start, earlier = district.meeting.start, district.meeting.start - timedelta(hours=4)
    notice = receive(start - timedelta(hours=25))
    with database.writing() as session:
        session.add(MeetingMove(id="m", meeting_id=district.meeting.id, announced_at=start - timedelta(hours=23), by="district", new_start=earlier))
        session.execute(update(Meeting).values(start=earlier))
    match(notice, start - timedelta(hours=22))
    with database.reading() as session:
        matched = session.get_one(Notice, notice.id)
    assert (matched.status, matched.deadline) == ("timely", earlier - timedelta(hours=24))


def test_meeting_of_a_past_day_is_matched_but_its_room_is_not_armed(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    notice = receive(district.meeting.start - timedelta(hours=25))
    assert match(notice, district.meeting.start + timedelta(days=2)) is MatchOutcome.MEETING_OVER
    with database.reading() as session:
        assert recordings_in(session) == []


@pytest.mark.requirement("A-05")
def test_withdrawn_notice_arms_no_room(
    receive: Callable[..., Notice], match: Callable[..., MatchOutcome], database: Database, district: SimpleNamespace
) -> None:
    notice = receive(district.meeting.start - timedelta(hours=25))
    with database.writing() as session:
        session.get_one(Notice, notice.id).status = "withdrawn"
    with pytest.raises(NoticeWithdrawn, match="withdrew"):
        match(notice, district.meeting.start - timedelta(hours=20))
    with database.reading() as session:
        assert recordings_in(session) == []
        assert session.get_one(Notice, notice.id).meeting_id is None


def test_unknown_notice_or_meeting_is_said_to_be_gone(receive: Callable[..., Notice], match: Callable[..., MatchOutcome], now: datetime) -> None:
    with pytest.raises(NotFound):
        match(receive(now), now, "no-such-meeting")


def test_failing_arming_leaves_the_notice_unmatched(
    receive: Callable[..., Notice], database: Database, missouri: District, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = district.meeting.start - timedelta(hours=25)
    notice = receive(at)

    class Broken(Exception):
        pass

    def broken_arming(*_: object) -> None:
        raise Broken

    failing = type(REAL_RECORDINGS)(broken_arming, REAL_RECORDINGS.states, REAL_RECORDINGS.on_the_desk)
    with pytest.raises(Broken), database.writing() as session:
        match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, failing)
    with database.reading() as session:
        assert session.get_one(Notice, notice.id).meeting_id is None
        assert "notice.matched" not in set(session.scalars(select(JournalEntry.verb)))


@pytest.mark.requirement("G1.b")
def test_both_deadlines_are_kept_whichever_governs(receive: Callable[..., Notice], settings: Settings, district: SimpleNamespace) -> None:
    notice = receive(district.meeting.start - timedelta(hours=25))
    midnight = clock.in_zone(district.meeting.start, settings.district.zone).replace(hour=0, minute=0)
    assert notice.deadline == notice.deadline_start_rule == district.meeting.start - timedelta(hours=24)
    assert notice.deadline_date_rule == midnight - timedelta(hours=24)


@pytest.mark.requirement("G1.a")
def test_new_notice_keeps_its_first_version_and_the_rules_it_was_held_against(
    receive: Callable[..., Notice], database: Database, missouri: District, district: SimpleNamespace
) -> None:
    at = district.meeting.start - timedelta(hours=30)
    notice = receive(at, District(missouri.zone, missouri.policy, "missouri@1"), reason="To remember")
    with database.reading() as session:
        version = session.get_one(NoticeVersion, (notice.id, 1))
        assert (notice.version, notice.profile) == (1, "missouri@1")
    assert (version.at, version.by, version.statement["student_name"], version.statement["reason"]) == (at, "public", "Mateo Rivera", "To remember")
    assert version.statement["meeting_date"] == notice.meeting_date.isoformat()
    assert version.statement["recorder_role"] == "parent"
