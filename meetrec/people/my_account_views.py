"""Everybody's own account: second step, passkeys, recovery codes, password, training; and where a person arrives after signing in."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from meetrec.people.duty_queries import training_of
from meetrec.people.gate import training_gate
from meetrec.people.models import FAMILY
from meetrec.people.second_factor import codes_left
from meetrec.people.seed_picture import seed_being_set_up
from meetrec.people.training import Gate
from meetrec.people.words import MODULE_WORDS
from meetrec.platform import clock
from meetrec.platform.languages import own_address
from meetrec.platform.web import database, for_signed_in, settings

blueprint = Blueprint("my_account", __name__)


@blueprint.app_context_processor
def what_pages_ask() -> dict[str, object]:
    """Whether pages warn the reader that the training ran out (W-20), the name of the single sign-on's button, and where the sign-in goes on to."""
    rule = settings().sign_in
    return {
        "training_banner": lambda: training_gate() is Gate.WARN,
        "single_sign_on": rule.oidc_name if rule.oidc_issuer else "",
        "seed_being_set_up": seed_being_set_up,
        "next_of_ours": lambda: own_address(request.args.get("next", "")),
    }


@blueprint.get("/account")
@for_signed_in
def account() -> ResponseReturnValue:
    """What the account holds, and where to change it."""
    return render_template("people/my_account.html", account=current_user, codes_left=codes_left(current_user), training=_training())


@blueprint.get("/signed-in")
@for_signed_in
def arrival() -> ResponseReturnValue:
    """Staff go on to their pages, families to theirs."""
    return redirect("/family" if current_user.kind == FAMILY else "/staff")


def _training() -> dict[str, object]:
    """The modules that the account's roles need and lack, and until when it is current."""
    with database().reading() as session:
        standing = training_of(session, current_user, clock.in_zone(clock.now(), settings().district.zone).date())
    return {"is_current": standing.is_current, "ends_on": standing.ends_on, "missing": [MODULE_WORDS[module] for module in standing.missing]}
