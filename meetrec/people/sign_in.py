"""Sign-in with Flask-Security over flask-login: argon2, short sessions, every sign-in and refusal in the journal."""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, request
from flask import session as cookie
from flask_babel import lazy_gettext
from flask_login import user_logged_in
from flask_security import LoginForm, Security, SQLAlchemySessionUserDatastore
from sqlalchemy.orm import Session, scoped_session
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from meetrec.journal import actions as journal
from meetrec.journal.verbs import N_
from meetrec.people.models import FAMILY, Account, Role
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.keys import secret
from meetrec.platform.languages import TRANSLATIONS, own_address
from meetrec.platform.rate_limits import SIGN_IN_ATTEMPTS, limiter

SESSION_HOURS = 2  # staff; counted from the last page they opened
WRITING_ENDPOINTS = ("security.login",)

# Said for a wrong password and for an unknown address alike, so that nobody learns who has an account.
REFUSED = N_("This e-mail address and password do not belong together. Check both and try again.")


class SignInForm(LoginForm):
    """E-mail address and password. No “remember me”: school computers are shared."""

    email = EmailField(lazy_gettext("E-mail address"), validators=[InputRequired()])
    password = PasswordField(lazy_gettext("Password"), validators=[InputRequired()])
    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Forget where to go next unless it is a page of ours, so that a forged link neither leads astray nor locks out."""
        super().__init__(*args, **kwargs)
        self.next.data = own_address(self.next.data or "") or ""

    def validate(self, **kwargs: Any) -> bool:
        """Let in or not; every refusal is told, also for an address that has no account."""
        _count_attempt()
        if super().validate(**kwargs):
            if _is_served_here(self.user):
                return True
            self.password.errors = [REFUSED]
        _tell_refusal()
        return False


def _is_served_here(account: Account) -> bool:
    """A machine that serves parents alone lets families in, and no staff."""
    return account.kind == FAMILY or "staff" in current_app.extensions["meetrec.interfaces"]


def _attempt() -> None:
    """One more try from this address; too many in a minute raise the 429 page, whatever was typed (W-10)."""


_count_attempt = limiter.limit(SIGN_IN_ATTEMPTS)(_attempt)


def add_sign_in(app: Flask, database: Database) -> None:
    """Give the application accounts, sessions and the sign-in page."""
    session: scoped_session[Session] = scoped_session(cast(Any, lambda: _session_for_request(database)))
    app.extensions["meetrec.account_session"] = session
    app.config.update(_flask_security_settings(app.secret_key), PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS), SESSION_COOKIE_HTTPONLY=True)
    Security(app, SQLAlchemySessionUserDatastore(session, Account, Role), login_form=SignInForm)
    # A browser's session is the only way in: Flask-Security's tokens in headers and addresses would outlive it.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.after_request(_keep_session_while_used)
    app.teardown_appcontext(lambda _error: session.remove())
    user_logged_in.connect(_tell_sign_in, app)


def _flask_security_settings(key: object) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": secret(str(key).encode(), "password-salt"),
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_TRACKABLE": True,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,  # never says whether an address has an account
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/staff",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_LOGIN_USER_TEMPLATE": "people/sign_in.html",
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_I18N_DOMAIN": "messages",  # its texts are ours, in our catalogue
        "SECURITY_I18N_DIRNAME": [str(TRANSLATIONS)],
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (REFUSED, "error"),
    }


def _session_for_request(database: Database) -> Session:
    """Signing in writes; every other request only reads the account, and must not hold SQLite's write lock while a view writes."""
    return database.write_session() if request.endpoint in WRITING_ENDPOINTS and request.method == "POST" else database.read_session()


def _keep_session_while_used(response: Response) -> Response:
    """Sign the cookie anew when a person does something, so that the hours count from then; the cookie still ends with the browser."""
    if "_user_id" in cookie and request.endpoint != "static" and not _is_page_watching():
        cookie.modified = True
    return response


def _is_page_watching() -> bool:
    """A script that looks every few seconds whether something changed: a desk left alone must not stay signed in for ever."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"


def _tell_sign_in(app: Flask, user: Account, **_: Any) -> None:
    session = app.extensions["meetrec.account_session"]  # committed by Flask-Security with the sign-in itself
    journal.append(session, clock.now(), f"user:{user.id}", "account.signed_in", f"account:{user.id}")


def _tell_refusal() -> None:
    session = current_app.extensions["meetrec.account_session"]
    journal.append(session, clock.now(), "public", "account.sign_in_refused", "sign-in")
    session.commit()
