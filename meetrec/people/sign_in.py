"""Sign-in with Flask-Security over flask-login: argon2, second factors, short sessions, every sign-in and refusal in the journal."""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, request
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    PasswordUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    VerifyForm,
    tf_disabled,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from sqlalchemy.orm import Session, scoped_session
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired

from meetrec.journal import actions as journal
from meetrec.journal.verbs import N_
from meetrec.people import gate
from meetrec.people.attempts import account_session, count_attempt, tell, tell_refusal
from meetrec.people.lockout import WHY_NOT_HERE, forget_refused_tries
from meetrec.people.models import FAMILY, Account, Passkey, Role
from meetrec.people.oidc import SchoolAccounts, answer_failures
from meetrec.people.passkey_forms import NewPasskeyForm, PasskeyAnswerForm, PasskeyDeleteForm, Passkeys, PasskeyStartForm
from meetrec.people.passwords import why_too_weak
from meetrec.people.pending_steps import follows_no_password, forget_pending_steps, refuse_foreign_steps
from meetrec.people.second_factor import CodeForm, CodesOnce, RecoveryCodeForm, RecoveryCodes, forget_second_factor, keep_signed_in
from meetrec.people.security_settings import REFUSED, security_settings
from meetrec.people.standing import AccountState
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.languages import own_address
from meetrec.platform.settings import Settings
from meetrec.platform.web import settings as settings_of_the_app

__all__ = ["REFUSED", "add_sign_in"]

OPENED_AS = "account_opened_as"  # in the cookie, until the sign-in page has shown it once: the address of the account that was just opened
SESSION_HOURS = 2  # staff; counted from the last page they opened

# Pages that change an account take the write lock at their first statement: when they are sent, and the answer of the provider when it is asked for.
WRITING_ENDPOINTS = frozenset(
    f"security.{name}"
    for name in (
        "login",
        "verify",
        "change_password",
        "two_factor_setup",
        "two_factor_token_validation",
        "mf_recovery",
        "mf_recovery_codes",
        "wan_register",
        "wan_register_response",
        "wan_signin_response",
        "wan_verify_response",
        "wan_delete",
    )
)
WAIT = N_("Too many tries were refused. Wait a quarter of an hour, then try again.")
WRITING_ANSWERS = frozenset({"security.oauthresponse"})


class SignInForm(LoginForm):
    """E-mail address and password. No “remember me”: school computers are shared."""

    email = EmailField(lazy_gettext("E-mail address"), validators=[InputRequired()])
    password = PasswordField(lazy_gettext("Password"), validators=[InputRequired()])
    remember = None
    is_first = False  # of an account that was just opened here

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Forget where to go next unless it is a page of ours, so that a forged link neither leads astray nor locks out."""
        super().__init__(*args, **kwargs)
        self.next.data = own_address(self.next.data or "") or ""
        if request.method == "GET" and (opened_as := cookie.pop(OPENED_AS, None)):
            self.email.data, self.is_first = opened_as, True

    def validate(self, **kwargs: Any) -> bool:
        """Let in or not; every refusal is told, also for an address that has no account."""
        count_attempt()
        if super().validate(**kwargs):
            return True
        tell_refusal()
        return False


class ProofForm(VerifyForm):
    """The password once more, before something of the account is changed."""

    password = PasswordField(lazy_gettext("Password"), validators=[InputRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Go on to a page of ours only."""
        super().__init__(*args, **kwargs)
        self.next.data = own_address(self.next.data or "") or ""

    def validate(self, **kwargs: Any) -> bool:
        """Limited and counted as at the sign-in: an open session must not be a place to try passwords."""
        count_attempt()
        if gate.standing_of(self.user) is AccountState.LOCKED:
            self.password.errors = [_(WAIT)]
            return False
        return super().validate(**kwargs)


class NewPasswordForm(ChangePasswordForm):
    """The password of now, and the new one twice."""

    password = PasswordField(lazy_gettext("Current password"), validators=[InputRequired()])
    new_password = PasswordField(lazy_gettext("New password"), validators=[InputRequired()])
    new_password_confirm = PasswordField(
        lazy_gettext("New password once more"),
        validators=[InputRequired(), EqualTo("new_password", message=lazy_gettext("The two new passwords are not the same."))],
    )

    def validate(self, **kwargs: Any) -> bool:
        """Limited and counted as at the sign-in."""
        count_attempt()
        account = current_user._get_current_object()
        if gate.standing_of(account) is AccountState.LOCKED:
            self.password.errors = [_(WAIT)]
            return False
        if super().validate(**kwargs):
            return True
        if self.password.errors and self.password.data:
            account.track_failed_authn("password")
        return False


class Passwords(PasswordUtil):
    """The one rule for a new password, wherever it is set."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Why it will not do, and how it is kept."""
        normal, account = self.normalize(password), kwargs["user"]
        why = why_too_weak(normal, email=account.email, name=account.name, district=settings_of_the_app().district.name)
        return ([_(why)] if why else None), normal


