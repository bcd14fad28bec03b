"""The key of a run: sealed to the district by HPKE, split into one sub-key for each microphone and use.

The run key is 32 random bytes and lives in memory only. What lies on the kiosk's disk is its HPKE seal (DHKEM X25519, HKDF-SHA256,
AES-256-GCM), so the kiosk cannot hear what it recorded (G5.b). The seal is bound to recording, kiosk and run through HPKE's `info`;
everything else in run.json is bound by piece 0, which carries the SHA-256 of run.json under the run key, and by the kiosk's signature.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from meetrec.capture.boot import is_boot
from meetrec.capture.canonical import canonical_json as canonical_json
from meetrec.capture.errors import RunKeyRefused, SignatureRefused
from meetrec.capture.signing import RUN_STATEMENT, KioskSigner, public_key_of, read_statement, require_signed_statement

KEY_BYTES = 32
RUN_KEY_PURPOSE = "meetrec run key"
PIECE_KEY_PURPOSE = "meetrec piece key"
RUN_STATEMENT_FORMAT = 2
MICROPHONE_ID = re.compile(r"[a-z0-9-]{1,40}")
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def new_run_key() -> bytes:
    """32 random bytes; keep them in memory only."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True)
class MicrophoneKeys:
    """The two sub-keys of one microphone in one run (32 bytes each), so that no nonce ever repeats under a key."""

    piece: bytes = field(repr=False)
    journal: bytes = field(repr=False)


def microphone_keys(run_key: bytes, microphone: str) -> MicrophoneKeys:
    """Derive the sub-keys of `microphone` (its slug) from the run key by HKDF-SHA256."""
    return MicrophoneKeys(piece=_sub_key(run_key, microphone, "piece"), journal=_sub_key(run_key, microphone, "journal"))


def _sub_key(run_key: bytes, microphone: str, use: str) -> bytes:
    info = canonical_json({"purpose": PIECE_KEY_PURPOSE, "microphone": microphone, "use": use})
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(run_key)


def seal_run_key(district_public_key: bytes, run_key: bytes, *, recording: str, kiosk: str, run: str) -> bytes:
    """Seal `run_key` to the district's raw X25519 public key (32 bytes). Raises RunKeyRefused if that is no such key."""
    if len(district_public_key) != KEY_BYTES:
        raise RunKeyRefused(f"The district's public key must have {KEY_BYTES} bytes, this one has {len(district_public_key)}.")
    public_key = X25519PublicKey.from_public_bytes(district_public_key)
    return _SUITE.encrypt(run_key, public_key, _seal_info(recording, kiosk, run))


def open_run_key(district_private_key: bytes | X25519PrivateKey, run_statement: bytes) -> bytes:
    """The run key out of run.json's bytes, with the district's private key (raw 32 bytes or the key itself).

    Raises RunKeyRefused when the key is another district's, or run.json was altered or is no opening statement.
    """
    statement = parse_run_statement(run_statement)
    private_key = _as_private_key(district_private_key)
    fingerprint = hashlib.sha256(private_key.public_key().public_bytes_raw()).hexdigest()
    if fingerprint != statement["district_key"]:
        raise RunKeyRefused(f"Run {statement['run']} was sealed to another district key ({statement['district_key'][:12]}…).")
    info = _seal_info(statement["recording"], statement["kiosk"], statement["run"])
    try:
        return _SUITE.decrypt(base64.b64decode(statement["sealed_key"], validate=True), private_key, info)
    except (InvalidTag, ValueError):
        raise RunKeyRefused(f"The opening statement of run {statement['run']} was altered: its sealed key does not open.") from None


def _as_private_key(key: bytes | X25519PrivateKey) -> X25519PrivateKey:
    if isinstance(key, X25519PrivateKey):
        return key
    if len(key) != KEY_BYTES:
        raise RunKeyRefused(f"The district's private key must have {KEY_BYTES} bytes, this one has {len(key)}.")
    return X25519PrivateKey.from_private_bytes(key)


def _seal_info(recording: str, kiosk: str, run: str) -> bytes:
    return canonical_json({"purpose": RUN_KEY_PURPOSE, "recording": recording, "kiosk": kiosk, "run": run})


