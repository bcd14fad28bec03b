"""Rate limits (Flask-Limiter): enough for any family, too little for a script."""

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from meetrec.platform.settings import Settings

SIGN_IN_ATTEMPTS = "10 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def limit_rates(app: Flask, settings: Settings) -> None:
    """Count requests per address. One process serves all, so that memory is the right place to count."""
    app.config.setdefault("RATELIMIT_ENABLED", True)
    limiter.init_app(app)


def _is_switched_off() -> bool:
    """Read at every request, since Flask-Limiter itself looks only once, at start."""
    return not current_app.config["RATELIMIT_ENABLED"]


limiter.request_filter(_is_switched_off)
