"""Pages behind a notice's private link: where it stands, its signed receipt, to say more, to correct and to withdraw it. The address is the key."""

from datetime import date

import structlog
from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_limiter import RateLimitExceeded
from flask_wtf import FlaskForm
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meetrec.district.rules import Acknowledgement
from meetrec.meetings.queries import school_names
from meetrec.notices import actions, family_mail, words
from meetrec.notices.actions import District
from meetrec.notices.forms import OTHER_PLACE, CorrectionForm, MoreForm
from meetrec.notices.handing_out import letter, signed_file
from meetrec.notices.link_queries import is_address_link, last_change_of, notice_of_link, tells_deadline
from meetrec.notices.meeting_news import news_of
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import NotFound, database, public, settings

PAGES_PER_ADDRESS = "60 per minute"
CHANGES_PER_ADDRESS = "10 per minute"
LETTERS_PER_ADDRESS = "10 per minute"  # each takes up to a second of this machine
BY_LINK = "public"  # who acts, as the journal names them: whoever has the link, also in a browser where somebody is signed in
TOO_MANY_CHANGES = lazy_gettext(
    "Many changes came from your connection within one minute, so yours has not been kept yet. "
    "Everything you typed is still here. Please wait a minute and send it once more."
)
CHANGE_NOT_KEPT = lazy_gettext(
    "Your change could not be kept just now. Everything you typed is still here, and your notice stands as it was. "
    "Please send it once more in a few minutes, or call the school."
)
LATE = (NoticeStatus.LATE_NEEDS_REVIEW, NoticeStatus.LATE_ACCEPTED, NoticeStatus.ON_THE_SPOT)

blueprint = Blueprint("notice_links", __name__)
log = structlog.get_logger()


@blueprint.before_request
def _tell_no_referrer() -> None:
    """The address of these pages is told to nobody, not even to our own pages."""
    g.no_referrer = True


@blueprint.get("/notice/receipt/<string:token>")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def receipt(token: str) -> ResponseReturnValue:
    """What the district has received, when, and what the 24-hour rule says of it now."""
    with database().reading() as session:
        notice = _notice(session, token)
        policy = District.of_notice(settings(), session, notice).policy
        asks, tells = asks_for_acknowledgement(session, notice), _tells_deadline(session, notice)
        news = news_of(session, notice, _today())
    return render_template(
        "notices/receipt.html", notice=notice, token=token, words=words, other_place=OTHER_PLACE, policy=policy, link=_address_of(token),
        asks_acknowledgement=asks and notice.acknowledged_at is None, sends_mail=bool(settings().mail.host), is_late=notice.status in LATE,
        tells_deadline=tells, news=news,
    )  # fmt: skip


@blueprint.get("/notice/receipt/<string:token>/file")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def receipt_file(token: str) -> ResponseReturnValue:
    """The signed receipt as a file that can be checked offline."""
    with database().reading() as session:
        notice = _notice(session, token)
        content = signed_file(notice, last_change_of(session, notice), settings(), tells_deadline=_tells_deadline(session, notice))
    return _download(content, "application/json", f"notice-{notice.reference}-{notice.version}.json")


@blueprint.get("/notice/receipt/<string:token>/letter")
@public
@limiter.limit(LETTERS_PER_ADDRESS)
def receipt_letter(token: str) -> ResponseReturnValue:
    """The receipt as a PDF to print."""
    with database().reading() as session:
        notice = _notice(session, token)
        changed_at, tells, news = last_change_of(session, notice), _tells_deadline(session, notice), news_of(session, notice, _today())
        rules = actions.rules_of_notice(session, settings(), notice)
    content = letter(notice, changed_at, settings(), current_language(), _address_of(token), news, rules, tells_deadline=tells)
    return _download(content, "application/pdf", f"notice-{notice.reference}-{notice.version}.pdf")


@blueprint.get("/notice/receipt/<string:token>/more")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def more(token: str) -> ResponseReturnValue:
    """What may be said besides, once the notice counts. All of it is optional (G2, NOTE.4)."""
    with database().reading() as session:
        notice = _notice(session, token)
        asks = asks_for_acknowledgement(session, notice)
    said = {name: getattr(notice, name) for name in ("reason", "needs_recording_to_understand")}
    form = MoreForm(data={**said, "acknowledged": notice.acknowledged_at is not None})
    return _back(token) if _is_withdrawn(notice) else _more_page(form, notice, token, asks)


@blueprint.post("/notice/receipt/<string:token>/more")
@public
def say_more(token: str) -> ResponseReturnValue:
    """Keep what was said besides, or show the form again as it was filled in. It never makes a notice count less."""
    form = MoreForm()
    with database().reading() as session:
        notice = _notice(session, token)
        asks = asks_for_acknowledgement(session, notice)
    if not form.validate_on_submit():
        return _more_page(form, notice, token, asks), 422
    try:
        _keep_more(token, form)
    except (RateLimitExceeded, OperationalError) as fault:
        status = _tell_not_kept(form, fault)
        return _more_page(form, notice, token, asks), status
    flash(_("Thank you. What you said is kept with your notice."), "success")
    return _back(token)


@limiter.limit(CHANGES_PER_ADDRESS)
def _keep_more(token: str, form: MoreForm) -> None:
    with database().writing() as session:
        now, notice = clock.now(), _notice(session, token, to_change=True)
        actions.correct_notice(session, now, BY_LINK, notice, form.statement(notice), District.of_notice(settings(), session, notice))
        if form.acknowledged.data:
            actions.acknowledge(session, now, notice, BY_LINK)


