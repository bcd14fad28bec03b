"""Every mail and letter as it goes out, in both languages, filled with the demonstration pupil; and what became of the mails that wait."""

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from meetrec.district.samples import LETTER_SAMPLES, MAIL_SAMPLES
from meetrec.people.roles import LETTER_ROLES
from meetrec.platform import clock, mail_queries
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.letters import STYLESHEET, letter_page, letter_pdf
from meetrec.platform.mail import write_mail
from meetrec.platform.web import database, for_staff, settings

blueprint = Blueprint("letters", __name__)

MAIL_NAMES = {
    "notice_received": lazy_gettext("A notice has arrived"),
    "notice_matched": lazy_gettext("A notice is matched"),
    "meeting_moved": lazy_gettext("The meeting was moved"),
    "meeting_cancelled": lazy_gettext("The meeting was cancelled"),
    "account_invited": lazy_gettext("Invitation to an account"),
    "identity_code_made": lazy_gettext("A code was made that opens an account"),
    "second_factor_removed": lazy_gettext("A second step was taken away"),
    "custodian_missing": lazy_gettext("A custodian of records is missing"),
    "training_ends": lazy_gettext("The annual training ends"),
}
LETTER_NAMES = {
    "receipt": lazy_gettext("Receipt of a notice"),
    "identity_code": lazy_gettext("One-time code, posted"),
    "dissemination_form": lazy_gettext("Consent to pass on a parent's recording"),
    "dissemination_statement": lazy_gettext("Everybody agreed to pass a parent's recording on"),
    "meeting_moved": lazy_gettext("The meeting was moved"),
    "meeting_cancelled": lazy_gettext("The meeting was cancelled"),
    "notice_rules": lazy_gettext("Recording an IEP or Section 504 meeting"),
}


@blueprint.get("/letters")
@for_staff(*LETTER_ROLES)
def all_letters() -> ResponseReturnValue:
    """The list of all, and how mail goes out."""
    with database().reading() as session:
        waiting, given_up = mail_queries.waiting(session), mail_queries.given_up(session)
    return render_template(
        "district/letters.html", mails=MAIL_NAMES, letters=LETTER_NAMES, mail_server=settings().mail.host, waiting=waiting, given_up=given_up
    )


@blueprint.get("/letters/<string:name>/<string:language>")
@for_staff(*LETTER_ROLES)
def letter(name: str, language: str) -> ResponseReturnValue:
    """A letter on the screen, as a page of its own."""
    _require(name in LETTER_NAMES, language)
    return letter_page(name, language, settings(), url_for("static", filename=STYLESHEET), **LETTER_SAMPLES[name](clock.now()))


@blueprint.get("/letters/<string:name>/<string:language>.pdf")
@for_staff(*LETTER_ROLES)
def letter_to_print(name: str, language: str) -> ResponseReturnValue:
    """The same as PDF."""
    _require(name in LETTER_NAMES, language)
    answer = make_response(letter_pdf(name, language, **LETTER_SAMPLES[name](clock.now())))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename={name}-{language}.pdf"
    return answer


@blueprint.get("/letters/mail/<string:name>/<string:language>")
@for_staff(*LETTER_ROLES)
def mail(name: str, language: str) -> ResponseReturnValue:
    """A mail: its subject and its text, which the page in it repeats word for word."""
    _require(name in MAIL_NAMES, language)
    written = write_mail(name, language, settings(), **MAIL_SAMPLES[name](clock.now()))
    return render_template("district/mail.html", name=MAIL_NAMES[name], mail=written, mail_language=language)


def _require(is_known: bool, language: str) -> None:
    if not is_known or language not in LANGUAGES:
        abort(404)
