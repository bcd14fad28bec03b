"""The page of the district's rules: what holds, why, until when a notice is in time, and a change with its reason."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.district import words
from meetrec.district.forms import RulesForm
from meetrec.district.models import ProfileVersion
from meetrec.district.rules import Acknowledgement
from meetrec.people.roles import PROFILE_READERS, PROFILE_ROLES, SUPERINTENDENT
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule
from meetrec.platform.settings import Settings

SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def today(settings: Settings) -> str:
    """By the district's calendar."""
    return clock.in_zone(clock.now(), settings.district.zone).date().isoformat()


@pytest.fixture
def typed(today: str) -> dict[str, str]:
    """A change as a browser sends it."""
    return {
        "base": "missouri", "effective_from": today, "rule": "start_time", "late_policy": "review", "acknowledgement": "optional",
        "objection_stops": "no", "multi_student_rule": "ferpa_whole_item", "policy_pointer": "Board policy 4.12", "attorney_name": "", "attorney_date": "",
        "reason": "The board wishes to speak with late parents.",
    }  # fmt: skip


def stored(database: Database) -> list[ProfileVersion]:
    with database.reading() as session:
        return list(session.scalars(select(ProfileVersion)))


def test_the_page_shows_the_rules_in_force_with_their_sources(sign_in_as: SignInAs) -> None:
    page = sign_in_as("attorney").get("/rules").get_data(as_text=True)
    assert ("State profile Missouri, version 1, in force from" in page, "missouri@1" in page) == (True, False)
    assert str(words.RULES[NoticeRule.START_TIME]) in page
    assert "RSMo 162.686" in page
    assert "A-01" not in page, "codes of our own say nothing to a reader"


def test_the_page_shows_both_deadlines_of_one_meeting(sign_in_as: SignInAs) -> None:
    page = sign_in_as("attorney").get("/rules").get_data(as_text=True)
    example = page[page.index('class="district-example"') :]
    assert example.index(str(words.RULES[NoticeRule.START_TIME])) < example.index("2:00") < example.index(str(words.RULES[NoticeRule.DATE]))
    assert "12:00" in example


def test_a_change_is_a_new_version_with_its_reason(sign_in_as: SignInAs, database: Database, typed: dict[str, str]) -> None:
    client = sign_in_as("superintendent")
    assert client.post("/rules/new", data=typed).status_code == 303
    (version,) = stored(database)
    assert (version.number, version.late_policy, version.policy_pointer) == (1, "review", "Board policy 4.12")
    assert version.entered_by.startswith("user:")
    page = client.get("/rules").get_data(as_text=True)
    assert ("own rules, version 1, in force from" in page, "district@1" in page) == (True, False)
    assert "The board wishes to speak with late parents." in page
    assert "Superintendent Number" in page  # who entered it


def test_the_form_begins_with_what_holds_today(sign_in_as: SignInAs, typed: dict[str, str]) -> None:
    client = sign_in_as("administrator")
    client.post("/rules/new", data=typed)
    page = client.get("/rules/new").get_data(as_text=True)
    assert 'value="review" checked' in page
    assert "Board policy 4.12" in page


def test_the_form_offers_tomorrow_so_that_families_of_one_day_are_treated_alike(sign_in_as: SignInAs, today: str) -> None:
    page = sign_in_as("superintendent").get("/rules/new").get_data(as_text=True)
    field = page[page.index('id="effective_from"') :].split(">", 1)[0]
    assert f'value="{date.fromisoformat(today) + timedelta(days=1)}"' in field


@pytest.mark.requirement("G1.b")
def test_the_date_rule_is_refused_without_the_attorney_and_nothing_typed_is_lost(
    sign_in_as: SignInAs, database: Database, typed: dict[str, str], today: str
) -> None:
    client = sign_in_as("superintendent")
    refused = client.post("/rules/new", data={**typed, "rule": "date"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Name the attorney who looked at it, and the day." in page
    assert "The board wishes to speak with late parents." in page
    assert stored(database) == []
    named = {"attorney_name": "The district's attorney", "attorney_date": today}
    assert client.post("/rules/new", data={**typed, "rule": "date", **named}).status_code == 303
    assert [version.attorney_name for version in stored(database)] == ["The district's attorney"]


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"effective_from": "2020-01-01"}, "Rules begin today or later"),
    ({"effective_from": ""}, "Say from which day on."),
    ({"effective_from": "soon"}, "There is no such date."),
    ({"attorney_date": "soon"}, "There is no such date."),
    ({"attorney_date": "2999-01-01"}, "lies in the future"),
    ({"reason": ""}, "Say why the rules change."),
    ({"rule": "never"}, "Choose one."),
    ({"base": "texas"}, "Choose the state profile."),
    ({"reason": "For 123-45-6789"}, "social security number"),
])  # fmt: skip
def test_what_the_form_refuses(sign_in_as: SignInAs, database: Database, typed: dict[str, str], changed: dict[str, str], sentence: str) -> None:
    answer = sign_in_as("superintendent").post("/rules/new", data={**typed, **changed})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert stored(database) == []


@pytest.mark.requirement("G0.2")
@pytest.mark.requirement("X-2")
def test_no_rule_can_turn_a_parent_away(app: Flask) -> None:
    choices = [LatePolicy, Acknowledgement, NoticeRule, MultiStudentRule]
    values = {value.value for kind in choices for value in kind}
    assert not {value for value in values if "den" in value or "refus" in value or "never" in value}
    assert {value.value for value in LatePolicy} == {"accept", "review"}
    assert not [name for name in vars(RulesForm) if "deny" in name or "refuse" in name or "permission" in name]


def test_every_rule_has_its_words() -> None:
    assert (set(words.RULES), set(words.LATE)) == (set(NoticeRule), set(LatePolicy))
    assert (set(words.ACKNOWLEDGEMENTS), set(words.SEVERAL_PUPILS)) == (set(Acknowledgement), set(MultiStudentRule))


def test_whoever_may_only_read_the_rules_is_offered_no_change(sign_in_as: SignInAs) -> None:
    assert SUPERINTENDENT in PROFILE_ROLES
    assert set(PROFILE_ROLES) < set(PROFILE_READERS)
    reader = sign_in_as("auditor")
    assert "/rules/new" not in reader.get("/rules").get_data(as_text=True)
    assert reader.get("/rules/new").status_code == 403
