"""Where a family begins: the one-time code that proves who they are, and the account that follows from it. Nobody is asked what they know (L-30)."""

from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import user_authenticated

from meetrec.people import family_actions
from meetrec.people.account_views import now_in_the_district
from meetrec.people.attempts import count_attempt
from meetrec.people.family_forms import CodeForm, OpenAccountForm
from meetrec.people.gate import require_standing
from meetrec.people.identity_actions import CodeRefused, tell_refused_code
from meetrec.people.models import FAMILY, Account
from meetrec.people.sign_in import OPENED_AS
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.web import actor, database, public

blueprint = Blueprint("family_begin", __name__)


@blueprint.record_once
def _listen(state: BlueprintSetupState) -> None:
    user_authenticated.connect(_speak_the_familys_language, state.app)


@blueprint.app_context_processor
def where_families_begin() -> dict[str, object]:
    """The address of this page, for pages that lead to it on machines that serve families."""
    return {"family_begins_at": url_for("family_begin.begin")}


@blueprint.route("/family/begin", methods=["GET", "POST"])
@public
def begin() -> ResponseReturnValue:
    """First the code alone; then, where nobody is signed in, address and password of the new account."""
    if request.method == "POST":
        count_attempt()
    family = _family_signed_in()
    if family is None and "email" in request.form:
        return _open_account()
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    try:
        return _next_step(form.code.data) if family is None else _join(form.code.data, family)
    except CodeRefused as refused:
        return _refused(form, refused)


def _next_step(typed: str) -> ResponseReturnValue:
    """The code counts: it goes along, unused, to the next screen."""
    return render_template("family/open_account.html", form=_account_form(typed))


def _account_form(typed: str) -> OpenAccountForm:
    """Filled in as it was sent, or empty. Raises `CodeRefused`."""
    with database().reading() as transaction:
        person, _code = family_actions.person_to_open(transaction, clock.now(), typed, now_in_the_district().date())
    sent: dict[str, Any] = {} if "email" in request.form else {"formdata": None, "data": {"code": typed}}
    return OpenAccountForm(person.name, **sent)


def _open_account() -> ResponseReturnValue:
    typed = request.form.get("code", "")
    try:
        form = _account_form(typed)
        if form.validate():
            with database().writing() as transaction:
                said = (form.code.data, now_in_the_district().date(), form.email.data, form.password.data, current_language())
                family_actions.open_account(transaction, clock.now(), *said)
            session[OPENED_AS] = form.email.data
            flash(_("Your account is open. Sign in with it now."), "success")
            return redirect(url_for("security.login"), 303)
    except CodeRefused as refused:
        return _refused(CodeForm(), refused)
    except family_actions.AddressTaken as taken:
        form.email.errors = [str(taken)]
    return render_template("family/open_account.html", form=form), 422


def _join(typed: str, family: Account) -> ResponseReturnValue:
    with database().writing() as transaction:
        account = transaction.get_one(Account, family.id)
        family_actions.join_account(transaction, clock.now(), typed, now_in_the_district().date(), account)
    flash(_("Thank you. The code counts: you have shown who you are."), "success")
    return redirect("/family", 303)


def _refused(form: CodeForm, refused: CodeRefused) -> ResponseReturnValue:
    """The code's page again with the sentence; what was typed is kept nowhere."""
    with database().writing() as transaction:
        tell_refused_code(transaction, clock.now(), actor(), refused)
    form.code.errors = [str(refused)]
    return _code_page(form)


def _code_page(form: CodeForm) -> ResponseReturnValue:
    page = render_template("family/begin.html", form=form, family=_family_signed_in())
    return page, 422 if request.method == "POST" else 200


def _family_signed_in() -> Account | None:
    """The family that is signed in; one that may not go on is told so here too (W-33)."""
    if not current_user.is_authenticated or current_user.kind != FAMILY:
        return None
    if "family_in_good_standing" not in g:
        require_standing(current_user._get_current_object())
        g.family_in_good_standing = True
    return current_user._get_current_object()


def _speak_the_familys_language(_app: Flask, user: Account, **_others: Any) -> None:
    """After signing in pages speak the account's language, where nobody chose another in this browser."""
    if user.kind == FAMILY and "language" not in session:
        session["language"] = user.language
