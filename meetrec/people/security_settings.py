"""What Flask-Security is told: addresses, templates and sentences of ours, argon2, second factors, passkeys, fresh proof before changes (W-10)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hmac import digest

from meetrec.journal.verbs import N_
from meetrec.people.passwords import SHORTEST
from meetrec.platform import clock
from meetrec.platform.keys import key_in_file, secret
from meetrec.platform.languages import TRANSLATIONS
from meetrec.platform.settings import Settings

# Said for a wrong password and for an unknown address alike, so that nobody learns who has an account.
REFUSED = N_("This e-mail address and password do not belong together. Check both and try again.")
PASSKEY_REFUSED = N_("This passkey did not open an account. Try again, or sign in with your password.")
SCHOOL_ACCOUNT_REFUSED = N_("The sign-in with the school account did not work. Try again, or sign in with your password.")
START_AGAIN = N_("That took too long, or the page was opened twice. Please start again.")

SENTENCES = {
    "API_ERROR": (START_AGAIN, "error"),
    "DISABLED_ACCOUNT": (REFUSED, "error"),
    "GENERIC_AUTHN_FAILED": (REFUSED, "error"),
    "IDENTITY_NOT_REGISTERED": (REFUSED, "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "INVALID_RECOVERY_CODE": (N_("This recovery code is not right, or it was used already."), "error"),
    "OAUTH_HANDSHAKE_ERROR": (SCHOOL_ACCOUNT_REFUSED, "error"),
    "PASSWORD_CHANGE": (N_("Your password was changed. Everywhere else you are signed out."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("The new password is the old one. Choose another."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Type your password."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Before this can be changed, show once more that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can go on."), "info"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two new passwords are not the same."), "error"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("The second step is set up. It is asked at your next sign-in."), "success"),
    "TWO_FACTOR_DISABLED": (N_("The second step was taken away."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (N_("This code is not right, or it was used already. Wait for the next one and type it."), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (START_AGAIN, "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey “%(name)s” was taken away."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is here already."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (PASSKEY_REFUSED, "error"),
    "WEBAUTHN_EXPIRED": (START_AGAIN, "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (PASSKEY_REFUSED, "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (N_("A name takes letters, numbers, blanks and hyphens."), "error"),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey called “%(name)s” already."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("There is no such passkey."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (N_("Give the passkey a name."), "error"),
    "WEBAUTHN_NO_VERIFY": (PASSKEY_REFUSED, "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (PASSKEY_REFUSED, "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey “%(name)s” is set up."), "success"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (PASSKEY_REFUSED, "error"),
}

ADDRESSES = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "POST_LOGIN_VIEW": "/signed-in",
    "POST_LOGOUT_VIEW": "/sign-in",
    "VERIFY_URL": "/verify",
    "CHANGE_URL": "/account/password",
    "POST_CHANGE_VIEW": "/account",
    "TWO_FACTOR_SETUP_URL": "/account/second-factor",
    "TWO_FACTOR_POST_SETUP_VIEW": "/account",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "TWO_FACTOR_SELECT_URL": "/sign-in/choose",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_POST_REGISTER_VIEW": "/account/passkeys",
    "WAN_DELETE_URL": "/account/passkeys/delete",
    "WAN_SIGNIN_URL": "/sign-in/passkey",
    "WAN_VERIFY_URL": "/verify/passkey",
    "OAUTH_START_URL": "/sign-in/single",
    "OAUTH_RESPONSE_URL": "/sign-in/single/answer",
    "OAUTH_VERIFY_START_URL": "/verify/single",
    "OAUTH_VERIFY_RESPONSE_URL": "/verify/single/answer",
}

TEMPLATES = {
    "LOGIN_USER_TEMPLATE": "people/sign_in.html",
    "VERIFY_TEMPLATE": "people/verify.html",
    "CHANGE_PASSWORD_TEMPLATE": "people/password.html",
    "TWO_FACTOR_SETUP_TEMPLATE": "people/second_factor.html",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "people/code.html",
    "TWO_FACTOR_SELECT_TEMPLATE": "people/choose.html",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "people/recovery_codes.html",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "people/recovery.html",
    "WAN_REGISTER_TEMPLATE": "people/passkeys.html",
    "WAN_SIGNIN_TEMPLATE": "people/passkey_sign_in.html",
    "WAN_VERIFY_TEMPLATE": "people/passkey_sign_in.html",
}


def security_settings(key: object, settings: Settings) -> dict[str, object]:
    """All of them. `key`: the application's secret; the keys of what lies encrypted with an account come from a file of their own."""
    account_key = key_in_file(settings.account_secrets_file)
    chosen = {**_passwords(key), **_second_factors(account_key, settings), **_passkeys(settings), **_sessions(), **ADDRESSES, **TEMPLATES}
    chosen |= {"OAUTH_ENABLE": bool(settings.sign_in.oidc_issuer), "OAUTH_BUILTIN_PROVIDERS": []}
    return {f"SECURITY_{name}": value for name, value in chosen.items()} | {f"SECURITY_MSG_{name}": sentence for name, sentence in SENTENCES.items()}


def _passwords(key: object) -> dict[str, object]:
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SALT": secret(str(key).encode(), "password-salt"),
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "DEPRECATED_PASSWORD_SCHEMES": [],
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "CHANGEABLE": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "SEND_REGISTER_EMAIL": False,
    }


def _second_factors(account_key: bytes, settings: Settings) -> dict[str, object]:
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_REQUIRED": settings.sign_in.second_factor == "required",
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],  # no code by mail or telephone: neither is a second factor
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_ALWAYS_VALIDATE": True,  # school computers are shared: no cookie that stands for the second factor
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds either way: one code before, one after
        "TOTP_SECRETS": {"1": secret(account_key, "totp")},
        "TOTP_ISSUER": "MeetRec " + settings.district.name.replace(":", " "),
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [urlsafe_b64encode(digest(account_key, b"recovery-codes", "sha256"))],
    }


def _passkeys(settings: Settings) -> dict[str, object]:
    return {
        "WEBAUTHN": True,
        "WAN_RP_NAME": f"MeetRec {settings.district.name}",
        "WAN_ALLOW_USER_HINTS": False,  # they would tell who has an account
        "WAN_SIGNIN_WITHIN": timedelta(minutes=5),
    }


def _sessions() -> dict[str, object]:
    return {
        "TRACKABLE": True,
        "DATETIME_FACTORY": clock.now,
        "RETURN_GENERIC_RESPONSES": True,  # never says whether an address has an account
        "LOGOUT_METHODS": ["POST"],
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": timedelta(minutes=15),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
        "FRESHNESS_ALLOW_AUTH_TOKEN": False,
        "I18N_DOMAIN": "messages",  # its texts are ours, in our catalogue
        "I18N_DIRNAME": [str(TRANSLATIONS)],
    }
