"""A double of the district's server: a real HTTP server on loopback that takes deliveries, or fails as the test says."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.platform import clock

DISTRICT_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
DISTRICT_PUBLIC_KEY = DISTRICT_KEY.public_key().public_bytes_raw()


class FaultyServer:
    """`taken` holds what was delivered, by path. `fault` is one of FAULTS or MORE_FAULTS, or a function from path to one; None behaves well."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.taken: dict[str, bytes] = {}
        self.order: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.fault: str | Callable[[str], str | None] | None = None
        self.news: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._hung = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._hung.set()
        self._server.shutdown()
        self._server.server_close()

    def _fault_at(self, path: str) -> str | None:
        return self.fault(path) if callable(self.fault) else self.fault

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self, b"")

            def do_PUT(self) -> None:
                outer._answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_arguments: object) -> None:
                """Tests are quiet."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        self.headers.append(dict(request.headers))
        self.asked.append(request.path)
        fault = self._fault_at(request.path)
        if fault == "slow":
            self._hung.wait(SLOW_SECONDS)
            fault = None  # slow, and right
        if fault == "redirect":
            self._redirect(request)
            return
        if fault == "endless":
            self._send_for_ever(request)
            return
        if fault == "nothing":
            self._hung.wait(30)  # says nothing until the test ends
            return
        if fault is not None and fault.isdigit():
            self._send(request, int(fault), {"error": "no"})
            return
        if request.command == "GET":
            told = {"server_time": clock.now().isoformat(), **self.news} if isinstance(self.news, dict) else self.news
            self._send(request, 200, told, half=fault == "half")
            return
        self._take(request.path, body, fault)
        self._send(request, 200, self._receipt(body, fault), half=fault == "half")

    def _redirect(self, request: BaseHTTPRequestHandler) -> None:
        """To a place of this server's own, so that whoever follows is seen in `headers`."""
        request.send_response(307)
        request.send_header("Location", f"{self.address}/elsewhere")
        request.send_header("Content-Length", "0")
        request.end_headers()
        request.close_connection = True

    def _send_for_ever(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with suppress(OSError):  # the other side had enough
            while not self._hung.is_set():
                request.wfile.write(b" " * 4096)
        request.close_connection = True

    def _take(self, path: str, body: bytes, fault: str | None) -> None:
        if fault is None:
            self.order.append(path)
            self.taken[path] = body

    @staticmethod
    def _receipt(body: bytes, fault: str | None) -> dict[str, Any]:
        if fault == "wrong hash":
            return {"sha256": sha256(body + b"!").hexdigest(), "durable": True}
        receipt: dict[str, Any] = {"sha256": sha256(body).hexdigest()}
        return receipt if fault == "no durable" else {**receipt, "durable": fault != "not durable"}

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, answer: Any, half: bool = False) -> None:
        content = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[: len(content) // 2] if half else content)
        request.close_connection = True


FAULTS = ("409", "413", "500", "507", "401", "404", "302", "half", "wrong hash", "not durable", "no durable", "nothing")
MORE_FAULTS = ("redirect", "endless", "slow")  # "slow" answers rightly in the end
SLOW_SECONDS = 1.0


def news(kiosk: str, meetings: list[dict[str, str]], key: bytes = DISTRICT_PUBLIC_KEY, others: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What GET meetings answers for Conference Room A."""
    return {
        "zone": "America/Chicago", "kiosk": kiosk, "room": "Conference Room A",
        "district_public_key": b64encode(key).decode(), "meetings": meetings, "others": others or [],
    }  # fmt: skip
