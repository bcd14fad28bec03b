"""English and Spanish: which one a visitor reads, the link that changes it, and moments on the district's wall clock."""

import re

from flask import Blueprint, Flask, abort, redirect, request, session
from flask_babel import Babel
from werkzeug.wrappers import Response

from meetrec.platform.places import PACKAGE
from meetrec.platform.settings import Settings
from meetrec.platform.web import public

LANGUAGES = {"en": "English", "es": "Español"}
LOCALES = {"en": "en_US", "es": "es_US"}  # Spanish as U.S. schools write it: “2:30 p.m.”, not “14:30”
TRANSLATIONS = PACKAGE / "translations"

# A path of this site: no second slash (another host), no backslash, blank or control sign that a browser might read as one.
OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")

blueprint = Blueprint("languages", __name__)


def speak_languages(app: Flask, settings: Settings) -> None:
    """Let every page speak the visitor's language and name the district; moments are shown in the district's zone."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.district.zone
    Babel(app, locale_selector=current_locale, timezone_selector=lambda: settings.district.zone)
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"language": current_language(), "languages": LANGUAGES, "district_name": settings.district.name})


def current_language() -> str:
    """The language the visitor chose, else the best of what the browser asks for, else English."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "en"


def current_locale() -> str:
    """The language with the ways of the United States for dates and times."""
    return LOCALES[current_language()]


@blueprint.get("/language/<string:code>")
@public
def choose(code: str) -> Response:
    """Remember the language and go back to the page the visitor came from."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(own_address(request.args.get("next", "")) or "/")


def own_address(address: str) -> str | None:
    """The address when it is a path of this site, else None: nobody is sent elsewhere by a link that looks like ours."""
    return address if OWN_ADDRESS.fullmatch(address) else None
