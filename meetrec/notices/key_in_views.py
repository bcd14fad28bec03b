"""Where staff key in a notice that came on paper, by telephone, by e-mail or across a counter."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from meetrec.meetings.queries import school_names
from meetrec.notices import family_mail
from meetrec.notices.actions import District
from meetrec.notices.key_in_forms import KeyInForm
from meetrec.notices.keyed_in import key_in_notice
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce, token_of
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.keys import secret
from meetrec.platform.languages import current_language
from meetrec.platform.web import actor, database, for_staff, settings

LETTER = "notice_links.receipt_letter"  # not served on every machine that has a desk

blueprint = Blueprint("notice_key_in", __name__)


@blueprint.get("/desk/notices/new")
@for_staff(*DESK_ROLES)
def key_in() -> ResponseReturnValue:
    """The empty form."""
    return render_template("notices/key_in.html", form=_form())


@blueprint.post("/desk/notices/new")
@for_staff(*DESK_ROLES)
def take_in() -> ResponseReturnValue:
    """Take in the notice and lead to its page, or show the form again with everything that was typed."""
    form = _form()
    if not form.validate_on_submit():
        return render_template("notices/key_in.html", form=form), 422
    statement, now = form.said(), clock.now()
    said = {**statement.content(), "channel": form.way, "received_at": form.received_at}
    token = token_of(_link_key(), form.nonce.data or "", said)
    with database().writing() as session:
        held = District.at(settings(), session, form.received_at)
        notice = key_in_notice(session, now, actor(), statement, form.received_at, form.way, held, token=token, email=form.email.data or None)
        family_mail.tell_received(session, now, notice, settings())
    flash(_taken(notice, token), "success")
    return redirect(url_for("desk.notice_page", notice_id=notice.id), 303)


def _form() -> KeyInForm:
    with database().reading() as session:
        schools = school_names(session)
    return KeyInForm(clock.now(), settings().district.zone, schools, new_nonce(), current_language())


def _taken(notice: Notice, token: str) -> Markup:
    """That it was kept, and once the way to the receipt for the family: its private link is told to nobody else and kept nowhere."""
    told = Markup("{} ").format(_("Notice %(reference)s was taken in.", reference=notice.reference))
    if LETTER not in current_app.view_functions:
        return told.strip()
    link = Markup('<a href="{}">{}</a>').format(url_for(LETTER, token=token), _("Print the receipt for the family"))
    return told + link


def _link_key() -> str:
    key = current_app.secret_key
    assert isinstance(key, str)
    return secret(key.encode(), "notice-links")
