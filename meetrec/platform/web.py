"""Ground rules of every page: closed unless a view says who may enter, and where views find the database and the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, request
from flask_login import current_user

from meetrec.platform.database import Database
from meetrec.platform.errors import MeetRecError
from meetrec.platform.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entrance:
    """Who may enter a view: `kind` is "public", "signing_in", "signed_in", "family", "kiosk" or "staff"; for staff, any of `roles`."""

    kind: str
    roles: frozenset[str] = frozenset()


PUBLIC = Entrance("public")
SIGNING_IN = Entrance("signing_in")  # public where staff or families are served, else nobody's
SIGNED_IN = Entrance("signed_in")  # everybody who signed in, staff and families
FAMILY = Entrance("family")
KIOSK = Entrance("kiosk")

# Views that other libraries bring, and who may enter them. Anything of theirs that is not listed is closed.
FOREIGN_ENTRANCES: dict[str, Entrance] = {
    "static": PUBLIC,
    # Signing in, from the first step to the last; these views hold who is half-way in.
    "security.login": SIGNING_IN,
    "security.logout": SIGNING_IN,
    "security.tf_select": SIGNING_IN,
    "security.two_factor_token_validation": SIGNING_IN,
    "security.two_factor_setup": SIGNING_IN,  # at the first sign-in, where the district requires it; else it asks for a fresh sign-in
    "security.mf_recovery": SIGNING_IN,
    "security.wan_signin": SIGNING_IN,
    "security.wan_signin_response": SIGNING_IN,
    "security.oauthstart": SIGNING_IN,  # there with single sign-on alone
    "security.oauthresponse": SIGNING_IN,
    # Everybody's own account.
    "security.verify": SIGNED_IN,
    "security.wan_verify": SIGNED_IN,
    "security.wan_verify_response": SIGNED_IN,
    "security.change_password": SIGNED_IN,
    "security.mf_recovery_codes": SIGNED_IN,
    "security.wan_register": SIGNED_IN,
    "security.wan_register_response": SIGNED_IN,
    "security.wan_delete": SIGNED_IN,
}

# How each kind of entrance is checked; features add theirs when the application is wired (kiosk tokens, for one).
GateKeeper = Callable[[Entrance], None]


def entrance(kind: Entrance) -> Callable[[View], View]:
    """Say who may enter a view. A view without this is closed to everybody, and a test fails."""

    def mark(view: View) -> View:
        view.meetrec_entrance = kind  # type: ignore[attr-defined]
        return view

    return mark


def for_staff(*roles: str) -> Callable[[View], View]:
    """Open a view to signed-in staff who hold one of these roles."""
    if not roles:
        raise ValueError("name the roles that may enter")
    return entrance(Entrance("staff", frozenset(roles)))


public = entrance(PUBLIC)
for_kiosks = entrance(KIOSK)
for_families = entrance(FAMILY)
for_signed_in = entrance(SIGNED_IN)


def entrance_of(app: Flask, endpoint: str) -> Entrance | None:
    """Who may enter an endpoint; None means nobody."""
    if endpoint in FOREIGN_ENTRANCES:
        return FOREIGN_ENTRANCES[endpoint]
    return cast(Entrance | None, getattr(app.view_functions[endpoint], "meetrec_entrance", None))


def close_by_default(app: Flask, gate_keepers: dict[str, GateKeeper]) -> None:
    """Check every request at the door, before any view runs. Unknown addresses fall through to 404."""

    def check() -> None:
        if request.endpoint is None:
            return
        found = entrance_of(app, request.endpoint)
        if found is None:
            abort(403)
        gate_keepers[found.kind](found)

    app.before_request(check)


def let_everybody_in(_entrance: Entrance) -> None:
    """The gate of public pages."""
    return None


def let_nobody_in(_entrance: Entrance) -> None:
    """The gate of doors that this machine does not serve."""
    abort(404)


def database() -> Database:
    """The database of the running application."""
    return cast(Database, current_app.extensions["meetrec.database"])


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["meetrec.settings"])


def actor() -> str:
    """Who acts in this request, as the journal names them."""
    return f"user:{current_user.id}" if current_user.is_authenticated else "public"


class NotFound(MeetRecError):
    """What was asked for does not exist, or not for this person; the page does not say which."""
