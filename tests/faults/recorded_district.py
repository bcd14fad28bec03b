"""A room whose server is the district's real application: armed today, with a switch that takes the server away."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from meetrec.capture.outbox import runs_of
from meetrec.capture.room_entries import entries_of, open_entry, require_follows
from meetrec.platform.database import Database
from meetrec.platform.district_keys import KEY_FILE_NAME
from meetrec.recordings.models import Recording
from tests.faults.exactness import CapturedRun, Heard
from tests.fixtures.kiosk_process import KioskProcess, wait_until


class SwitchedServer:
    """The real application over HTTP. While `is_away` deliveries are answered 503, as by a proxy whose server is down; news still come."""

    def __init__(self, app: Flask) -> None:
        self.is_away = False
        self._app = app
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if self.is_away and environment["REQUEST_METHOD"] == "PUT":
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"away"]
        return self._app(environment, start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def switched_server(app: Flask) -> Iterator[SwitchedServer]:
    """Serve, and stop in the end."""
    server = SwitchedServer(app)
    try:
        yield server
    finally:
        server.close()


class RecordedDistrict:
    """What a test asks of the kiosk, its folder and the server together."""

    def __init__(
        self, folder: Path, server: SwitchedServer, district: SimpleNamespace, recording: str, database: Database, keyring: Path, environment: Mapping[str, str]
    ) -> None:
        self.server, self.recording, self.folder = server, recording, folder
        self.signer = district.kiosk_signer
        self._database = database
        key = load_pem_private_key((keyring / KEY_FILE_NAME).read_bytes(), None)
        assert isinstance(key, X25519PrivateKey)
        self.key = key
        signing_key = folder / "room" / "kiosk" / "signing.key"
        signing_key.parent.mkdir(parents=True, mode=0o700)
        signing_key.touch(0o600)
        signing_key.write_bytes(self.signer.private_bytes)
        self.kiosk = KioskProcess(folder, server.address, district.kiosk_token, environment)

    def microphone_processes(self) -> list[int]:
        """The processes that the kiosk's microphones run in: those that write in its outbox."""
        own = Path(f"/proc/{self.kiosk.process.pid}/task")
        children = [int(child) for task in own.iterdir() for child in (task / "children").read_text().split()]
        return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]

    def runs(self, outbox: Path | None = None) -> list[CapturedRun]:
        return [CapturedRun(folder, self.key) for folder in runs_of((outbox or self.kiosk.outbox) / self.recording)]

    def heard(self, sound: np.ndarray, run: int = -1) -> dict[str, list[Heard]]:
        """For each microphone where the run's stretches stand in what was played."""
        captured = self.runs()[run]
        return {name: captured.heard(name, sound[:, number]) for number, name in enumerate(captured.microphones)}

    def log(self, outbox: Path | None = None) -> list[str]:
        """The kinds of the room log's entries, an alarm with its own, once the chain and every signature hold and every entry opens."""
        before, kinds = None, []
        for path in entries_of((outbox or self.kiosk.outbox) / self.recording):
            entry = path.read_bytes()
            kind, content = require_follows(before, entry, self.signer.public_bytes).kind, open_entry(entry, self.key)
            kinds.append(f"{kind} {content['alarm']}" if kind == "alarm" else kind)
            before = entry
        return kinds

    def wait_until_recording(self) -> None:
        """Every microphone's process writes: the newest run has a journal or a piece of each."""
        wait_until(lambda: all(any(run.folder.glob(f"{name}/*.*")) for run in self.runs()[-1:] for name in run.microphones), 30)

    def finish_and_deliver(self) -> Recording:
        """Stop, and wait until the server has all of it; the recording as the server knows it."""
        self.server.is_away = False
        saved = self.kiosk.stop(self.recording)
        wait_until(lambda: "Delivered." in self.kiosk.get(saved).text, 90)
        return self.as_the_server_knows_it()

    def as_the_server_knows_it(self) -> Recording:
        """The recording's row."""
        with self._database.reading() as session:
            return session.scalars(select(Recording).where(Recording.id == self.recording)).one()
