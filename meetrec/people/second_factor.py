"""The second step of signing in: codes of an authenticator that count once, and recovery codes that are shown once (W-10)."""

from typing import Any

import qrcode
from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_security import MfRecoveryCodesUtil, MfRecoveryForm, Totp, TwoFactorVerifyCodeForm
from markupsafe import Markup
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import InputRequired

from meetrec.people.attempts import account_session, count_attempt, tell
from meetrec.people.lockout import are_codes_closed
from meetrec.people.models import Account
from meetrec.people.pending_steps import ALREADY_SET_UP, forget_pending_steps, is_setting_up, opens_with_more_than_a_password
from meetrec.people.security_settings import REFUSED
from meetrec.platform import clock
from meetrec.platform.web import settings

QUIET_ZONE = 4  # modules of white around a QR code


class CodesOnce(Totp):
    """Codes of an authenticator, each of which counts once."""

    def get_last_counter(self, user: Account) -> int | None:
        """Which code was used last; a seed that is being set up has no past."""
        return None if is_setting_up() else user.totp_last_counter

    def set_last_counter(self, user: Account, tmatch: Any) -> None:
        """Remember which code was used (a passlib TotpMatch)."""
        user.totp_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The address of the seed as a picture in the page itself: nothing is fetched."""
        return qr_picture(self.get_totp_uri(username, totp), _("Picture to read with the authenticator"))


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes: told to the journal when they are made, shown then and never again."""

    def create_recovery_codes(self, user: Account) -> list[str]:
        """Ten new ones; those of before no longer count."""
        tell("account.recovery_codes_made", user)
        return list(super().create_recovery_codes(user))

    def get_recovery_codes(self, user: Account) -> list[str]:
        """None: whoever finds an open page must not find the codes."""
        return []


class CodeForm(TwoFactorVerifyCodeForm):
    """The six figures of the authenticator."""

    code = StringField(lazy_gettext("Code"), validators=[InputRequired()])

    def validate(self, **kwargs: Any) -> bool:
        """Limited and told like a password; while the account is closed no code counts."""
        count_attempt()
        if not current_user.is_authenticated and (closed := _why_not_by_code(hold(account_session(), self.user))):
            self.code.errors = closed
            return False
        if not super().validate(**kwargs):
            _tell_refusal(self.user)
            return False
        if is_setting_up():
            tell("account.second_factor_set", self.user)
        return True


class RecoveryCodeForm(MfRecoveryForm):
    """One of the codes that were kept for the day the telephone is lost."""

    code = StringField(lazy_gettext("Recovery code"), validators=[InputRequired()], filters=[lambda typed: typed.strip().lower() if typed else typed])

    def validate(self, **kwargs: Any) -> bool:
        """Limited, counted and told like a password."""
        count_attempt()
        if closed := _why_closed(hold(account_session(), self.user)):
            self.code.errors = closed
            return False
        if super().validate(**kwargs):
            return True
        self.user.track_failed_authn("recovery code", True)
        _tell_refusal(self.user)
        return False


def keep_signed_in() -> ResponseReturnValue | None:
    """A link to the page of the code must not sign out who is signed in, as Flask-Security would."""
    if request.endpoint == "security.two_factor_token_validation" and current_user.is_authenticated and not is_setting_up():
        return redirect("/account")
    return None


def hold(session: Session, account: Account) -> Account:
    """The account as it stands now, held until the transaction ends: of the same code sent twice at once, the second finds it used."""
    columns = list(inspect(Account).column_attrs.keys())  # its roles are not held, and PostgreSQL would refuse to
    session.refresh(account, columns, with_for_update=True)  # SQLite has one writer, and holds it anyway
    return account


def forget_second_factor(user: Account) -> None:
    """After the authenticator was taken away: its counter goes, and the recovery codes if no passkey asks for a second step."""
    user.totp_last_counter = None
    if not any(passkey.usage == "secondary" for passkey in user.webauthn):
        user.mf_recovery_codes = None
    tell("account.second_factor_removed", user)


def codes_left(user: Account) -> int:
    """How many recovery codes were not used yet."""
    return len(user.mf_recovery_codes or [])


def qr_picture(text: str, name: str) -> Markup:
    """A QR code as an inline picture; `name` is read to whoever does not see it."""
    code = qrcode.QRCode(border=QUIET_ZONE)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    picture = '<svg class="meetrec-qr" role="img" aria-label="{}" viewBox="0 0 {} {}"><rect width="100%" height="100%" fill="#fff"/><path d="{}"/></svg>'
    return Markup(picture).format(name, len(rows), len(rows), dark)  # noqa: S704 – format escapes what is put in


def _why_not_by_code(user: Account) -> list[str]:
    """Asked of whoever is not signed in yet. A seed that was just made counts only while nothing else opens the account, else it would replace that."""
    if is_setting_up() and opens_with_more_than_a_password(user):
        forget_pending_steps()
        return [_(ALREADY_SET_UP)]
    return _why_closed(user)


def _why_closed(user: Account) -> list[str]:
    closed: list[str] = []
    if not user.is_locked(closed) and are_codes_closed(account_session(), clock.now(), user, settings().sign_in):
        closed.append(_(REFUSED))
    return closed


def _tell_refusal(user: Account) -> None:
    if not is_setting_up():
        tell("account.second_factor_refused", user)
        current_app.extensions["meetrec.account_session"].commit()
