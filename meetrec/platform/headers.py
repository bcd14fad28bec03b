"""Security headers of every answer (Flask-Talisman, isolated here): nothing from anywhere else, nothing kept by browsers."""

from flask import Flask, Response, request
from flask_talisman import Talisman

from meetrec.platform.settings import Settings

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def send_security_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; pages are never kept by the browser (S-06)."""
    Talisman(
        app,
        force_https=False,  # gunicorn or the proxy speaks HTTPS; settings refuse plain HTTP outside loopback
        strict_transport_security=settings.server.speaks_https,
        session_cookie_secure=settings.server.speaks_https,
        session_cookie_samesite="Lax",
        content_security_policy=CONTENT_SECURITY_POLICY,
        content_security_policy_nonce_in=["style-src"],
        referrer_policy="no-referrer",
        frame_options="DENY",
    )
    app.after_request(_do_not_keep)


def _do_not_keep(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
