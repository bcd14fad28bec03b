"""Security headers of every answer (Flask-Talisman, isolated here): nothing from anywhere else, nothing kept by browsers."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, request
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
# The kiosk records, never a browser.
PERMISSIONS_POLICY = {name: "()" for name in ("camera", "microphone", "geolocation", "display-capture", "browsing-topics")}


def send_security_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; pages are never kept by the browser (S-06).

    A view behind a secret address sets `g.no_referrer`, so that no page it leads to learns the address.
    """
    app.after_request(_name_no_referrer)  # registered before Talisman's, so it runs after
    Talisman(
        app,
        force_https=False,  # gunicorn or the proxy speaks HTTPS; settings refuse plain HTTP outside loopback
        strict_transport_security=settings.server.speaks_https,
        session_cookie_secure=settings.server.speaks_https,
        session_cookie_samesite="Lax",
        content_security_policy=_policy(settings),
        content_security_policy_nonce_in=["style-src"],  # the waveform's own style sheet
        permissions_policy=PERMISSIONS_POLICY,
        referrer_policy="same-origin",  # “no-referrer” would make every form fail over HTTPS: the CSRF check asks for it there
        frame_options="DENY",
    )
    app.after_request(_do_not_keep)


def _policy(settings: Settings) -> dict[str, str]:
    """Chromium holds the redirect to the district's own sign-in against `form-action` too."""
    issuer = urlsplit(settings.sign_in.oidc_issuer)
    if not issuer.netloc:
        return CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY | {"form-action": f"'self' {issuer.scheme}://{issuer.netloc}"}


def _name_no_referrer(response: Response) -> Response:
    if g.get("no_referrer"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _do_not_keep(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
