"""The coordinator's desk and the pages of notices behind it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.district.models import ProfileVersion
from meetrec.journal.models import JournalEntry
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState

Stored = Callable[[], Mapping[str, Notice]]


@pytest.fixture
def notice(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> Notice:
    """A notice that came in over the public page."""
    sent = client.post("/notice", data={**typed, "accommodation_request": "A Spanish interpreter"})
    assert sent.status_code == 303
    more = {"reason": "I forget what was said", "needs_recording_to_understand": "y"}
    assert client.post(f"{sent.headers['Location']}/more", data=more).status_code == 303
    (notice,) = stored_notices().values()
    return notice


@pytest.fixture
def coordinator(sign_in: Callable[..., FlaskClient], district: SimpleNamespace) -> FlaskClient:
    """The client, signed in as Laura Bennett."""
    return sign_in(district.coordinator)


@pytest.mark.requirement("W-09")
def test_every_staff_page_is_closed_to_the_public_and_to_other_staff(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient], notice: Notice, district: SimpleNamespace
) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ("desk", "meetings")]
    assert len(rules) >= 6
    asked = [(method, re.sub(r"<[^>]*>", notice.id, rule.rule)) for rule in rules for method in rule.methods or () if method in ("GET", "POST")]
    for method, address in asked:
        assert client.open(address, method=method).headers["Location"].startswith("/sign-in"), address
    sign_in(district.administrator)
    for method, address in asked:
        assert client.open(address, method=method).status_code == 403, address


def test_desk_shows_the_meeting_and_the_waiting_notice_with_its_suggestion(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace) -> None:
    page = coordinator.get("/desk").get_data(as_text=True)
    for words in (notice.reference, "same pupil, same day, same time, same school", "Match and arm the room", "Not armed", "Conference Room A", "In time"):
        assert words in page, words


@pytest.mark.requirement("G2")
def test_reason_stands_on_the_notices_own_page_alone(coordinator: FlaskClient, notice: Notice) -> None:
    assert "I forget what was said" not in coordinator.get("/desk").get_data(as_text=True)
    assert "I forget what was said" in coordinator.get(f"/desk/notices/{notice.id}").get_data(as_text=True)


@pytest.mark.requirement("G0.1")
def test_the_words_of_a_need_stand_once_on_the_desk(coordinator: FlaskClient, notice: Notice) -> None:
    desk = coordinator.get("/desk").get_data(as_text=True)
    assert desk.count("A Spanish interpreter") == 1
    assert "The family needs something for the meeting: it stands with the notice." in desk


@pytest.mark.requirement("G0.1")
def test_desk_says_at_once_which_interpreter_or_help_is_asked_for(coordinator: FlaskClient, notice: Notice) -> None:
    desk = coordinator.get("/desk").get_data(as_text=True)
    assert "A Spanish interpreter" in desk
    assert "The parent needs the recording to understand the meeting." in desk


@pytest.mark.requirement("G1.b")
def test_a_rule_entered_later_the_same_day_makes_no_notice_late_when_it_is_matched(
    coordinator: FlaskClient,
    typed: dict[str, str],
    stored_notices: Stored,
    district: SimpleNamespace,
    database: Database,
    set_clock: Callable[[datetime], None],
) -> None:
    received = district.meeting.start - timedelta(hours=24, minutes=30)
    set_clock(received)
    address = coordinator.post("/notice", data=typed).headers["Location"]
    (before,) = stored_notices().values()
    with database.writing() as session:
        session.add(
            ProfileVersion(
                number=1, base="missouri", effective_from=date(2020, 1, 1), rule="date", late_policy="review", acknowledgement="required", objection_stops=True,
                multi_student_rule="ferpa_whole_item", reason="Board policy", attorney_name="J. Doe", attorney_date=date(2020, 1, 1),
                entered_at=received + timedelta(minutes=10), entered_by="system",
            )
        )  # fmt: skip
    set_clock(received + timedelta(minutes=20))
    assert coordinator.post(f"/desk/notices/{before.id}/match", data={"meeting": district.meeting.id}).status_code == 303
    coordinator.post(f"{address}/correct", data={**typed, "device": "a tablet"})
    (after,) = stored_notices().values()
    assert after.meeting_id == district.meeting.id
    assert (after.status, after.deadline, after.profile) == (before.status, before.deadline, before.profile) == ("timely", before.deadline, "missouri@1")
    assert "asks you to read" not in coordinator.get(address).get_data(as_text=True)


def test_of_a_notice_that_names_a_past_hour_the_desk_speaks_of_no_meeting_and_no_room_until_it_is_matched(
    coordinator: FlaskClient, typed: dict[str, str], stored_notices: Stored, district: SimpleNamespace, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(district.meeting.start + timedelta(minutes=40))
    coordinator.post("/notice", data=typed)
    (notice,) = stored_notices().values()
    assert notice.status == "on_the_spot"
    for address in ("/desk", f"/desk/notices/{notice.id}"):
        page = coordinator.get(address).get_data(as_text=True)
        assert "Names an hour that has passed" in page
        assert [words for words in ("The parent may be recording already", "Given on the spot") if words in page] == []
    coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    assert "The parent may be recording already" in coordinator.get("/desk").get_data(as_text=True)


@pytest.mark.requirement("A-05")
def test_matching_arms_the_room_and_says_so(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace, database: Database) -> None:
    with database.reading() as session:
        assert session.scalars(select(Recording)).first() is None
    answer = coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    page = coordinator.get("/desk").get_data(as_text=True)
    with database.reading() as session:
        recording = session.scalars(select(Recording)).one()
    assert recording.notice_id == notice.id
    for words in ("the room is armed for the meeting", "No notice is waiting.", f'href="/recordings/{recording.id}"'):
        assert words in page, words


def test_matching_again_is_calm_and_changes_nothing(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace, database: Database) -> None:
    for _ in range(2):
        coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    assert "This notice was matched to a meeting before. Nothing was changed." in coordinator.get("/desk").get_data(as_text=True)
    with database.reading() as session:
        assert len(session.scalars(select(Recording)).all()) == 1


def test_receipt_says_that_the_notice_was_matched(
    client: FlaskClient, typed: dict[str, str], coordinator: FlaskClient, district: SimpleNamespace, stored_notices: Stored
) -> None:
    address = client.post("/notice", data=typed).headers["Location"]
    assert "Nothing is recorded because of this notice alone." in client.get(address).get_data(as_text=True)
    (notice,) = stored_notices().values()
    coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    assert "has matched your notice to the meeting" in client.get(address).get_data(as_text=True)


def test_match_without_a_meeting_or_with_one_that_is_gone_is_told(coordinator: FlaskClient, notice: Notice) -> None:
    answer = coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": ""})
    assert answer.headers["Location"] == f"/desk/notices/{notice.id}"
    assert "Choose the meeting that the notice belongs to." in coordinator.get(answer.headers["Location"]).get_data(as_text=True)
    assert coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": str(uuid4())}).status_code == 404
    assert coordinator.get(f"/desk/notices/{uuid4()}").status_code == 404


def test_late_notice_tells_the_coordinator_what_to_do(
    client: FlaskClient, typed: dict[str, str], sign_in: Callable[..., FlaskClient], district: SimpleNamespace, set_clock: Callable[[Any], None]
) -> None:
    set_clock(district.meeting.start - timedelta(hours=2))
    client.post("/notice", data=typed)
    page = sign_in(district.coordinator).get("/desk").get_data(as_text=True)
    assert "Late, accepted" in page
    assert "Tell the chair today" in page


@pytest.mark.requirement("G5.a")
def test_meeting_over_without_the_districts_copy_shows_a_warning(
    client: FlaskClient, notice: Notice, sign_in: Callable[..., FlaskClient], district: SimpleNamespace, set_clock: Callable[[Any], None]
) -> None:
    sign_in(district.coordinator).post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    warning = "the district's copy is missing"
    assert warning not in client.get("/desk").get_data(as_text=True).lower()
    set_clock(district.meeting.planned_end + timedelta(minutes=1))
    assert warning in sign_in(district.coordinator).get("/desk").get_data(as_text=True).lower()


def test_unchanged_desk_is_not_sent_again_and_a_changed_one_is(
    coordinator: FlaskClient, client: FlaskClient, typed: dict[str, str], set_clock: Callable[[Any], None]
) -> None:
    set_clock(clock.now())
    page = coordinator.get("/desk").get_data(as_text=True)
    seen = re.findall(r'data-seen="([^>]*?)">', page)[0].replace("&#34;", '"')
    assert coordinator.get("/desk/now", headers={"If-None-Match": seen}).status_code == 304
    client.post("/notice", data=typed)
    changed = coordinator.get("/desk/now", headers={"If-None-Match": seen})
    assert (changed.status_code, "Match and arm the room" in changed.get_data(as_text=True)) == (200, True)
    assert coordinator.get("/desk/now", headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304
    for other in ("?page=2", "?school=Washington"):
        assert coordinator.get(f"/desk/now{other}", headers={"If-None-Match": changed.headers["ETag"]}).status_code == 200


@pytest.mark.requirement("A-04")
def test_every_part_of_the_desk_has_a_heading_a_count_and_a_way_to_jump_there(coordinator: FlaskClient, notice: Notice) -> None:
    page = coordinator.get("/desk").get_data(as_text=True)
    parts = re.findall(r'<a id="jump-([a-z-]+)" href="#([a-z-]+)">[^<]+\((\d+)\)</a>', page)
    assert [part for part, _address, _count in parts] == ["today", "late", "to-match", "needs", "rooms", "not-covered", "next-days"]
    for part, address, count in parts:
        assert part == address
        assert re.search(rf'<h2 id="{part}" tabindex="-1">[^<]+\({count}\)</h2>', page), part
    assert dict((part, count) for part, _address, count in parts)["to-match"] == "1"
    assert "Very likely, 99%." in page


def test_notice_matched_by_mistake_is_taken_off_again_and_waits(
    coordinator: FlaskClient, notice: Notice, district: SimpleNamespace, database: Database
) -> None:
    coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    assert "Take it off this meeting" in coordinator.get(f"/desk/notices/{notice.id}").get_data(as_text=True)
    assert coordinator.post(f"/desk/notices/{notice.id}/unmatch").status_code == 303
    page = coordinator.get("/desk").get_data(as_text=True)
    assert "Match and arm the room" in page
    assert "so the room is not armed" in page
    with database.reading() as session:
        assert session.get_one(Notice, notice.id).meeting_id is None
        assert session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.unmatched")).one().subject == f"notice:{notice.id}"
    assert coordinator.post(f"/desk/notices/{notice.id}/unmatch").status_code == 404


@pytest.mark.requirement("A-05")
def test_notice_stays_with_a_meeting_whose_recording_began(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace, database: Database) -> None:
    coordinator.post(f"/desk/notices/{notice.id}/match", data={"meeting": district.meeting.id})
    with database.writing() as session:
        session.scalars(select(Recording)).one().state = RecordingState.RECORDING
    assert "Take it off this meeting" not in coordinator.get(f"/desk/notices/{notice.id}").get_data(as_text=True)
    coordinator.post(f"/desk/notices/{notice.id}/unmatch")
    assert "has begun to record this meeting" in coordinator.get(f"/desk/notices/{notice.id}").get_data(as_text=True)
    with database.reading() as session:
        assert session.get_one(Notice, notice.id).meeting_id == district.meeting.id


def test_meetings_to_choose_from_are_those_around_a_day(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace) -> None:
    option = f'<option value="{district.meeting.id}">'
    assert option in coordinator.get(f"/desk/notices/{notice.id}").get_data(as_text=True)
    later = coordinator.get(f"/desk/notices/{notice.id}?day=2030-01-15").get_data(as_text=True)
    assert option not in later
    assert "No meeting is planned around this day." in later


def test_desk_can_be_used_without_scripts_and_its_forms_are_protected(app: Flask, coordinator: FlaskClient, notice: Notice, district: SimpleNamespace) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = coordinator.get("/desk").get_data(as_text=True)
    token = re.findall(r'id="match".*?name="csrf_token" value="([^"]+)"', page)[0]
    address, meeting = re.findall(r'<button[^>]*form="match"[^>]*formaction="([^"]+)" name="meeting" value="([^"]+)"', page)[0]
    assert coordinator.post(address, data={"meeting": meeting}).status_code == 400
    assert coordinator.post(address, data={"meeting": meeting, "csrf_token": token}).status_code == 303


def test_desk_is_looked_at_as_before_once_a_notice_was_matched(coordinator: FlaskClient, notice: Notice, district: SimpleNamespace) -> None:
    page = coordinator.get(f"/desk?school={district.school.name}&page=2").text
    form = page[page.index('<form id="match"') : page.index("</form>", page.index('<form id="match"'))]
    sent = dict(re.findall(r'name="(school|page)" value="([^"]+)"', form))
    assert sent == {"school": district.school.name, "page": "2"}
    answer = coordinator.post(f"/desk/notices/{notice.id}/match", data={**sent, "meeting": district.meeting.id})
    assert answer.location == "/desk?school=Lincoln+Elementary&page=2"
