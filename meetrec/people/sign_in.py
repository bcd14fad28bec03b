"""Sign-in with Flask-Security over flask-login: argon2, short sessions, every sign-in and refusal in the journal."""

from datetime import timedelta
from typing import Any

from flask import Flask, request
from flask_login import user_logged_in
from flask_security import Security, SQLAlchemySessionUserDatastore, user_failed_authn
from sqlalchemy.orm import Session, scoped_session

from meetrec.journal import actions as journal
from meetrec.people.models import Account, Role
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.keys import secret

SESSION_HOURS = 2  # staff
WRITING_ENDPOINTS = ("security.login",)


def add_sign_in(app: Flask, database: Database) -> None:
    """Give the application accounts, sessions and the sign-in page."""
    session = scoped_session(lambda: _session_for_request(database))
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 – the name of a scheme
        SECURITY_PASSWORD_SALT=secret(app.secret_key, "password-salt"),
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_TRACKABLE=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,  # never says whether an address has an account
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/desk",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_LOGIN_USER_TEMPLATE="people/sign_in.html",
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_I18N_DIRNAME=["builtin"],
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        SESSION_COOKIE_HTTPONLY=True,
    )
    Security(app, SQLAlchemySessionUserDatastore(session, Account, Role), datetime_factory=clock.now)
    app.teardown_appcontext(lambda _error: session.remove())
    app.extensions["meetrec.account_session"] = session
    user_logged_in.connect(_tell_sign_in, app)
    user_failed_authn.connect(_tell_refusal, app)


def _session_for_request(database: Database) -> Session:
    """Signing in writes; every other request only reads the account, and must not hold SQLite's write lock while a view writes."""
    return database.write_session() if request.endpoint in WRITING_ENDPOINTS and request.method == "POST" else database.read_session()


def _tell_sign_in(app: Flask, user: Account, **_: Any) -> None:
    session = app.extensions["meetrec.account_session"]  # committed by Flask-Security with the sign-in itself
    journal.append(session, clock.now(), f"user:{user.id}", "account.signed_in", f"account:{user.id}")


def _tell_refusal(app: Flask, **_: Any) -> None:
    session = app.extensions["meetrec.account_session"]
    journal.append(session, clock.now(), "public", "account.sign_in_refused", "sign-in")
    session.commit()
