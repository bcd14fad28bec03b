"""Hand over the office of a custodian: one ends and the other begins in one step, so that no moment has two or none (B-03, B-04)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.people.actions import AccountRefused, end_role, give_role, hold_role
from meetrec.people.custody_queries import holders_of
from meetrec.people.models import Account, RoleGrant
from meetrec.people.roles import DISTRICT_CUSTODIAN, SITE_CUSTODIAN


def hand_over(session: Session, now: datetime, actor: str, role: str, school_id: str | None, account: Account) -> RoleGrant:
    """Give the office to an account and end it for whoever held it. Raises `AccountRefused` for somebody who may not hold it."""
    if role not in (DISTRICT_CUSTODIAN, SITE_CUSTODIAN):
        raise AccountRefused(_("Only the offices of custodians are handed over."))
    if role == DISTRICT_CUSTODIAN and not account.certificated:  # B-03
        raise AccountRefused(_("The custodian of the district must be a certificated employee, and this account does not say so."))
    hold_role(session, role)
    held = holders_of(session, role, school_id)
    if held and all(grant.account_id == account.id for grant in held):
        raise AccountRefused(_("%(name)s holds this office already.", name=account.name))
    for grant in held:
        if grant.account_id != account.id:  # of several from before the rule one stays
            end_role(session, now, actor, grant.id)
    return give_role(session, now, actor, account, role, school_id)
