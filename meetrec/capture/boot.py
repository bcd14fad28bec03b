"""Which boot of the kiosk's machine is running: a break that a switched-off machine made is told from one that a program made (G5.b)."""

import hashlib
import re
from pathlib import Path
from typing import Any

from meetrec.capture.canonical import canonical_json

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_PURPOSE = "meetrec boot"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def boot_of(kiosk: str) -> str | None:
    """SHA-256 (hex) of the kernel's boot id together with the kiosk's id, so that it names no machine; None where the system tells none.

    It is the same from one start of the machine to the next, and says nothing else.
    """
    try:
        boot_id = BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return hashlib.sha256(canonical_json({"purpose": BOOT_PURPOSE, "kiosk": kiosk, "boot": boot_id})).hexdigest()


def is_boot(stated: Any) -> bool:
    """Whether a statement's `boot` is in its form: 64 small hex digits, or null where the system told none."""
    return stated is None or (isinstance(stated, str) and _DIGEST.fullmatch(stated) is not None)
