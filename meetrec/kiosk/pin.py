"""The district's server as this machine knows it: by the key of its certificate, pinned at enrolment, looked at before a byte is sent.

A renewed certificate with the same key passes, whoever signed it; another key never does, until a person compares fingerprints and trusts it.
"""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.platform.certificates import CertificateUnusable, key_fingerprint
from meetrec.platform.durable_files import make_private_folder, write_durably

PIN_FILE = "server-pin"
HTTPS_PORT = 443
CONNECT_SECONDS = 10.0
FINGERPRINT_DIGITS = 64


class ServerPin:
    """The fingerprint kept in the kiosk's folder; read at each connection, so that `meetrec kiosk trust` counts at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def fingerprint(self) -> str | None:
        """64 hex digits, or None when nothing readable is pinned."""
        try:
            kept = (self._folder / PIN_FILE).read_text().strip()
        except (OSError, UnicodeDecodeError):
            return None
        return kept if len(kept) == FINGERPRINT_DIGITS else None

    def keep(self, fingerprint: str | None) -> None:
        """Trust this key from now on; None forgets the pin (a server on this same machine speaks plain HTTP)."""
        make_private_folder(self._folder)
        if fingerprint is None:
            (self._folder / PIN_FILE).unlink(missing_ok=True)
        else:
            write_durably(self._folder / PIN_FILE, f"{fingerprint}\n".encode())


@dataclass(frozen=True)
class ShownCertificate:
    """What a server shows: its key's fingerprint, and why no authority known to this machine vouches for it (None when one does)."""

    fingerprint: str
    doubt: str | None


def shown_by(address: str, authority: Path | None) -> ShownCertificate:
    """Look at the certificate of an https address; nothing is sent. `authority` is a PEM file asked instead of the machine's own authorities.

    Raises KioskError when the server does not answer or shows no certificate that reads.
    """
    parts = urlsplit(address)
    place = (parts.hostname or "", parts.port or HTTPS_PORT)
    try:
        try:
            return ShownCertificate(_fingerprint_at(place, ssl.create_default_context(cafile=authority)), None)
        except ssl.SSLCertVerificationError as error:
            return ShownCertificate(_fingerprint_at(place, _context_without_authorities()), error.verify_message)
    except OSError as error:
        raise KioskError(f"{address} does not answer: {error}. Is MeetRec running there, and does this machine reach it? Nothing was changed.") from error
    except CertificateUnusable as error:
        raise KioskError(f"{error} Nothing was changed.") from error


def _fingerprint_at(place: tuple[str, int], context: ssl.SSLContext) -> str:
    with socket.create_connection(place, CONNECT_SECONDS) as plain, context.wrap_socket(plain, server_hostname=place[0]) as spoken:
        return key_fingerprint(spoken.getpeercert(binary_form=True) or b"")


def _context_without_authorities() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class PinnedAdapter(HTTPAdapter):
    """Lets `requests` speak HTTPS only with a server whose certificate has the pinned key; ServerTrouble before anything is sent otherwise.

    Use it with `verify=False`: the pin alone decides, so that neither an expired certificate nor an authority can part kiosk and server.
    """

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As HTTPAdapter does, with connections that look at the key."""
        super().init_poolmanager(*arguments, **options)
        assert isinstance(self.poolmanager, PoolManager)
        self.poolmanager.pool_classes_by_scheme = {**self.poolmanager.pool_classes_by_scheme, "https": _pool_for(self._fingerprint)}


def _pool_for(fingerprint: str) -> type[HTTPSConnectionPool]:
    class PinnedConnection(HTTPSConnection):
        """A connection that ends itself when the other side is not who it was."""

        def connect(self) -> None:
            super().connect()
            if _key_of(self.sock) != fingerprint:
                self.close()
                raise ServerTrouble(Trouble.UNTRUSTED_SERVER)
            self.is_verified = True

    class PinnedPool(HTTPSConnectionPool):
        """The connections to one server."""

        ConnectionCls = PinnedConnection

    return PinnedPool


def _key_of(connected: Any) -> str | None:
    try:
        return key_fingerprint(connected.getpeercert(binary_form=True) or b"")
    except CertificateUnusable:
        return None
