"""The demonstration's family: the pupil's mother, entered with her rights and with an account of her own."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.people.actions import create_account
from meetrec.people.models import FAMILY, Account, Student
from meetrec.people.rights import RightsHolderKind
from meetrec.people.rights_actions import Evidence, GuardianSaid, enter_guardian, enter_guardianship

PARENT = "parent"  # the sign-in's name
ADDRESS = "ana.rivera@demonstration.example"
MOTHER = GuardianSaid("Ana", "Rivera", ADDRESS, None, "12 Oak Street\nSpringfield, MO 65801", "es")
SEEN = Evidence("birth_record", "Names her as the mother.", "School office, pupil’s folder", is_seen=True)
BORN = date(2017, 4, 12)


def keep_family(session: Session, now: datetime, password: str) -> None:
    """Enter the mother with an account, once; a demonstration of before gets her too."""
    if session.scalars(select(Account.id).where(Account.email == ADDRESS)).first():
        return
    pupil = session.scalars(select(Student).order_by(Student.id).where(Student.given_name == "Mateo").limit(1)).one()
    pupil.birth_date = pupil.birth_date or BORN
    mother = enter_guardian(session, now, "system", MOTHER)
    enter_guardianship(session, now, "system", pupil, mother, RightsHolderKind.PARENT, None, SEEN)
    account = create_account(session, now, "system", ADDRESS, mother.name, password, kind=FAMILY, is_demonstration=True)
    account.language, mother.account_id = MOTHER.language, account.id