def why_not_here(account: Account) -> str | None:
    """The sentence for somebody who proved who they are and may not sign in: the same as for a wrong password, so that a guesser learns nothing.

    Whoever is suspended, or works under no agreement, is told so: they must know whom to call (W-33).
    Too many wrong passwords close the password and what follows it, else anybody could keep anybody out; a passkey and the school account stay open.
    """
    state = gate.standing_of(account)
    if state is AccountState.LOCKED and follows_no_password(account):
        state = AccountState.ACTIVE
    if state in (AccountState.SUSPENDED, AccountState.AGREEMENT_MISSING):
        gate.refuse_account(f"user:{account.id}", state)
    if state is AccountState.ACTIVE and _is_served_here(account):
        return None
    if request.endpoint in WRITING_ANSWERS:
        account_session().rollback()  # nobody is bound to the provider by a sign-in that failed
        tell_refusal()
    return _(REFUSED)


def _is_served_here(account: Account) -> bool:
    """A machine that serves parents alone lets families in, and no staff."""
    return account.kind == FAMILY or "staff" in current_app.extensions["meetrec.interfaces"]


def add_sign_in(app: Flask, database: Database, settings: Settings) -> None:
    """Give the application accounts, sessions and the sign-in pages."""
    session: scoped_session[Session] = scoped_session(cast(Any, lambda: _session_for_request(database)))
    app.extensions["meetrec.account_session"] = session
    app.extensions[WHY_NOT_HERE] = why_not_here
    app.config.update(security_settings(app.secret_key, settings), PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS), SESSION_COOKIE_HTTPONLY=True)
    security = Security(app, SQLAlchemySessionUserDatastore(session, Account, Role, Passkey), **_our_parts())
    if security.oauthglue:
        security.oauthglue.register_provider_ext(SchoolAccounts(settings.sign_in))
        answer_failures(app)
    # A browser's session is the only way in: Flask-Security's tokens in headers and addresses would outlive it.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.before_request(refuse_foreign_steps)
    app.before_request(keep_signed_in)
    app.after_request(_keep_session_while_used)
    app.teardown_appcontext(lambda _error: session.remove())
    _listen(app)


def _our_parts() -> dict[str, Any]:
    return {
        "login_form": SignInForm,
        "verify_form": ProofForm,
        "change_password_form": NewPasswordForm,
        "two_factor_verify_code_form": CodeForm,
        "mf_recovery_form": RecoveryCodeForm,
        "wan_register_form": NewPasskeyForm,
        "wan_delete_form": PasskeyDeleteForm,
        "wan_signin_form": PasskeyStartForm,
        "wan_signin_response_form": PasskeyAnswerForm,
        "totp_cls": CodesOnce,
        "mf_recovery_codes_util_cls": RecoveryCodes,
        "webauthn_util_cls": Passkeys,
        "password_util_cls": Passwords,
    }


def _listen(app: Flask) -> None:
    """What Flask-Security tells of goes to the journal, in the transaction of the change itself."""
    user_authenticated.connect(_tell_sign_in, app)
    tf_disabled.connect(_tell_removal, app)
    wan_registered.connect(_tell_new_passkey, app)
    wan_deleted.connect(_tell_passkey_gone, app)


def _session_for_request(database: Database) -> Session:
    """Signing in writes; every other request only reads the account, and must not hold SQLite's write lock while a view writes."""
    writes = request.endpoint in (WRITING_ENDPOINTS if request.method == "POST" else WRITING_ANSWERS)
    return database.write_session() if writes else database.read_session()


def _keep_session_while_used(response: Response) -> Response:
    """Sign the cookie anew when a person does something, so that the hours count from then; the cookie still ends with the browser."""
    if "_user_id" in cookie and request.endpoint != "static" and not _is_page_watching():
        cookie.modified = True
    return response


def _is_page_watching() -> bool:
    """A script that looks every few seconds whether something changed: a desk left alone must not stay signed in for ever."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"


def _tell_sign_in(app: Flask, user: Account, authn_via: list[str] | None = None, **_: Any) -> None:
    forget_pending_steps()
    session = app.extensions["meetrec.account_session"]  # committed by Flask-Security with the sign-in itself
    verb = "account.password_changed" if authn_via == ["change"] else "account.signed_in"
    journal.append(session, clock.now(), f"user:{user.id}", verb, f"account:{user.id}")
    forget_refused_tries(user)


def _tell_removal(_app: Flask, user: Account, **_: Any) -> None:
    forget_second_factor(user)


def _tell_new_passkey(_app: Flask, user: Account, **_: Any) -> None:
    tell("account.passkey_added", user)


def _tell_passkey_gone(_app: Flask, user: Account, **_: Any) -> None:
    tell("account.passkey_removed", user)
