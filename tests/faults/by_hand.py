"""A folder of pieces checked and joined by the product's own commands, as somebody would who has nothing but the folder and the key."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.fixtures.running import ROOT


def meetrec(*arguments: str | Path) -> str:
    """Run one command; what it prints. AssertionError with its message when it refuses."""
    done = subprocess.run([sys.executable, "-m", "meetrec", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def joined_by_hand(folder: Path, district: X25519PrivateKey, place: Path, kiosk_public_key: bytes | None = None) -> np.ndarray:
    """`capture inspect` finds every chain whole, and `recordings assemble` joins the recording: int16 (frames, microphones)."""
    named: list[str | Path] = []
    if kiosk_public_key is not None:
        (place / "kiosk.public").write_bytes(kiosk_public_key)
        named = ["--kiosk-public-key", place / "kiosk.public"]
    inspected = meetrec("capture", "inspect", folder, *named)
    assert "the chain holds" in inspected
    key = place / "district.pem"
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(district.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    out = place / f"joined-{len(list(place.glob('joined-*')))}.flac"
    meetrec("recordings", "assemble", folder, "--district-key", key, "--out", out, *named)
    samples, _rate = soundfile.read(out, dtype="int16", always_2d=True)
    return np.asarray(samples)
