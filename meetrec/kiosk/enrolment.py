"""This machine becomes its room's kiosk: a code once, a signing key of its own, the server's key pinned, a token kept."""

import base64
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import requests

from meetrec.capture.signing import ENROLMENT, KioskSigner
from meetrec.kiosk.api import CONNECT_SECONDS, READ_SECONDS, object_in, safe_address, session_with
from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import KEY_BYTES, MeetingsCache
from meetrec.kiosk.pin import ServerPin
from meetrec.kiosk.places import kiosk_folder, signing_key_file
from meetrec.platform.durable_files import make_private_folder, sync_folder, write_durably
from meetrec.platform.enrolment_codes import normalised, proof_content
from meetrec.platform.settings import Settings

NEXT_KEY = "signing.key.next"
TOKEN_FILE = "server-token"  # noqa: S105 – the name of a file
LONGEST_SENTENCE = 500  # characters of the server's refusal that are repeated


class EnrolmentFailed(KioskError):
    """This machine did not become a kiosk; what it was before, it still is."""


class EnrolmentRefused(EnrolmentFailed):
    """The server said no; it knows neither the code nor the key as used."""


@dataclass(frozen=True)
class Enrolment:
    """What the server answered: the kiosk's id, where it stands, its token, and the key to seal to (raw 32 bytes)."""

    kiosk: str
    school: str
    room: str
    is_reserve: bool
    token: str
    district_public_key: bytes
    zone: str

    @classmethod
    def read(cls, answer: dict[str, Any]) -> "Enrolment":
        """Out of the server's answer. Raises EnrolmentFailed."""
        try:
            places = {name: str(answer[name]) for name in ("school", "room", "token", "zone")}
            key = base64.b64decode(answer["district_public_key"], validate=True)
            found = cls(kiosk=str(UUID(answer["kiosk"])), is_reserve=answer["is_reserve"] is True, district_public_key=key, **places)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise EnrolmentFailed("The server's answer is no enrolment. Is there a MeetRec of this version at that address?") from None
        if len(found.district_public_key) != KEY_BYTES or not found.token:
            raise EnrolmentFailed("The server's answer is no enrolment. Is there a MeetRec of this version at that address?")
        return found


def apply(address: str, code: str, signer: KioskSigner, fingerprint: str | None) -> Enrolment:
    """Send the code and this machine's key to the server whose key has the fingerprint (None for this machine's own server over plain HTTP).

    Raises EnrolmentFailed with the server's sentence, CodeMistyped, or KioskError.
    """
    content = json.dumps(
        {
            "code": normalised(code),
            "public_key": base64.b64encode(signer.public_bytes).decode(),
            "signature": base64.b64encode(signer.sign(ENROLMENT, proof_content(code, signer.public_bytes))).decode(),
        }
    )
    try:
        with session_with(address, fingerprint) as session:
            return _answer_of(session, f"{safe_address(address)}/kiosk/api/enrolment", content)
    except requests.RequestException as error:
        raise EnrolmentFailed(f"{address} does not answer. If the code was taken all the same, ask the administrator for a new one.") from error
    except ServerTrouble as error:
        raise EnrolmentFailed(_sentence_of(error.trouble, address)) from error


def _answer_of(session: requests.Session, url: str, content: str) -> Enrolment:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    with session.post(url, data=content, headers=headers, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, stream=True) as response:
        answer = object_in(response)
        if response.status_code != 200:
            raise EnrolmentRefused(str(answer.get("error") or f"The server answers {response.status_code}.")[:LONGEST_SENTENCE])
        return Enrolment.read(answer)


def _sentence_of(trouble: Trouble, address: str) -> str:
    if trouble is Trouble.UNTRUSTED_SERVER:
        return f"{address} showed another key than the one just looked at. Nothing was sent; somebody may stand between this machine and the server."
    return f"What answers at {address} is no MeetRec server, or one with a fault of its own. Nothing was changed here."


def token_path(settings: Settings) -> Path:
    """Where this machine's token lies, or will."""
    return settings.kiosk.token_file or kiosk_folder(settings) / TOKEN_FILE


def keep(settings: Settings, enrolment: Enrolment, fingerprint: str | None) -> None:
    """Keep token, pin and district key durably. What another enrolment left of meetings and keys is forgotten."""
    folder = kiosk_folder(settings)
    make_private_folder(folder)
    path = token_path(settings)
    make_private_folder(path.parent)
    write_durably(path, enrolment.token.encode())
    ServerPin(folder).keep(fingerprint)
    MeetingsCache(folder).begin_anew(enrolment.kiosk, enrolment.district_public_key)


def own_signer(settings: Settings) -> KioskSigner:
    """This machine's signing key, made at the first use. Raises SignerUnusable."""
    make_private_folder(kiosk_folder(settings))
    return KioskSigner.in_file(signing_key_file(settings))


def next_signer(settings: Settings) -> KioskSigner:
    """The key that a new enrolment brings, kept beside the one in use before the server hears of it: whatever is cut off then, it is not lost.

    Asked again before it is used, it is the same one. Raises SignerUnusable.
    """
    path = signing_key_file(settings)
    make_private_folder(path.parent)
    return KioskSigner.in_file(path.with_name(NEXT_KEY))


def drop_next_key(settings: Settings) -> None:
    """The server refused it, so it may be one that was revoked: the next attempt brings another."""
    signing_key_file(settings).with_name(NEXT_KEY).unlink(missing_ok=True)


def use_next_key(settings: Settings, now: datetime) -> Path | None:
    """Put the next signing key in the place of the one in use, in one step; where the old one lies now. Nothing that it signed is touched."""
    path, aside = signing_key_file(settings), None
    if path.exists():
        aside = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}")
        os.link(path, aside)
    path.with_name(NEXT_KEY).replace(path)  # at no moment is there no key: a program that finds none makes one that the server does not know
    sync_folder(path.parent)
    return aside
