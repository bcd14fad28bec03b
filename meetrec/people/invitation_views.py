"""The first password of an account, behind its one-time link."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from meetrec.people.actions import AccountRefused
from meetrec.people.attempts import count_attempt
from meetrec.people.invitation_actions import accept_invitation, invited_account
from meetrec.people.models import Account
from meetrec.platform import clock
from meetrec.platform.web import SIGNING_IN, database, entrance, settings

blueprint = Blueprint("invitations", __name__)


class FirstPasswordForm(FlaskForm):
    """The password, twice."""

    password = PasswordField(lazy_gettext("New password"), validators=[InputRequired()])
    again = PasswordField(
        lazy_gettext("New password once more"),
        validators=[InputRequired(), EqualTo("password", message=lazy_gettext("The two new passwords are not the same."))],
    )

    def __init__(self, account: Account, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.account = account

    def validate(self, extra_validators: Any = None) -> bool:
        """The one rule for passwords; what is kept is the password as Flask-Security will compare it."""
        if not super().validate(extra_validators):
            return False
        reasons, self.password.data = current_app.extensions["security"].password_util.validate(self.password.data, False, user=self.account)
        self.password.errors = reasons or []
        return not reasons


@blueprint.before_request
def name_no_referrer() -> None:
    """The address is a key."""
    g.no_referrer = True


@blueprint.route("/invitation/<string:code>", methods=["GET", "POST"])
@entrance(SIGNING_IN)
def first_password(code: str) -> ResponseReturnValue:
    """Set the first password; a code that is unknown, used or too old gets one sentence."""
    count_attempt()
    now = clock.in_zone(clock.now(), settings().district.zone)
    with database().reading() as session:
        account = invited_account(session, code, now)
    if account is None:
        raise AccountRefused(_("This link was used before or is too old. Ask for a new one."))
    form = FirstPasswordForm(account)
    if not form.validate_on_submit():
        return render_template("people/invitation.html", form=form, account=account)
    with database().writing() as session:
        accept_invitation(session, now, code, form.password.data or "")
    flash(_("Your password is set. Sign in with it now."), "success")
    return redirect(url_for("security.login"))
