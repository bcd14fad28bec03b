"""What holds for every page of the room's screen: headers, English and Spanish, and error pages. The server's own wiring loads the database."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel, force_locale, lazy_gettext
from flask_babel import gettext as _
from flask_talisman import Talisman
from werkzeug.exceptions import HTTPException

from meetrec.capture.errors import CaptureError
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.sentences import sentence_of
from meetrec.platform.headers import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY
from meetrec.platform.places import PACKAGE

LANGUAGES = {"en": "English", "es": "Español"}
LOCALES = {"en": "en_US", "es": "es_US"}  # Spanish as U.S. schools write it: “2:30 p.m.”

SENTENCES = {
    400: lazy_gettext("The screen could not read what was sent. Nothing was changed. Go back and press again."),
    403: lazy_gettext("This screen was not opened by the room's kiosk program. Open the address that the program printed when it started."),
    404: lazy_gettext("There is no such page on this screen. Go back to the list of meetings. A recording that is running goes on."),
    405: lazy_gettext("This address cannot be used that way. Nothing was changed. Go back to the list of meetings."),
    413: lazy_gettext("What was sent is too large for this screen. Nothing was changed. Go back to the list of meetings."),
    500: lazy_gettext("The screen met a fault of its own. A recording that is running goes on. Go back to the list of meetings."),
}


def set_ground_rules(app: Flask, zone: Callable[[], str]) -> None:
    """Add headers, languages and error pages; `zone` tells the district's time zone."""
    _send_security_headers(app)
    _speak_languages(app, zone)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(KioskError, _own_error)
    app.register_error_handler(CaptureError, _own_error)


def _send_security_headers(app: Flask) -> None:
    Talisman(
        app, force_https=False, strict_transport_security=False, session_cookie_secure=False, session_cookie_samesite="Strict",
        content_security_policy=CONTENT_SECURITY_POLICY, permissions_policy=PERMISSIONS_POLICY, frame_options="DENY",
        referrer_policy="same-origin",  # with “no-referrer” a browser without script names no origin when it sends a form, and the door stays shut
    )  # fmt: skip
    app.after_request(_do_not_keep)


def _do_not_keep(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _speak_languages(app: Flask, zone: Callable[[], str]) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(PACKAGE / "translations")
    Babel(app, locale_selector=lambda: LOCALES[current_language()], timezone_selector=zone)
    app.context_processor(lambda: {"language": current_language(), "languages": LANGUAGES})


def current_language() -> str:
    """The language chosen at the screen, else English."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else "en"


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    return error if code < 400 else _answer(code, str(SENTENCES.get(code, SENTENCES[400 if code < 500 else 500])))


def _own_error(error: Exception) -> ResponseReturnValue:
    return _answer(409, sentence_of(error))


def _answer(code: int, sentence: str) -> ResponseReturnValue:
    if request.headers.get("X-MeetRec-Kiosk") or request.path.startswith("/status"):
        return jsonify(error=sentence), code
    return render_template("kiosk/error.html", code=code, said=_said(code, sentence), back=_page_before()), code


def _said(code: int, sentence: str) -> list[dict[str, str]]:
    """The sentence with its title. Whom the door did not let in could not choose a language: read it in each (403)."""
    if code != 403:
        return [{"language": current_language(), "title": _title(code), "sentence": sentence}]
    said = []
    for language, locale in LOCALES.items():
        with force_locale(locale):
            said.append({"language": language, "title": _title(code), "sentence": str(SENTENCES[403])})
    return said


def _title(code: int) -> str:
    return _("This cannot be done now") if code == 409 else _("This cannot be shown now")


def _page_before() -> str:
    """Where a refused form was filled in, so that it can be mended there; else the list of meetings."""
    before = urlsplit(request.referrer or "")
    return before.path if request.method == "POST" and before.netloc == request.host and before.path else "/"
