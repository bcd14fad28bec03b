"""The district's rules change by versions alone; the journal says who did it, and a notice keeps the rules that held when it arrived."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.district.actions import SENTENCES, RulesNotChanged, change_profile
from meetrec.district.queries import profile_at, profile_in_force, profile_labelled, versions
from meetrec.district.rules import Acknowledgement, ProfileChange, WhyNot
from meetrec.journal.models import JournalEntry
from meetrec.notices.actions import District
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule
from meetrec.platform.settings import Settings

Enter = Callable[..., int]
TODAY = date(2026, 10, 13)


@pytest.fixture
def enter(database: Database, settings: Settings, now: datetime) -> Enter:
    """Enter a version that differs from this one by the keywords; its number."""

    def enter(**changed: object) -> int:
        change = ProfileChange(
            base="missouri", effective_from=TODAY, rule=NoticeRule.START_TIME, late_policy=LatePolicy.REVIEW, acknowledgement=Acknowledgement.OPTIONAL,
            objection_stops=False, multi_student_rule=MultiStudentRule.FERPA_WHOLE_ITEM, policy_pointer=None, reason="The board wishes it.",
            attorney_name=None, attorney_date=None,
        )  # fmt: skip
        with database.writing() as session:
            return change_profile(session, now, "user:1", replace(change, **changed), settings.district.zone).number  # type: ignore[arg-type]

    return enter


def label_on(database: Database, settings: Settings, on: date) -> str:
    with database.reading() as session:
        return profile_in_force(session, settings, on).label


def test_versions_are_counted_and_stay(enter: Enter, database: Database) -> None:
    assert [enter(), enter(late_policy=LatePolicy.ACCEPT)] == [1, 2]
    with database.reading() as session:
        assert [(row.number, row.late_policy) for row in versions(session)] == [(2, "accept"), (1, "review")]


def test_each_day_has_the_rules_that_had_begun_by_then(enter: Enter, database: Database, settings: Settings) -> None:
    enter(effective_from=TODAY + timedelta(days=10))
    assert label_on(database, settings, TODAY + timedelta(days=9)) == "missouri@1"
    assert label_on(database, settings, TODAY + timedelta(days=10)) == "district@1"
    enter(effective_from=TODAY + timedelta(days=20), base="california")
    assert label_on(database, settings, TODAY + timedelta(days=19)) == "district@1"
    assert label_on(database, settings, TODAY + timedelta(days=20)) == "district@2"


@pytest.mark.requirement("G1.b")
def test_a_refused_change_leaves_nothing_behind(enter: Enter, database: Database, settings: Settings) -> None:
    with pytest.raises(RulesNotChanged) as refused:
        enter(rule=NoticeRule.DATE, reason=" ")
    assert refused.value.reasons == (WhyNot.NO_REASON, WhyNot.DATE_NEEDS_ATTORNEY)
    assert "Name the attorney who looked at it" in str(refused.value)
    assert label_on(database, settings, TODAY) == "missouri@1"


def test_every_refusal_has_its_sentence() -> None:
    assert set(SENTENCES) == set(WhyNot)


@pytest.mark.requirement("W-37")
def test_the_journal_says_which_version_began_when(enter: Enter, database: Database) -> None:
    enter(attorney_name="The district's attorney", attorney_date=TODAY, rule=NoticeRule.DATE)
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "profile.changed")).one()
    assert (entry.actor, entry.subject) == ("user:1", "profile:district@1")
    assert json.loads(entry.body)["details"] == {"base": "missouri", "effective_from": "2026-10-13"}


@pytest.mark.requirement("G1.b")
def test_a_notice_is_held_against_the_rules_of_the_day_it_arrived(
    enter: Enter, database: Database, settings: Settings, district: SimpleNamespace, now: datetime
) -> None:
    enter(rule=NoticeRule.DATE, attorney_name="The district's attorney", attorney_date=TODAY, effective_from=TODAY + timedelta(days=1))
    midnight = clock.in_zone(now, settings.district.zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with database.reading() as session:
        before, after = District.at(settings, session, midnight - timedelta(seconds=1)), District.at(settings, session, midnight)
    assert (before.profile, before.policy.rule) == ("missouri@1", NoticeRule.START_TIME)
    assert (after.profile, after.policy.rule) == ("district@1", NoticeRule.DATE)
    assert midnight.time() == time(0)


@pytest.mark.requirement("G1.b")
def test_a_version_entered_later_the_same_day_does_not_reach_back(enter: Enter, database: Database, settings: Settings, now: datetime) -> None:
    enter(rule=NoticeRule.DATE, attorney_name="The district's attorney", attorney_date=TODAY)
    with database.reading() as session:
        before, after = (profile_at(session, settings, now + timedelta(seconds=apart)) for apart in (-1, 0))
    assert (before.label, before.notice.rule) == ("missouri@1", NoticeRule.START_TIME)
    assert (after.label, after.notice.rule) == ("district@1", NoticeRule.DATE)


def test_rules_are_found_again_by_their_label(enter: Enter, database: Database, settings: Settings) -> None:
    enter(rule=NoticeRule.DATE, attorney_name="The district's attorney", attorney_date=TODAY)
    with database.reading() as session:
        found = [profile_labelled(session, settings, label) for label in ("missouri@1", "district@1", "district@2", "district@x", "texas@1", "")]
    assert [rules and (rules.label, rules.notice.rule) for rules in found] == [
        ("missouri@1", NoticeRule.START_TIME), ("district@1", NoticeRule.DATE), None, None, None, None,
    ]  # fmt: skip
