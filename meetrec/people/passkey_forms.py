"""Passkeys: in place of the password, where the device itself asks who is there, or as the second step after it (W-10)."""

from typing import Any

from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import WebAuthnDeleteForm, WebAuthnRegisterForm, WebAuthnSigninForm, WebAuthnSigninResponseForm, WebauthnUtil
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from meetrec.people.attempts import count_attempt, tell_refusal
from meetrec.people.models import Account
from meetrec.people.security_settings import PASSKEY_REFUSED
from meetrec.platform.languages import own_address

FIRST, SECOND = "first", "secondary"  # Flask-Security's names


class Passkeys(WebauthnUtil):
    """What is asked of a passkey. One that stands in for the password must know its person by a PIN or a finger: it is both factors."""

    def authenticator_selection(self, user: Account, usage: str) -> AuthenticatorSelectionCriteria:
        """When a passkey is made: any kind of device."""
        if usage == FIRST:
            return AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED)
        return AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.DISCOURAGED)

    def user_verification(self, user: Account | None, usage: list[str]) -> UserVerificationRequirement:
        """When a passkey is used."""
        return UserVerificationRequirement.REQUIRED if usage == [FIRST] else UserVerificationRequirement.PREFERRED


class NewPasskeyForm(WebAuthnRegisterForm):
    """A name by which the person knows the device again, and what the passkey is for."""

    name = StringField(lazy_gettext("Name of the device"), validators=[InputRequired()])
    usage = RadioField(
        lazy_gettext("What it is for"),
        choices=[(FIRST, lazy_gettext("Sign in with it instead of the password")), (SECOND, lazy_gettext("Use it as the second step, after the password"))],
        default=FIRST,
        validators=[InputRequired()],
    )


class PasskeyDeleteForm(WebAuthnDeleteForm):
    """Take a passkey away, named as it was when it was made."""


class PasskeyStartForm(WebAuthnSigninForm):
    """Ask for a passkey. No “remember me”: school computers are shared."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Forget what nobody may send."""
        super().__init__(*args, **kwargs)
        self.remember.data = False
        self.next.data = own_address(self.next.data or "") or ""


class PasskeyAnswerForm(WebAuthnSigninResponseForm):
    """What the device answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Forget what nobody may send."""
        super().__init__(*args, **kwargs)
        self.remember.data = ""
        self.next.data = own_address(self.next.data or "") or ""

    def validate(self, **kwargs: Any) -> bool:
        """Let in or not; every refusal is told."""
        count_attempt()
        if super().validate(**kwargs):
            if self._is_of_this_sign_in():
                return True
            self.credential.errors.append(_(PASSKEY_REFUSED))
        tell_refusal()
        return False

    def _is_of_this_sign_in(self) -> bool:
        """Flask-Security asks neither whose password came before a second step, nor that the device knew its person in place of a password."""
        if self.is_secondary:
            return bool(self.user.fs_uniquifier == cookie.get("tf_user_id"))
        return self.is_verify or self.mf_check
