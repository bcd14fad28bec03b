"""The door of the room's screen: only this machine, only our own pages, only whoever was started with the launch token."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, make_response, redirect, request

from meetrec.platform.keys import create_key_file, read_key_file, secret

View = TypeVar("View", bound=Callable[..., Any])

KEY_FILE = "screen.key"
COOKIE = "meetrec_kiosk"  # cookies know no port, so the names must differ from those of a server on the same machine
FORM_FIELD = "form_token"
FORM_HEADER = "X-MeetRec-Kiosk"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PORT = "MEETREC_KIOSK_PORT"


@dataclass(frozen=True)
class ScreenKeys:
    """The secrets of the screen, each derived for one use; they outlive a restart, so that an open screen finds its way back."""

    launch: str = field(repr=False)
    cookie: str = field(repr=False)
    forms: str = field(repr=False)
    sessions: str = field(repr=False)

    @classmethod
    def in_folder(cls, folder: Path) -> "ScreenKeys":
        """Derive them from the key file in `folder`, which is made at the first start."""
        path = folder / KEY_FILE
        if not path.exists():
            with suppress(FileExistsError):  # another process made it just now
                create_key_file(path)
        key = read_key_file(path)
        return cls(*(secret(key, f"kiosk {use}") for use in ("launch", "cookie", "forms", "sessions")))


def open_to_screen(view: View) -> View:
    """Open a view to the launched screen. A view without a mark is closed to everybody, and a test fails."""
    view.kiosk_entrance = "screen"  # type: ignore[attr-defined]
    return view


def entrance_of(app: Flask, endpoint: str) -> str | None:
    """Who may enter an endpoint: "anybody" on this machine (style sheets), the "screen", or nobody (None)."""
    return "anybody" if endpoint == "static" else getattr(app.view_functions[endpoint], "kiosk_entrance", None)


def guard(app: Flask, keys: ScreenKeys) -> None:
    """Check every request before any view runs."""

    def check() -> Response | None:
        """None where the request may go on; else the answer that it gets instead of a view's."""
        _require_own_host()
        _require_own_origin()
        if request.endpoint is None:
            return None  # falls through to 404
        entrance = entrance_of(app, request.endpoint)
        if entrance == "anybody":
            return None
        return _check_screen(keys) if entrance == "screen" else abort(403)

    app.before_request(check)


def _own_hosts() -> tuple[str, ...]:
    port = current_app.config[PORT]
    return f"127.0.0.1:{port}", f"localhost:{port}"


def _require_own_host() -> None:
    """Another name for this address would be a page elsewhere that had its name point here (DNS rebinding)."""
    if request.headers.get("Host") not in _own_hosts():
        abort(403)


def _require_own_origin() -> None:
    """Whatever changes something must come from our own page, and say so."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Origin") not in {f"http://{host}" for host in _own_hosts()}:
        abort(403)


def _check_screen(keys: ScreenKeys) -> Response | None:
    shown = request.args.get("launch")
    if shown is not None and request.method == "GET":
        return _let_in(keys) if _equal(shown, keys.launch) else abort(403)
    if not _equal(request.cookies.get(COOKIE, ""), keys.cookie):
        abort(403)
    if request.method not in SAFE_METHODS and not _equal(_form_token(), keys.forms):
        abort(403)
    return None


def _form_token() -> str:
    return request.headers.get(FORM_HEADER) or request.form.get(FORM_FIELD, "")


def _let_in(keys: ScreenKeys) -> Response:
    """Put the cookie in place of the token, and clear the address."""
    rest = {name: value for name, value in request.args.items() if name != "launch"}
    address = request.path + (f"?{urlencode(rest)}" if rest else "")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # opened from the launch page, a file: a strict cookie does not go along with a redirect from elsewhere, but with a step of our own page
        response = make_response("", {"Refresh": f"0; url={address}"})
    else:
        response = make_response(redirect(address))
    response.set_cookie(COOKIE, keys.cookie, httponly=True, samesite="Strict")
    return response


def _equal(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
