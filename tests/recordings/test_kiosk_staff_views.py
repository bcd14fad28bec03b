"""The page of kiosks: an administrator sees all, invites with a code that is shown once, and revokes."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.capture.signing import KioskSigner
from meetrec.installation.actions import enroll_kiosk
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk, KioskInvitation, Room
from meetrec.platform import clock
from meetrec.platform.certificates import in_groups
from meetrec.platform.database import Database
from meetrec.platform.enrolment_codes import hash_of
from meetrec.recordings import enrolment

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.fixture
def administrator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    """An administrator's browser."""
    return sign_in(district.administrator)


def page(client: FlaskClient, address: str = "/kiosks") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_page_lists_every_kiosk_with_place_key_and_standing(administrator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        room = session.get_one(Room, district.room.id)
        revoked, _token = enroll_kiosk(session, clock.now(), room, KioskSigner.new(), is_reserve=True)
        enrolment.revoke(session, clock.now(), "system", revoked.id)
    shown = page(administrator)
    assert ("Main kiosk" in shown, "Reserve kiosk" in shown, "Revoked" in shown) == (True, True, True)
    assert in_groups((enrolment.key_name(district.kiosk) or "")[:16]) in shown
    assert f"/kiosks/{district.kiosk.id}/revoke" in shown
    assert f"/kiosks/{revoked.id}/revoke" not in shown
    assert '<a href="/kiosks" aria-current="page">Kiosks</a>' in shown


def test_kiosk_from_before_signatures_is_told_to_enrol_again(administrator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Kiosk, district.kiosk.id).public_key = None
    assert "enrol it again before it can deliver" in page(administrator)


@pytest.mark.requirement("G5.b")
def test_code_is_shown_once_and_is_in_the_list_without_its_letters(administrator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    answer = administrator.post("/kiosks", data={"room": district.room.id, "place": "reserve", "hours": "4"})
    shown = answer.get_data(as_text=True)
    found = re.search(r'id="code">([A-Z0-9-]+)<', shown)
    assert found, shown
    assert "meetrec kiosk enroll --server http://localhost" in shown
    with database.reading() as session:
        invitation = session.scalars(select(KioskInvitation).where(KioskInvitation.used_at.is_(None))).one()
        assert (invitation.code_hash, invitation.is_reserve) == (hash_of(found[1]), True)
        assert invitation.expires_at - invitation.made_at == timedelta(hours=4)
        entry = session.query(JournalEntry).filter_by(verb="kiosk.invited", subject=f"kiosk_invitation:{invitation.id}").one()
        assert entry.actor == f"user:{district.administrator.id}"
    listed = page(administrator)
    assert "Codes not used yet" in listed
    assert found[1] not in listed
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("changed", [{"room": "nowhere"}, {"room": ""}, {"place": "both"}, {"hours": "9999"}, {"hours": "x"}])
def test_form_that_says_something_else_makes_no_code(
    administrator: FlaskClient, database: Database, district: SimpleNamespace, changed: dict[str, str]
) -> None:
    answer = administrator.post("/kiosks", data={"room": district.room.id, "place": "main", "hours": "24", **changed})
    assert answer.status_code == 422
    with database.reading() as session:
        assert session.scalars(select(KioskInvitation).where(KioskInvitation.used_at.is_(None))).first() is None


def test_kiosk_is_revoked_after_a_page_that_says_what_it_means(administrator: FlaskClient, app: Flask, database: Database, district: SimpleNamespace) -> None:
    address = f"/kiosks/{district.kiosk.id}/revoke"
    assert "stay on it and are not delivered" in page(administrator, address)
    assert administrator.post(address).location == "/kiosks"
    with database.reading() as session:
        kiosk = session.get_one(Kiosk, district.kiosk.id)
        assert kiosk.revoked_by == f"user:{district.administrator.id}"
    assert "The kiosk was revoked." in page(administrator)
    assert "revoked before" in page(administrator, address)
    assert administrator.post(address).location == "/kiosks"  # pressed twice
    assert "revoked before" in page(administrator)
    with database.reading() as session:
        assert session.query(JournalEntry).filter_by(verb="kiosk.revoked").count() == 1
    headers = {"Authorization": f"Bearer {district.kiosk_token}"}
    assert app.test_client().get("/kiosk/api/meetings", headers=headers).status_code == 403


def test_kiosk_that_never_was_is_not_found(administrator: FlaskClient) -> None:
    address = "/kiosks/11111111-2222-4333-8444-555555555555/revoke"
    assert [administrator.get(address).status_code, administrator.post(address).status_code] == [404, 404]
