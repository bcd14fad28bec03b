"""English and Spanish: which one a visitor reads, and the link that changes it."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, request, session
from flask_babel import Babel
from werkzeug.wrappers import Response

from meetrec.platform.places import PACKAGE
from meetrec.platform.settings import Settings
from meetrec.platform.web import public

LANGUAGES = {"en": "English", "es": "Español"}

blueprint = Blueprint("languages", __name__)


def speak_languages(app: Flask, settings: Settings) -> None:
    """Let every page speak the visitor's language; moments are shown in the district's zone."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(PACKAGE / "translations")
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.district.zone
    Babel(app, locale_selector=current_language, timezone_selector=lambda: settings.district.zone)
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"language": current_language(), "languages": LANGUAGES})


def current_language() -> str:
    """The language the visitor chose, else the best of what the browser asks for, else English."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "en"


@blueprint.get("/language/<string:code>")
@public
def choose(code: str) -> Response:
    """Remember the language and go back to the page the visitor came from."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(_own_address(request.args.get("next", "")) or "/")


def _own_address(address: str) -> str | None:
    """Only a path of this site is followed."""
    parts = urlsplit(address)
    return address if address.startswith("/") and not address.startswith("//") and not parts.netloc and "\\" not in address else None
