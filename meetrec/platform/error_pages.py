"""Error answers: one calm page with a sentence a person can act on; JSON for kiosks."""

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound

HEADINGS = {
    403: lazy_gettext("This page is not open to you"),
    404: lazy_gettext("Page not found"),
    409: lazy_gettext("This could not be done"),
    429: lazy_gettext("Please wait a minute"),
    500: lazy_gettext("Something went wrong"),
}

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
        return _to_sign_in()
    # Werkzeug's own headers stay: which methods an address takes (405), how long the stored file is (416).
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Content-Range", "Retry-After")]
    return _answer(code, str(SENTENCES.get(code, SENTENCES[500] if code >= 500 else SENTENCES[400])), kept)


def _to_sign_in() -> ResponseReturnValue:
    """After the sign-in the visitor goes on to the page they asked for; what was posted is not sent again."""
    return redirect(url_for("security.login", next=request.full_path.rstrip("?") if request.method == "GET" else None))


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return _answer(400, _("This page was open for too long, so it could not be sent safely. Go back, reload the page and send it again."))


def _own_error(error: MeetRecError) -> ResponseReturnValue:
    return _answer(404 if isinstance(error, NotFound) else 409, str(error))


def _answer(code: int, sentence: str, headers: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=sentence), code, headers or []
    heading = str(HEADINGS.get(code, HEADINGS[500] if code >= 500 else HEADINGS[409]))
    page = render_template("platform/error.html", code=code, heading=heading, sentence=sentence, start_address=_start_address(code))
    return page, code, headers or []


def _start_address(code: int) -> str:
    """Who is signed in goes back to their own pages. After a fault of ours the account is not looked up, since the database may be what failed."""
    return "/signed-in" if code < 500 and current_user.is_authenticated else "/"


def _wants_json() -> bool:
    return request.path.startswith("/kiosk/api/") or request.accept_mimetypes.best == "application/json"
