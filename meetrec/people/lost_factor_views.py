"""The administrator's page for a colleague whose second step is lost: it asks for fresh proof first, and tells the person by mail (W-10)."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import auth_required
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField

from meetrec.people.account_views import account_found, step
from meetrec.people.lost_factor_actions import remove_second_factor
from meetrec.people.models import Account
from meetrec.people.roles import ACCOUNT_ROLES
from meetrec.platform.form_validators import Needed
from meetrec.platform.mail import put_mail
from meetrec.platform.web import actor, for_staff, settings

blueprint = Blueprint("lost_factors", __name__)

# As for one's own account: the sign-in, or the password since, is not older than a quarter of an hour.
fresh_proof = auth_required(
    "session", within=lambda: current_app.config["SECURITY_FRESHNESS"], grace=lambda: current_app.config["SECURITY_FRESHNESS_GRACE_PERIOD"]
)


class LostFactorForm(FlaskForm):
    """Somebody who only says who they are must not get here by telephone."""

    is_known = BooleanField(
        lazy_gettext("I have seen the person, or called them at a number that the district knew before."),
        [Needed(lazy_gettext("Make sure first that it is this person who asks."))],
    )


@blueprint.route("/accounts/<uuid:account_id>/second-factor", methods=["GET", "POST"])
@for_staff(*ACCOUNT_ROLES)
@fresh_proof
def lost_second_factor(account_id: UUID) -> ResponseReturnValue:
    """Take away the second step of a colleague whose telephone or key is lost."""
    note = _("The authenticator, the recovery codes and all passkeys go, and the sessions end. Then the password alone is asked, until a new one is set up.")
    heading, button, done = _("Take the second step away"), _("Take it away"), _("The second step was taken away.")
    return step(account_found(account_id), LostFactorForm(), heading, button, _remove_and_tell, done, note)


def _remove_and_tell(session: Session, now: datetime, account: Account) -> None:
    remove_second_factor(session, now, actor(), account)
    if settings().mail.host:
        put_mail(session, now, "second_factor_removed", account.email, account.language, f"account:{account.id}", name=account.name, removed_at=now)
