"""The kiosk's side of the talk with the district's server: the pinned server alone, small requests, bounded answers, every failure named."""

import json
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.pin import PinnedAdapter, ServerPin

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
LARGEST_ANSWER = 256 * 1024  # bytes; a week of meetings has a few kB

_TROUBLE_OF_STATUS = {401: Trouble.WRONG_TOKEN, 403: Trouble.REVOKED, 409: Trouble.CONFLICT, 413: Trouble.TOO_LARGE}


@dataclass(frozen=True)
class Receipt:
    """What the server says of something delivered: its SHA-256, and whether it lies durably there."""

    sha256: str
    durable: bool


@dataclass(frozen=True)
class StateReport:
    """What the room does: `state` since `at` (ISO, aware), the alarms as the server takes them, and the hours of recording the disk still holds."""

    state: str
    at: str
    alarms: list[dict[str, Any]]
    hours_left: float | None = None


class DistrictServer:
    """The server at `address`, spoken to with this kiosk's token. Safe for several threads: each request stands alone.

    Over HTTPS only a server whose key is pinned is spoken to; plain HTTP stays on this machine.
    """

    def __init__(
        self, address: str, token: str, pin: ServerPin | None = None, *, connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS
    ) -> None:
        self._address = safe_address(address)
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._pin = pin
        self._timeouts = (connect_seconds, read_seconds)

    def meetings(self) -> dict[str, Any]:
        """The room's news as the server sends them, unchecked. Raises ServerTrouble."""
        return self._ask("GET", "meetings", b"")

    def deliver(self, place: str, content: bytes) -> Receipt:
        """PUT `content` at `recordings/<place>`. Raises ServerTrouble; then it is unknown whether the server has it."""
        answer = self._ask("PUT", f"recordings/{place}", content)
        return Receipt(str(answer.get("sha256", "")), answer.get("durable") is True)

    def report_state(self, recording: str, report: StateReport) -> None:
        """Tell the coordinator's page what the room does; for information only. Raises ServerTrouble."""
        self._ask("PUT", f"recordings/{recording}/state", json.dumps(asdict(report)).encode())

    def _ask(self, method: str, path: str, content: bytes) -> dict[str, Any]:
        with session_with(self._address, self._pin.fingerprint if self._pin else None) as session:
            try:
                return self._answer_of(session, method, f"{self._address}/kiosk/api/{path}", content)
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
                raise ServerTrouble(Trouble.HALF_ANSWER) from None
            except requests.RequestException:
                raise ServerTrouble(Trouble.NO_ANSWER) from None

    def _answer_of(self, session: requests.Session, method: str, url: str, content: bytes) -> dict[str, Any]:
        headers = {**self._headers, "Content-Type": "application/octet-stream" if method == "PUT" else "application/json"}
        with session.request(method, url, data=content or None, headers=headers, timeout=self._timeouts, allow_redirects=False, stream=True) as response:
            if response.status_code != 200:
                raise ServerTrouble(_trouble_of(response.status_code))
            return object_in(response)


def session_with(address: str, pin: str | None) -> requests.Session:
    """A session that speaks HTTPS only with the server whose key has the fingerprint `pin`. Raises ServerTrouble when there is none for an https address."""
    session = requests.Session()
    session.trust_env = False  # a .netrc or a proxy of the machine must not replace the token or see the pieces
    if urlsplit(address).scheme == "https":
        if pin is None:
            raise ServerTrouble(Trouble.UNTRUSTED_SERVER)
        session.verify = False  # the pin decides, see PinnedAdapter
        session.mount("https://", PinnedAdapter(pin))
    return session


def _trouble_of(status: int) -> Trouble:
    return _TROUBLE_OF_STATUS.get(status, Trouble.SERVER_FAULT if status >= 500 else Trouble.REFUSED)


def _bounded(response: requests.Response) -> bytes:
    """The answer's bytes; an endless answer is cut off, so that the room's memory stays its own."""
    content = bytearray()
    for chunk in response.iter_content(16 * 1024):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise ServerTrouble(Trouble.REFUSED)
    return bytes(content)


def object_in(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises ServerTrouble for anything else, or more than is ever said."""
    try:
        answer = json.loads(_bounded(response))
    except (ValueError, RecursionError):
        raise ServerTrouble(Trouble.HALF_ANSWER) from None
    if not isinstance(answer, dict):
        raise ServerTrouble(Trouble.HALF_ANSWER)
    return answer


def safe_address(address: str) -> str:
    """The address without a trailing slash. Raises KioskError for plain HTTP to another machine: the token would travel openly."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise KioskError(f"The server's address (kiosk.server_url) is “{address}”, which is no web address. Write it like https://recordings.example.org.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise KioskError("The server's address (kiosk.server_url) must begin with https:// unless the server runs on this same machine.")
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
