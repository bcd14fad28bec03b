"""Error answers: one calm page with a sentence a person can act on; JSON for kiosks."""

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound

SENTENCES = {
    400: lazy_gettext("The page could not read what was sent. Go back and try again."),
    403: lazy_gettext("Your account may not open this page. The coordinator or the administrator can tell you who may."),
    404: lazy_gettext("There is no such page here. The link may be old or mistyped."),
    405: lazy_gettext("This address cannot be used that way. Go back and try again."),
    413: lazy_gettext("What was sent is too large for this page."),
    429: lazy_gettext("Too many tries in a short time. Wait a minute, then try again. Nothing was lost."),
    500: lazy_gettext("Something went wrong on our side. What you had saved is safe. Please try again in a minute."),
}


def answer_errors(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(MeetRecError, _own_error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error
    if code == 401 and not _wants_json():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return _answer(code, str(SENTENCES.get(code, SENTENCES[500])))


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return _answer(400, _("This page was open for too long, so it could not be sent safely. Go back, reload the page and send it again."))


def _own_error(error: MeetRecError) -> ResponseReturnValue:
    return _answer(404 if isinstance(error, NotFound) else 409, str(error))


def _answer(code: int, sentence: str) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=sentence), code
    return render_template("platform/error.html", code=code, sentence=sentence), code


def _wants_json() -> bool:
    return request.path.startswith("/kiosk/api/") or request.accept_mimetypes.best == "application/json"
