"""A small district: one school, one room with its kiosk, one pupil, one meeting, one account of each kind. For demonstration and tests."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from meetrec.installation import actions
from meetrec.journal import actions as journal
from meetrec.kiosk.enrolment import own_signer
from meetrec.meetings.actions import MeetingPlan, plan_meeting
from meetrec.meetings.models import MeetingKind, Room
from meetrec.people import roles
from meetrec.people.actions import create_account, give_role
from meetrec.people.duty_actions import enter_training
from meetrec.people.models import Account, School, Student
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

SCHOOL = "Lincoln Elementary"
ROOM = "Conference Room A"
ACCOUNTS = {
    "coordinator": ("laura.bennett@demonstration.example", "Laura Bennett", roles.COORDINATOR),
    "custodian": ("custodian@demonstration.example", "Custodian of records", roles.DISTRICT_CUSTODIAN),
    "administrator": ("administrator@demonstration.example", "Administrator", roles.ADMINISTRATOR),
    "site_custodian": ("site.custodian@demonstration.example", "Custodian of the school", roles.SITE_CUSTODIAN),
}


def small_district(database: Database, settings: Settings, password: str, meeting_start: datetime) -> SimpleNamespace:
    """Make the district in one transaction; what was made, for whoever needs the ids."""
    signer = own_signer(settings)  # the kiosk runs on this same machine
    with database.writing() as session:
        now = clock.now()
        today = clock.in_zone(now, settings.district.zone).date()
        journal.append(session, now, "system", "district.initialised", "district", demonstration=True)
        school = actions.create_school(session, SCHOOL)
        room = actions.create_room(session, school, ROOM)
        kiosk, token = actions.enroll_kiosk(session, now, room, signer)
        student = actions.create_student(session, now, school, "Mateo", "Rivera")
        meeting = plan_meeting(session, now, "system", one_hour(student, room, meeting_start))
        accounts = {key: _made(session, now, key, password, school, today) for key in ACCOUNTS}
        enrolled = {"kiosk": kiosk, "kiosk_token": token, "kiosk_signer": signer}
        return SimpleNamespace(school=school, room=room, student=student, meeting=meeting, **enrolled, **accounts)


def one_hour(student: Student, room: Room, start: datetime) -> MeetingPlan:
    """An IEP meeting of one hour."""
    return MeetingPlan(MeetingKind.IEP, student.id, room.id, start, start + timedelta(hours=1))


def small_account(session: Session, now: datetime, key: str, password: str, school: School, today: date) -> Account:
    """One of `ACCOUNTS`, with its role, and trained today (W-20)."""
    email, name, role = ACCOUNTS[key]
    account = create_account(session, now, "system", email, name, password, is_demonstration=True)  # the password is the machine's own
    account.certificated = role == roles.DISTRICT_CUSTODIAN  # B-03
    give_role(session, now, "system", account, role, school.id if role == roles.SITE_CUSTODIAN else None)
    for module in TrainingModule:
        enter_training(session, now, "system", account, module, today)
    return account


def _made(session: Session, now: datetime, key: str, password: str, school: School, today: date) -> SimpleNamespace:
    account = small_account(session, now, key, password, school, today)
    return SimpleNamespace(id=account.id, email=account.email, name=account.name, role=ACCOUNTS[key][2], password=password)
