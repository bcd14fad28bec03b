"""Public pages: what recording a meeting means, the notice form, the key of receipts. Nothing here tells whether a pupil or a meeting exists."""

from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from sqlalchemy.exc import IntegrityError, OperationalError

from meetrec.meetings.queries import school_names
from meetrec.notices import actions
from meetrec.notices.actions import District
from meetrec.notices.family_mail import tell_received
from meetrec.notices.forms import NoticeForm
from meetrec.notices.link_queries import REMEMBERED, notice_of_link, token_of_form
from meetrec.notices.opened_forms import OpenedForm
from meetrec.notices.receipt_keys import fingerprint, public_key_text, receipt_key
from meetrec.notices.receipts import public_bytes
from meetrec.notices.references import new_nonce, token_of
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.statements import NoticeStatement
from meetrec.people.gate import may_session_go_on
from meetrec.people.models import FAMILY
from meetrec.platform import clock
from meetrec.platform.keys import secret
from meetrec.platform.languages import current_language
from meetrec.platform.profiles import NoticePolicy
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import actor, database, public, settings

NOTICES_PER_ADDRESS = "10 per minute"  # new notices only; a library or a telephone company shows one address for many families
TOO_MANY_AT_ONCE = lazy_gettext(
    "Many notices came from your connection within one minute, so yours has not been sent yet. "
    "Everything you typed is still here. Please wait a minute and send it once more."
)

NOT_KEPT = lazy_gettext(
    "Your notice could not be kept just now, so it has not been sent. Everything you typed is still here. "
    "Please send it once more in a few minutes, or call the school. A late notice is not turned away."
)

blueprint = Blueprint("notices", __name__)
log = structlog.get_logger()


@blueprint.record_once
def _check_form_token_here(state: BlueprintSetupState) -> None:
    """The notice form looks after its own token (see notice_form_with), so that a page left open too long comes back with everything that was typed."""
    state.app.extensions["csrf"].exempt(f"{__name__}.send_notice")


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """What a family needs to know about recording, in plain words."""
    return render_template("notices/home.html", policy=_policy())


@blueprint.get("/notice")
@public
def notice_form() -> ResponseReturnValue:
    """The empty form."""
    return form_page(notice_form_with({}))


@blueprint.get("/notice/receipt-key")
@public
def receipt_key_page() -> ResponseReturnValue:
    """The public key that receipts are signed by, and how anybody checks one."""
    key = receipt_key(settings())
    return render_template("notices/receipt_key.html", key=public_key_text(key), fingerprint=fingerprint(public_bytes(key)))


@blueprint.get("/notice/receipt-key.pem")
@public
def receipt_key_file() -> ResponseReturnValue:
    """The same key as a file, named as the command on the page names it."""
    headers = {"Content-Disposition": 'attachment; filename="key.pem"'}
    return Response(public_key_text(receipt_key(settings())), mimetype="application/x-pem-file", headers=headers)


@blueprint.post("/notice")
@public
def send_notice() -> ResponseReturnValue:
    """Take in the notice and lead to its receipt, or show the form again with everything that was typed."""
    form = notice_form_with({})
    if not form.validate_on_submit():
        return _receipt_of_before(form) or (form_page(form), 422)
    statement = form.statement(current_language())
    try:
        token = _token_to_use(form, statement)
        if not _is_received(token):
            _receive(statement, token, form.email.data)
    except RateLimitExceeded:
        form.form_errors.append(TOO_MANY_AT_ONCE)
        return form_page(form), 429
    except OperationalError:  # a full disk, or a database that does not answer: nothing typed may be lost
        log.exception("notice.not_kept")
        form.form_errors.append(NOT_KEPT)
        return form_page(form), 503
    session["notice_sent_at"] = int(clock.now().timestamp())
    return redirect(url_for("notice_links.receipt", token=token), 303)


def _receipt_of_before(form: NoticeForm) -> ResponseReturnValue | None:
    """To the receipt of the notice that this very form gave before, where somebody went back and sent it again, with fields that the browser left empty."""
    with database().reading() as transaction:
        found = token_of_form(transaction, _link_key(), form.opened.nonce, clock.now())
    if found is None or not form.says_what(found[1]):
        return None
    flash(_("We have this notice already. Nothing was sent a second time."), "info")
    return redirect(url_for("notice_links.receipt", token=found[0]), 303)


def _token_to_use(form: NoticeForm, statement: NoticeStatement) -> str:
    """The token of this sending. The same words sent again after their notice was withdrawn are a new notice."""
    said = {**statement.content(), "email": form.email.data}
    token = token_of(_link_key(), form.opened.nonce, said)
    with database().reading() as transaction:
        known = notice_of_link(transaction, token)
    if known is None or known.status != NoticeStatus.WITHDRAWN:
        return token
    session["notice_nonce"] = new_nonce()
    return token_of(_link_key(), session["notice_nonce"], said)


def _is_received(token: str) -> bool:
    with database().reading() as transaction:
        return notice_of_link(transaction, token) is not None


@limiter.limit(NOTICES_PER_ADDRESS)
def _receive(statement: NoticeStatement, token: str, email: str) -> None:
    """Take in a new notice, and write to the address if one was given. Raises RateLimitExceeded with nothing stored."""
    giver, account = _giver()
    try:
        with database().writing() as transaction:
            now = clock.now()
            district = District.at(settings(), transaction, now)
            notice = actions.receive_notice(transaction, now, giver, statement, token, district, email or None, account)
            tell_received(transaction, now, notice, settings())
    except IntegrityError:  # the same form, sent twice at the same moment: the other sending has made the notice
        if not _is_received(token):
            raise


def _giver() -> tuple[str, str | None]:
    """Who gives the notice, as the journal names them, and the family's account. A session that may not go on is nobody's; the notice is taken in (A-04)."""
    if not may_session_go_on():
        return "public", None
    return actor(), current_user.id if current_user.kind == FAMILY else None


def _link_key() -> str:
    key = current_app.secret_key
    assert isinstance(key, str)
    return secret(key.encode(), "notice-links")


def notice_form_with(known: Mapping[str, object]) -> NoticeForm:
    """The form as it was sent, or with what is known already in its fields."""
    with database().reading() as transaction:
        schools = school_names(transaction)
    # Without an account there is nothing a foreign page could misuse, and a browser that keeps no cookies can never show a token: the
    # notice must arrive all the same. A signed-in account is protected, since the journal names it.
    meta = {} if current_user.is_authenticated else {"csrf": False}
    now = clock.now()
    return NoticeForm(now, settings().district.zone, schools, OpenedForm(_link_key(), _nonce_of_browser(), now), meta=meta, data=known)


def _nonce_of_browser() -> str:
    """The same in one browser, so that going back and sending again leads to the same receipt."""
    nonce = session.get("notice_nonce") or new_nonce()
    session["notice_nonce"] = nonce
    return str(nonce)


def _policy() -> NoticePolicy:
    """How a notice that arrives now would be held against the clock."""
    with database().reading() as transaction:
        return District.at(settings(), transaction, clock.now()).policy


def form_page(form: NoticeForm) -> str:
    """The page of the form. After a notice went out from this browser it says so, since going back from the receipt leads here."""
    return render_template("notices/notice_form.html", form=form, policy=_policy(), sent_at=_sent_before())


def _sent_before() -> datetime | None:
    """When this browser sent a notice within the last two hours (UTC, to the second). Nothing of the notice: the next person at a shared computer reads it."""
    sent_at = session.get("notice_sent_at")
    if sent_at is None or clock.now() - (moment := datetime.fromtimestamp(sent_at, UTC)) > REMEMBERED:
        return None
    return moment
