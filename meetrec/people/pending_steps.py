"""What the cookie keeps between the first step of signing in and the second: it belongs to one sign-in, and ends with it (W-10)."""

from flask import flash, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from meetrec.journal.verbs import N_
from meetrec.people.attempts import account_session
from meetrec.people.models import Account

ALREADY_SET_UP = N_("A second step or a passkey was set up for this account before. Start again, and sign in with it.")
BY_SCHOOL_ACCOUNT = "tf_by_school_account"


def forget_pending_steps() -> None:
    """Somebody is signed in: whatever another sign-in left half done in this browser must not go on as theirs.

    Flask-Security forgets it after a password alone, not after a passkey or single sign-on.
    """
    for key in [key for key in cookie if key.startswith("tf_")]:
        del cookie[key]


def refuse_foreign_steps() -> ResponseReturnValue | None:
    """Before each request: who is signed in has no sign-in half done, and nobody else sets up a second step where there is one."""
    if "tf_user_id" not in cookie:
        return None
    if current_user.is_authenticated:
        for key in ("tf_user_id", "tf_select", BY_SCHOOL_ACCOUNT):
            cookie.pop(key, None)
        return None
    if not is_setting_up_first():
        return None
    pending = account_session().scalars(select(Account).where(Account.fs_uniquifier == cookie["tf_user_id"])).first()
    if pending is not None and opens_with_more_than_a_password(pending):
        forget_pending_steps()
        flash(_(ALREADY_SET_UP), "error")
        return redirect("/sign-in")
    return None


def note_school_account(account: Account) -> None:
    """The district's provider said who this is: a second step to come follows no password."""
    cookie[BY_SCHOOL_ACCOUNT] = account.fs_uniquifier


def follows_no_password(account: Account) -> bool:
    """Whether the way on which somebody comes in here has no password in it, so that wrong passwords must not close it."""
    if request.endpoint == "security.wan_signin_response" and cookie.get("tf_state") != "ready":
        return True
    if request.endpoint in ("security.two_factor_token_validation", "security.mf_recovery", "security.wan_signin_response"):
        return cookie.get(BY_SCHOOL_ACCOUNT) == account.fs_uniquifier
    return request.endpoint in ("security.oauthresponse", "security.wan_verify_response")


def is_setting_up() -> bool:
    """Whether the code to come proves a seed that was just made, of an account that is signed in or must set one up."""
    return cookie.get("tf_state") == "validating_profile"


def is_setting_up_first() -> bool:
    """Whether somebody who is not signed in yet sets up a second step: where it is required and none is there."""
    return cookie.get("tf_state") in ("setup_from_login", "validating_profile")


def opens_with_more_than_a_password(account: Account) -> bool:
    """Whether an authenticator or a passkey is there: then the password alone sets up nothing."""
    return bool(account.tf_primary_method or account.webauthn)
