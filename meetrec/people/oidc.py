"""Single sign-on with the district's own provider (OpenID Connect): opens accounts that are there, makes none (W-10)."""

from hashlib import sha256
from typing import Any

import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import FsOAuthProvider
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.attempts import account_session
from meetrec.people.models import STAFF, Account
from meetrec.people.pending_steps import note_school_account
from meetrec.people.security_settings import SCHOOL_ACCOUNT_REFUSED
from meetrec.platform import clock
from meetrec.platform.settings_sections import SignIn
from meetrec.platform.web import database

log = structlog.get_logger()

PROVIDER = "school"  # its name in our addresses
LONGEST_SUBJECT = 255


class SchoolAccounts(FsOAuthProvider):
    """The one provider of the settings."""

    def __init__(self, rule: SignIn) -> None:
        super().__init__(PROVIDER)
        self.rule = rule

    def authlib_config(self) -> dict[str, Any]:
        """Where the provider says what it is; PKCE besides the state and the nonce."""
        secret = self.rule.oidc_client_secret.get_secret_value()
        return {
            "client_id": self.rule.oidc_client_id,
            "client_secret": secret or None,
            "server_metadata_url": f"{self.rule.oidc_issuer}/.well-known/openid-configuration",
            "client_kwargs": {
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "timeout": 10,
            },
        }

    def fetch_identity_cb(self, oauth: OAuth, token: Any) -> tuple[str, str]:
        """Which account the provider's word opens; Flask-Security looks it up by its address."""
        account = account_for(account_session(), self._said(oauth, token))
        if account is None:
            raise OAuthError(error="refused", description="no account")
        note_school_account(account)
        return "email", account.email

    def _said(self, oauth: OAuth, token: Any) -> dict[str, Any]:
        """The claims of the signed word; the address, if it is not among them, from the provider's page about the same person."""
        said = dict(token.get("userinfo") or {})
        if "email" not in said:
            more = dict(getattr(oauth, PROVIDER).userinfo(token=token))
            said = {**more, **said} if more.get("sub") == said.get("sub") else said
        return said

    def oauth_response_failure(self, error_view: str, e: OAuthError) -> ResponseReturnValue:
        """Back to the sign-in page with one sentence for every cause; the refusal is told."""
        return _back_to_sign_in(e)


def answer_failures(app: Flask) -> None:
    """A provider that does not answer, or whose word does not hold, is a refusal like any other, and no fault of ours."""
    for error in (RequestException, JoseError):
        app.register_error_handler(error, _back_to_sign_in)


def _back_to_sign_in(error: Exception) -> ResponseReturnValue:
    log.warning("single_sign_on.refused", cause=type(error).__name__)
    account_session().rollback()  # nobody is bound by a sign-in that failed
    current_app.extensions["meetrec.account_session"].remove()
    with database().writing() as session:
        journal.append(session, clock.now(), "public", "account.sign_in_refused", "sign-in")
    flash(_(SCHOOL_ACCOUNT_REFUSED), "error")
    return redirect(url_for("security.login"))


def account_for(session: Session, said: dict[str, Any]) -> Account | None:
    """The account of a member of staff at the provider, None without one. Families have no school account: their addresses were never confirmed.

    The first time it is found by its address, which the provider must have verified, and bound to the person; from then on by the person alone.
    """
    subject = _subject_of(said)
    if subject is None:
        return None
    of_staff = select(Account).where(Account.kind == STAFF)
    bound = session.scalars(of_staff.where(Account.oidc_subject == subject)).first()
    if bound is not None:
        return bound
    email = said.get("email")
    if said.get("email_verified") is not True or not isinstance(email, str):
        return None
    found = session.scalars(of_staff.where(func.lower(Account.email) == email.lower(), Account.oidc_subject.is_(None))).first()
    if found is not None:
        found.oidc_subject = subject  # committed with the sign-in itself, so never for an account that may not sign in
    return found


def _subject_of(said: dict[str, Any]) -> str | None:
    """Issuer and subject together; a subject alone may repeat at another issuer."""
    if not said.get("iss") or not said.get("sub"):
        return None
    subject = f"{said['iss']}|{said['sub']}"
    return subject if len(subject) <= LONGEST_SUBJECT else sha256(subject.encode()).hexdigest()