def run_statement(
    district_public_key: bytes,
    run_key: bytes,
    signer: KioskSigner,
    *,
    recording: str,
    kiosk: str,
    run: str,
    ordinal: int,
    started_at: str,
    rate: int,
    microphones: list[dict[str, Any]],
    boot: str | None = None,
) -> bytes:
    """The bytes of run.json: the run's opening statement, signed, in its one spelling. `started_at` is ISO UTC with microseconds.

    `ordinal` counts the runs of the recording from 1. It alone says which came first: a machine's clock may be wrong after a power cut.
    `boot` tells which boot of the machine this is (boot.boot_of).
    """
    sealed = seal_run_key(district_public_key, run_key, recording=recording, kiosk=kiosk, run=run)
    return signer.sign_statement(RUN_STATEMENT, {
        "format": RUN_STATEMENT_FORMAT, "signer": base64.b64encode(signer.public_bytes).decode(),
        "recording": recording, "kiosk": kiosk, "run": run, "ordinal": ordinal, "started_at": started_at,
        "sealed_key": base64.b64encode(sealed).decode(), "district_key": hashlib.sha256(district_public_key).hexdigest(),
        "rate": rate, "microphones": microphones, "boot": boot,
    })  # fmt: skip


_STATEMENT_FIELDS = {
    "format": int, "recording": str, "kiosk": str, "run": str, "ordinal": int, "started_at": str, "sealed_key": str, "district_key": str, "rate": int,
    "microphones": list, "signer": str,
}  # fmt: skip


def parse_run_statement(run_statement: bytes) -> dict[str, Any]:
    """run.json's bytes as a dictionary. Raises RunKeyRefused when they are not an opening statement of format 2, and SignatureRefused
    when it does not carry the signature of the kiosk it names; whether that is the right kiosk is for those who know its key.
    """
    statement = _fields_of(run_statement)
    if statement.get("format") != RUN_STATEMENT_FORMAT:
        raise RunKeyRefused(f"The opening statement of a run is in format {statement.get('format')}; this version of MeetRec reads format 2, which is signed.")
    if any(not isinstance(statement.get(name), kind) for name, kind in _STATEMENT_FIELDS.items()):
        raise RunKeyRefused("The opening statement of a run (run.json) lacks something it must name.")
    require_signed_statement(public_key_of(statement["signer"]), RUN_STATEMENT, run_statement, f"The opening statement of run {statement['run']}")
    if type(statement["ordinal"]) is not int or statement["ordinal"] < 1:
        raise RunKeyRefused(f"Run {statement['run']} does not say which of its recording it is, counted from 1.")
    if not is_boot(statement.get("boot")):
        raise RunKeyRefused(f"Run {statement['run']} names the boot of its machine in a form that no kiosk writes.")
    _require_microphones(statement)
    return statement


def _fields_of(run_statement: bytes) -> dict[str, Any]:
    try:
        return read_statement(run_statement)
    except ValueError:
        raise RunKeyRefused("The opening statement of a run (run.json) is damaged: it is not a JSON object.") from None


def signer_of(run_statement: bytes) -> bytes:
    """The raw public key of the kiosk that signed a run's opening statement. Raises RunKeyRefused or SignatureRefused."""
    return public_key_of(parse_run_statement(run_statement)["signer"])


def require_signer(run_statement: bytes, kiosk_public_key: bytes) -> None:
    """Hold the kiosk that a statement names against a key that is known. Raises SignatureRefused, and RunKeyRefused for no statement."""
    statement = parse_run_statement(run_statement)
    if public_key_of(statement["signer"]) != kiosk_public_key:
        raise SignatureRefused(f"The opening statement of run {statement['run']} was signed by another kiosk: its key is not the one that is known.")


def _require_microphones(statement: dict[str, Any]) -> None:
    """Refuse whatever the recorder never writes, so that no later step meets a text where a microphone belongs."""
    microphones = statement["microphones"]
    if not all(isinstance(one, dict) and _is_microphone(one) for one in microphones):
        raise RunKeyRefused(f"The opening statement of run {statement['run']} names a microphone that is none: id, label or device is missing or damaged.")
    if len({one["id"] for one in microphones}) != len(microphones):
        raise RunKeyRefused(f"The opening statement of run {statement['run']} names one microphone twice.")


def _is_microphone(named: dict[str, Any]) -> bool:
    """`id` is a slug, `label` and `device` are texts, `seat` is a text or null; anything else is left to later versions."""
    texts = [named.get("id"), named.get("label"), named.get("device"), named.get("seat") or ""]
    return all(isinstance(text, str) for text in texts) and MICROPHONE_ID.fullmatch(named["id"]) is not None
