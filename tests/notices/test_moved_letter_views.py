"""After a move the letter is offered for every family whom no mail tells of it, and for nobody else."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from meetrec.meetings.actions import Move, WishOf, cancel_meeting, move_meeting
from meetrec.meetings.models import Meeting
from meetrec.notices.actions import District, NoticeStatement, match_notice, receive_notice, withdraw_notice
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce
from meetrec.people.models import Student
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Mail
from tests.notices.conftest import REAL_RECORDINGS

Give = Callable[..., str]
SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.fixture
def give(app: Flask, database: Database, statement: Callable[..., NoticeStatement], missouri: District, district: SimpleNamespace) -> Give:
    """A matched notice; its id."""

    def give(name: str, email: str | None = None, *, is_confirmed: bool = False, language: str = "en") -> str:
        at = clock.now()
        with app.test_request_context(), database.writing() as session:
            notice = receive_notice(session, at, "public", statement(recorder_name=name, language=language), new_nonce(), missouri, email)
            notice.email_verified_at = at if is_confirmed else None
            session.flush()
            match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
            return notice.id

    return give


@pytest.fixture
def with_mail(app: Flask, settings: Settings) -> None:
    """Mail goes out."""
    app.extensions["meetrec.settings"] = settings.model_copy(update={"mail": Mail(host="mail.cedarbend.org", sender="meetrec@cedarbend.org")})


@pytest.fixture
def coordinator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    return sign_in(district.coordinator)


def move(app: Flask, database: Database, district: SimpleNamespace, hours: int = 2) -> None:
    with app.test_request_context(), database.writing() as session:
        now, meeting = clock.now(), session.get_one(Meeting, district.meeting.id)
        start = meeting.start + timedelta(hours=hours)
        move_meeting(session, now, "user:laura", meeting.id, Move(now, WishOf.DISTRICT, start, start + timedelta(hours=1)))


def page_of(client: FlaskClient, district: SimpleNamespace) -> str:
    answer = client.get(f"/meetings/{district.meeting.id}/moved-letters")
    assert answer.status_code == 200
    return str(answer.text)


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return PdfReader(BytesIO(answer.data)).pages[0].extract_text()


@pytest.mark.usefixtures("with_mail")
@pytest.mark.requirement("G1.b")
def test_the_letter_is_offered_to_who_gave_notice_without_a_confirmed_address(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give
) -> None:
    without = give("Ana Rivera", language="es")
    give("Luis Rivera", "luis@example.org", is_confirmed=True)
    give("Eva Rivera", "eva@example.org")
    link = f"/meetings/{district.meeting.id}/moved-letters"
    assert link not in coordinator.get(f"/meetings/{district.meeting.id}").text
    assert coordinator.get(link).status_code == 404
    move(app, database, district)
    assert link in coordinator.get(f"/meetings/{district.meeting.id}").text
    page = page_of(coordinator, district)
    assert [name in page for name in ("Ana Rivera", "Luis Rivera", "Eva Rivera")] == [True, False, True]
    assert ("Letter in Spanish" in page, "Español<" in page.split("<main", 1)[1]) == (True, False), "languages in the words of the page"
    first = f"{link}/notice/{without}/es.pdf"
    assert page.index(first) < page.index(f"{link}/notice/{without}/en.pdf")  # the family's own language first
    with database.reading() as session:
        reference = session.get_one(Notice, without).reference
    letter = text_of(coordinator, first)
    assert all(words in letter for words in ("Ana Rivera", "Mateo Rivera", reference, district.room.name))
    assert coordinator.get(f"{link}/notice/{without}/fr.pdf").status_code == 404
    assert coordinator.get(f"{link}/notice/{district.student.id}/en.pdf").status_code == 404


@pytest.mark.parametrize("is_moved_before", [False, True])
def test_families_whom_no_mail_tells_of_a_cancellation_get_a_letter_too(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give, is_moved_before: bool
) -> None:
    notice, meeting = give("Ana Rivera"), f"/meetings/{district.meeting.id}"
    if is_moved_before:
        move(app, database, district)
    assert f"{meeting}/moved-letters" in coordinator.post(f"{meeting}/cancel", data={"by": "district"}, follow_redirects=True).text
    assert "Tell the family" in coordinator.post(f"{meeting}/cancel", data={"by": "district"}, follow_redirects=True).text
    assert "Ana Rivera" in page_of(coordinator, district)
    letter = text_of(coordinator, f"{meeting}/moved-letters/notice/{notice}/en.pdf")
    assert all(words in letter for words in ("The meeting was cancelled", "The meeting about Mateo Rivera does not take place.", "Ana Rivera"))
    coordinator.post(f"{meeting}/restore")
    assert coordinator.get(f"{meeting}/moved-letters").status_code == (200 if is_moved_before else 404)


def test_without_a_mail_server_everybody_needs_the_letter(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give
) -> None:
    give("Luis Rivera", "luis@example.org", is_confirmed=True)
    move(app, database, district)
    assert "Luis Rivera" in page_of(coordinator, district)


@pytest.mark.usefixtures("with_mail")
@pytest.mark.requirement("D-17")
def test_who_holds_rights_and_has_no_address_gets_it_too(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give
) -> None:
    give("Rivera, Ana")  # the same person as the parent below
    guardians = {}
    with database.writing() as session:
        for given, email in (("Ana", None), ("Hugo", None), ("Mail", "mail@example.org"), ("Revoked", None)):
            guardian = Guardian(given_name=given, family_name="Rivera", email=email, language="en")
            guardian.guardianships.append(Guardianship(student_id=district.student.id, kind="PARENT", source="hand"))
            session.add(guardian)
            session.flush()
            guardians[given] = guardian.id
        session.add(
            RightsRestriction(
                student_id=district.student.id, guardian_id=guardians["Revoked"], effect="revoked", authority="court_order", words="All", kept_at="Office",
                entered_at=clock.now(), entered_by="user:x",
            )
        )  # fmt: skip
    move(app, database, district)
    page = page_of(coordinator, district)
    assert [name in page for name in ("Rivera, Ana", "Ana Rivera", "Hugo Rivera", "Mail Rivera", "Revoked Rivera")] == [True, False, True, False, False]
    letter = text_of(coordinator, f"/meetings/{district.meeting.id}/moved-letters/holder/{guardians['Hugo']}/en.pdf")
    assert "Hugo Rivera" in letter
    assert "Your notice" not in letter
    assert coordinator.get(f"/meetings/{district.meeting.id}/moved-letters/holder/{guardians['Revoked']}/en.pdf").status_code == 404


def test_an_eligible_student_gets_it_for_themselves(app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Student, district.student.id).birth_date = clock.now().date() - timedelta(days=19 * 366)
    move(app, database, district)
    assert f"/moved-letters/holder/{district.student.id}/en.pdf" in page_of(coordinator, district)


@pytest.mark.requirement("S-14")
def test_the_letter_names_no_room_of_a_protected_pupil(app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give) -> None:
    notice = give("Ana Rivera")
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=district.student.id, reason="custody", set_at=clock.now(), set_by="user:x"))
    move(app, database, district)
    letter = text_of(coordinator, f"/meetings/{district.meeting.id}/moved-letters/notice/{notice}/en.pdf")
    assert "Ana Rivera" in letter
    assert district.room.name not in letter


def test_the_letter_tells_the_last_move_and_ends_with_notice_and_meeting(
    app: Flask, coordinator: FlaskClient, database: Database, district: SimpleNamespace, give: Give
) -> None:
    notice = give("Ana Rivera")
    move(app, database, district)
    move(app, database, district, hours=1)
    with database.reading() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        assert meeting.start_before_last_move == meeting.first_start + timedelta(hours=2)
    with app.test_request_context(), database.writing() as session:
        withdraw_notice(session, clock.now(), "public", session.get_one(Notice, notice))
    assert "nobody else lacks a mail address" in page_of(coordinator, district)
    with app.test_request_context(), database.writing() as session:
        cancel_meeting(session, clock.now(), "user:laura", district.meeting.id, WishOf.DISTRICT)
    page = page_of(coordinator, district)
    assert ("Letters: the meeting was cancelled" in page, "nobody else lacks a mail address" in page) == (True, True)
