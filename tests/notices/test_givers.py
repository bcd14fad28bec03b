"""Who gave a notice: how they stand to the pupil is shown before matching, and what mail, letters and receipts tell follows it (L-04, S-14)."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from meetrec.meetings.actions import Move, WishOf, cancel_meeting, move_meeting
from meetrec.meetings.models import Meeting
from meetrec.notices.actions import District, match_notice, receive_notice
from meetrec.notices.desk_words import GIVERS
from meetrec.notices.givers import Unentered, giver_of
from meetrec.notices.models import Notice
from meetrec.notices.receipts import verify_receipt
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.people.models import Student
from meetrec.people.rights import Standing
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf
from tests.notices.conftest import REAL_RECORDINGS

Match = Callable[..., SimpleNamespace]
NEITHER = "This mail names neither place nor time."


@pytest.fixture
def coordinator(sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace) -> FlaskClient:
    return sign_in(district.coordinator)


@pytest.fixture
def give(app: Flask, database: Database, statement: Callable[..., NoticeStatement], missouri: District, district: SimpleNamespace) -> Match:
    """A notice with a confirmed address, matched if it is said so: its id and private link."""

    def give(*, is_matched: bool = True, account_id: str | None = None, **said: str) -> SimpleNamespace:
        now, token = clock.now(), new_nonce()
        with app.test_request_context(), database.writing() as session:
            notice = receive_notice(session, now, "public", statement(**said), token, missouri, "giver@example.org", account_id)
            notice.email_verified_at = now
            session.flush()
            if is_matched:
                match_notice(session, now, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
            return SimpleNamespace(id=notice.id, link=f"/notice/receipt/{token}")

    return give


@pytest.fixture
def enter(database: Database, district: SimpleNamespace) -> Callable[..., str]:
    """Enter a parent beside the pupil, with a paper of some effect where it is named; the guardian's id."""

    def enter(given: str, effect: str = "", **changes: str) -> str:
        with database.writing() as session:
            guardian = Guardian(given_name=given, family_name="Rivera", language="en", **changes)
            guardian.guardianships.append(Guardianship(student_id=district.student.id, kind="PARENT", source="hand"))
            session.add(guardian)
            session.flush()
            if effect:
                paper = {"authority": "court_order", "words": "All", "kept_at": "Office", "entered_at": clock.now(), "entered_by": "user:x"}
                session.add(RightsRestriction(student_id=district.student.id, guardian_id=guardian.id, effect=effect, **paper))
            return guardian.id

    return enter


def protect(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=district.student.id, reason="custody", set_at=clock.now(), set_by="user:x"))


def move_and_cancel(app: Flask, database: Database, district: SimpleNamespace) -> None:
    with app.test_request_context(), database.writing() as session:
        now, meeting = clock.now(), session.get_one(Meeting, district.meeting.id)
        start = meeting.start + timedelta(hours=2)
        move_meeting(session, now, "user:laura", meeting.id, Move(now, WishOf.DISTRICT, start, start + timedelta(hours=1)))
        cancel_meeting(session, now, "user:laura", meeting.id, WishOf.DISTRICT)


def mails(database: Database) -> dict[str, str]:
    """Text and subject of each mail, by its template."""
    with database.reading() as session:
        return {mail.template: f"{mail.subject}\n{mail.text}" for mail in session.scalars(select(OutgoingMail))}


def told_of(district: SimpleNamespace, text: str) -> list[str]:
    """What a text tells of the meeting's place and time."""
    day = f"{district.meeting.start:%Y}"
    return [what for what in (district.school.name, district.room.name, day, " AM", " PM") if what in text]


def test_the_list_of_words_is_complete() -> None:
    assert set(GIVERS) == {*Standing, *Unentered}


@pytest.mark.requirement("D-17")
@pytest.mark.parametrize(
    ("effect", "standing"), [("", Standing.HOLDS), ("revoked", Standing.REVOKED), ("conflict", Standing.CONFLICT), ("address_withheld", Standing.HOLDS)]
)
def test_a_giver_is_found_by_name(
    database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str], effect: str, standing: Standing
) -> None:
    found = give(recorder_name="RIVERA, Ána")
    today = clock.now().date()
    with database.reading() as session:
        notice, student = session.get_one(Notice, found.id), session.get_one(Student, district.student.id)
        assert giver_of(session, notice, student, today).standing is Unentered.NOBODY_ENTERED
    enter("Luis")
    with database.reading() as session:
        assert giver_of(session, session.get_one(Notice, found.id), session.get_one(Student, district.student.id), today).standing is Unentered.NOT_ENTERED
    enter("Ana", effect)
    with database.reading() as session:
        assert giver_of(session, session.get_one(Notice, found.id), session.get_one(Student, district.student.id), today).standing is standing


def test_of_a_notice_given_signed_in_the_account_counts_and_not_the_name(
    database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str], account_of: AccountOf
) -> None:
    account, found = account_of("family"), []
    enter("Ana")
    given = give(recorder_name="Ana Rivera", account_id=account.id)
    for effect in (None, "revoked"):
        if effect:
            enter("Luis", effect, account_id=account.id)
        with database.reading() as session:
            found.append(giver_of(session, session.get_one(Notice, given.id), session.get_one(Student, district.student.id), clock.now().date()).standing)
    assert found == [Unentered.NOT_ENTERED, Standing.REVOKED]


