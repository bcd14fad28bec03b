"""PostgreSQL lets two requests read before either writes: what may happen once is held first, so that the second finds it done."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import ORMExecuteState, Session

from meetrec.people.actions import deactivate, end_role, give_role
from meetrec.people.custody_actions import hand_over
from meetrec.people.duty_queries import current_grants
from meetrec.people.invitation_actions import accept_invitation, invite
from meetrec.people.models import Account
from meetrec.people.roles import CHAIR, DISTRICT_CUSTODIAN
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.accounts import PASSWORD, AccountOf


def first_asked(session: Session, act: Callable[[], object]) -> str:
    """The first statement about rows that may be held, as PostgreSQL gets it."""
    asked: list[str] = []

    def listen(state: ORMExecuteState) -> None:
        if state.is_select:
            asked.append(str(state.statement.compile(dialect=postgresql.dialect())))

    event.listen(session, "do_orm_execute", listen)
    act()
    event.remove(session, "do_orm_execute", listen)
    return next(said for said in asked if "FROM role \n" in said or "FROM account_invitation" in said or "FROM role_grant" in said)


@pytest.mark.requirement("W-10")
def test_a_link_is_held_before_it_sets_a_password(database: Database, account_of: AccountOf) -> None:
    person = account_of(CHAIR, activated_at=None)
    with database.writing() as session:
        code = invite(session, clock.now(), "system", session.get_one(Account, person.id))
        said = first_asked(session, lambda: accept_invitation(session, clock.now(), code, PASSWORD))
    assert "FROM account_invitation" in said
    assert said.endswith("FOR UPDATE")


@pytest.mark.requirement("B-03")
@pytest.mark.parametrize("how", ["give", "end", "hand over", "deactivate"])
def test_a_role_is_held_before_anybody_looks_who_has_it(database: Database, district: SimpleNamespace, account_of: AccountOf, how: str) -> None:
    person = account_of(CHAIR, certificated=True)
    with database.writing() as session:
        now, account = clock.now(), session.get_one(Account, person.id)
        grant = current_grants(session, person.id)[0]
        acts: dict[str, Callable[[], object]] = {
            "give": lambda: give_role(session, now, "system", account, "coordinator"),
            "end": lambda: end_role(session, now, "system", grant.id),
            "hand over": lambda: hand_over(session, now, "system", DISTRICT_CUSTODIAN, None, account),
            "deactivate": lambda: deactivate(session, now, "system", account, "left"),
        }
        said = first_asked(session, acts[how]) if how != "deactivate" else _after_the_grants(session, acts[how])
    assert "FROM role \n" in said
    assert said.endswith("FOR UPDATE")


@pytest.mark.requirement("W-30")
def test_a_role_that_somebody_else_ended_meanwhile_is_ended_once(database: Database, district: SimpleNamespace) -> None:
    with database.read_session() as session:
        grant = next(grant for grant in current_grants(session, district.coordinator.id))
        session.commit()
        with database.writing() as other:
            end_role(other, clock.now(), "user:first", grant.id)
        assert end_role(session, clock.now(), "user:second", grant.id).ended_by == "user:first"


def _after_the_grants(session: Session, act: Callable[[], object]) -> str:
    """Closing an account reads which roles it has, and then holds each before it ends."""
    asked: list[str] = []
    event.listen(session, "do_orm_execute", lambda state: asked.append(str(state.statement.compile(dialect=postgresql.dialect()))) if state.is_select else None)
    act()
    return next(said for said in asked if "FROM role \n" in said)