@blueprint.get("/notice/receipt/<string:token>/correct")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def correct(token: str) -> ResponseReturnValue:
    """The nine questions with the answers that were given."""
    with database().reading() as session:
        notice = _notice(session, token)
        form = CorrectionForm.of(notice, clock.now(), settings().district.zone, school_names(session))
    return _back(token) if _is_withdrawn(notice) else _correct_page(form, notice, token)


@blueprint.post("/notice/receipt/<string:token>/correct")
@public
def send_correction(token: str) -> ResponseReturnValue:
    """Keep the correction, or show the form again with everything that was typed."""
    with database().reading() as session:
        notice = _notice(session, token)
        form = CorrectionForm.of(notice, clock.now(), settings().district.zone, school_names(session))
    if not form.validate_on_submit():
        return _correct_page(form, notice, token), 422
    try:
        is_other = _keep_correction(token, form)
    except (RateLimitExceeded, OperationalError) as fault:
        status = _tell_not_kept(form, fault)
        return _correct_page(form, notice, token), status
    flash(_("Your notice is corrected. It counts from when it first arrived.") if is_other else _("Nothing was different, so nothing was changed."), "success")
    return _back(token)


@limiter.limit(CHANGES_PER_ADDRESS)
def _keep_correction(token: str, form: CorrectionForm) -> bool:
    """Keep it as the next version; the notice counts as received when it was (G1.a). Whether anything is different."""
    with database().writing() as session:
        now, notice = clock.now(), _notice(session, token, to_change=True)
        district = District.of_notice(settings(), session, notice)
        is_other = actions.correct_notice(session, now, BY_LINK, notice, form.statement(notice.language, notice), district)
        return family_mail.change_address(session, now, notice, form.email.data, settings()) or is_other


def _tell_not_kept(form: FlaskForm, fault: RateLimitExceeded | OperationalError) -> int:
    """Say on the form itself why nothing was kept, so that nothing typed is lost; the status of the answer."""
    if isinstance(fault, RateLimitExceeded):
        form.form_errors.append(TOO_MANY_CHANGES)
        return 429
    log.error("notice.change_not_kept", exc_info=fault)
    form.form_errors.append(CHANGE_NOT_KEPT)
    return 503


@blueprint.get("/notice/receipt/<string:token>/withdraw")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def withdraw(token: str) -> ResponseReturnValue:
    """What withdrawing means, and the button."""
    with database().reading() as session:
        notice = _notice(session, token)
    return _back(token) if _is_withdrawn(notice) else render_template("notices/withdraw.html", notice=notice, token=token)


@blueprint.post("/notice/receipt/<string:token>/withdraw")
@public
@limiter.limit(CHANGES_PER_ADDRESS)
def send_withdrawal(token: str) -> ResponseReturnValue:
    """The family will not record; what it needs to take part stays (G0.1)."""
    with database().writing() as session:
        actions.withdraw_notice(session, clock.now(), BY_LINK, _notice(session, token, to_change=True))
    return _back(token)


@blueprint.get("/notice/address/<string:token>")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def address(token: str) -> ResponseReturnValue:
    """A button, since programs that look at mail open every link in it."""
    with database().reading() as session:
        _require_address_link(is_address_link(session, token))
    return render_template("notices/address.html", token=token, is_confirmed=False)


@blueprint.post("/notice/address/<string:token>")
@public
@limiter.limit(CHANGES_PER_ADDRESS)
def confirm_address(token: str) -> ResponseReturnValue:
    """The address is that of whoever gave the notice. The link opens nothing else."""
    with database().writing() as session:
        _require_address_link(family_mail.confirm_address(session, clock.now(), token))
    return render_template("notices/address.html", token=token, is_confirmed=True)


def _notice(session: Session, token: str, *, to_change: bool = False) -> Notice:
    notice = notice_of_link(session, token, to_change=to_change)
    if notice is None:
        raise NotFound(_("There is no receipt at this address. Check that you have the whole link, or give the notice again."))
    return notice


def _require_address_link(is_there: bool) -> None:
    if not is_there:
        raise NotFound(_("This link is not valid any more. Nothing was confirmed."))


def _is_withdrawn(notice: Notice) -> bool:
    return notice.status == NoticeStatus.WITHDRAWN


def asks_for_acknowledgement(session: Session, notice: Notice) -> bool:
    """Whether the rules it was received under ask the family to acknowledge the statements; nothing depends on it (A-02)."""
    return actions.rules_of_notice(session, settings(), notice).acknowledgement is Acknowledgement.REQUIRED


def _tells_deadline(session: Session, notice: Notice) -> bool:
    return tells_deadline(session, notice, _today())


def _today() -> date:
    return clock.in_zone(clock.now(), settings().district.zone).date()


def _address_of(token: str) -> str:
    path = url_for(".receipt", token=token)
    return settings().server.public_address + path if settings().server.public_address else url_for(".receipt", token=token, _external=True)


def _more_page(form: MoreForm, notice: Notice, token: str, asks: bool) -> str:
    return render_template("notices/more.html", form=form, token=token, is_late=notice.status in LATE, asks_acknowledgement=asks)


def _correct_page(form: CorrectionForm, notice: Notice, token: str) -> str:
    return render_template("notices/correct.html", form=form, notice=notice, token=token)


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for(".receipt", token=token), 303)


def _download(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