@pytest.mark.requirement("S-14")
def test_mail_about_a_protected_pupil_names_neither_place_nor_time(
    app: Flask, database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str]
) -> None:
    enter("Ana")
    protect(database, district)
    give(recorder_name="Ana Rivera")
    move_and_cancel(app, database, district)
    sent = mails(database)
    assert sorted(sent) == ["meeting_cancelled", "meeting_moved", "notice_matched"]
    assert all(NEITHER in text and not told_of(district, text) for text in sent.values()), sent


@pytest.mark.requirement("L-04")
def test_mail_tells_place_and_time_to_who_holds_rights_and_something_to_strangers_and_nothing_to_whose_rights_were_taken(
    app: Flask, database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str]
) -> None:
    enter("Ana")
    give(recorder_name="Ana Rivera")
    assert district.school.name in mails(database)["notice_matched"]
    with database.writing() as session:
        session.query(OutgoingMail).delete()
    give(recorder_name="Hugo Nobody")
    assert NEITHER in (text := mails(database)["notice_matched"])
    assert not told_of(district, text)
    with database.writing() as session:
        session.query(OutgoingMail).delete()
        for notice in session.query(Notice):
            notice.recorder_name = "Luis Rivera"
    enter("Luis", "revoked")  # after it was matched
    move_and_cancel(app, database, district)
    assert mails(database) == {}


@pytest.mark.requirement("S-14")
@pytest.mark.parametrize("is_protected", [True, False])
def test_receipt_file_and_letter_tell_no_deadline_where_a_person_should_look(
    client: FlaskClient, database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str], settings: Settings, is_protected: bool
) -> None:
    given = give(recorder_name="Ana Rivera")
    with database.reading() as session:
        deadline = session.get_one(Notice, given.id).deadline
    shown = deadline.isoformat()
    assert shown in client.get(given.link).text
    assert verify_receipt(client.get(f"{given.link}/file").data, None).receipt.deadline == deadline
    enter("Ana", "" if is_protected else "revoked")
    if is_protected:
        protect(database, district)
    page = client.get(given.link).text
    assert (shown in page, "Not told here any more: your notice is matched to a meeting" in page) == (False, True)
    content = client.get(f"{given.link}/file").data
    receipt = verify_receipt(content, None).receipt
    assert [receipt.deadline, receipt.deadline_start_rule, receipt.deadline_date_rule] == [None, None, None]
    assert {name: value for name, value in json.loads(content).items() if name.startswith("deadline")} == dict.fromkeys(
        ("deadline", "deadline_start_rule", "deadline_date_rule")
    )
    letter = PdfReader(BytesIO(client.get(f"{given.link}/letter").data)).pages[0].extract_text()
    assert "Deadline" not in letter


@pytest.mark.requirement("S-14")
def test_the_letter_about_a_move_tells_who_gave_notice_neither_place_nor_time_of_a_protected_pupil(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str]
) -> None:
    mother = enter("Eva")
    given = give(recorder_name="Hugo Nobody", student_name="M. Rivera")
    protect(database, district)
    with app.test_request_context(), database.writing() as session:
        now, meeting = clock.now(), session.get_one(Meeting, district.meeting.id)
        start = meeting.start + timedelta(hours=2)
        move_meeting(session, now, "user:laura", meeting.id, Move(now, WishOf.DISTRICT, start, start + timedelta(hours=1)))
    letters = f"/meetings/{district.meeting.id}/moved-letters"
    to_giver, to_mother = (
        PdfReader(BytesIO(coordinator.get(f"{letters}/{whom}/en.pdf").data)).pages[0].extract_text() for whom in (f"notice/{given.id}", f"holder/{mother}")
    )
    assert "neither place nor time" in to_giver
    assert not {district.school.name, district.room.name, "Before", "Now", "Mateo"} & {
        what for what in (district.school.name, district.room.name, "Before", "Now", "Mateo") if what in to_giver
    }
    assert [what in to_mother for what in ("Now", district.school.name, district.room.name)] == [True, False, False]


@pytest.mark.requirement("L-04")
@pytest.mark.requirement("S-14")
def test_desk_and_notice_page_say_before_matching_how_the_giver_stands(
    coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Match, enter: Callable[..., str]
) -> None:
    enter("Ana")
    given = give(recorder_name="Ana Rivera", is_matched=False)
    pages = ("/desk", f"/desk/notices/{given.id}")
    for page in pages:
        text = coordinator.get(page).text
        assert (str(GIVERS[Standing.HOLDS]) in text, "Needs review" in text) == (True, False)
    enter("Luis", "revoked")
    with database.writing() as session:
        session.get_one(Notice, given.id).recorder_name = "Luis Rivera"
    protect(database, district)
    for page in pages:
        text = coordinator.get(page).text
        assert all(words in text for words in ("Needs review", "The pupil needs particular protection.", str(GIVERS[Standing.REVOKED])))
    assert "needs review</option>" in coordinator.get(pages[1]).text
    coordinator.post(f"/desk/notices/{given.id}/match", data={"meeting": district.meeting.id})
    assert str(GIVERS[Standing.REVOKED]) in coordinator.get(pages[1]).text
