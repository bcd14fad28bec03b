"""A small district: one school, one room with its kiosk, one pupil, one meeting, one account of each kind. For demonstration and tests."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from meetrec.installation import actions
from meetrec.journal import actions as journal
from meetrec.kiosk.enrolment import own_signer
from meetrec.meetings.actions import MeetingPlan, plan_meeting
from meetrec.meetings.models import MeetingKind, Room
from meetrec.people import roles
from meetrec.people.models import Student
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

SCHOOL = "Lincoln Elementary"
ROOM = "Conference Room A"
ACCOUNTS = {
    "coordinator": ("laura.bennett@demonstration.example", "Laura Bennett", roles.COORDINATOR),
    "custodian": ("custodian@demonstration.example", "Custodian of records", roles.DISTRICT_CUSTODIAN),
    "administrator": ("administrator@demonstration.example", "Administrator", roles.ADMINISTRATOR),
}


def small_district(database: Database, settings: Settings, password: str, meeting_start: datetime) -> SimpleNamespace:
    """Make the district in one transaction; what was made, for whoever needs the ids."""
    signer = own_signer(settings)  # the kiosk runs on this same machine
    with database.writing() as session:
        now = clock.now()
        journal.append(session, now, "system", "district.initialised", "district", demonstration=True)
        school = actions.create_school(session, SCHOOL)
        room = actions.create_room(session, school, ROOM)
        kiosk, token = actions.enroll_kiosk(session, now, room, signer)
        student = actions.create_student(session, now, school, "Mateo", "Rivera")
        meeting = plan_meeting(session, now, "system", one_hour(student, room, meeting_start))
        accounts = {key: _account(session, now, key, password) for key in ACCOUNTS}
        enrolled = {"kiosk": kiosk, "kiosk_token": token, "kiosk_signer": signer}
        return SimpleNamespace(school=school, room=room, student=student, meeting=meeting, **enrolled, **accounts)


def one_hour(student: Student, room: Room, start: datetime) -> MeetingPlan:
    """An IEP meeting of one hour."""
    return MeetingPlan(MeetingKind.IEP, student.id, room.id, start, start + timedelta(hours=1))


def _account(session: Session, now: datetime, key: str, password: str) -> SimpleNamespace:
    email, name, role = ACCOUNTS[key]
    account = actions.create_account(session, now, email, name, password, [role], is_demonstration=True)
    return SimpleNamespace(id=account.id, email=email, name=name, role=role, password=password)
