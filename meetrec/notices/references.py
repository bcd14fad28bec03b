"""A notice's reference for the telephone, and the token of its private link."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from secrets import choice, token_urlsafe

# Sixteen signs that are not mistaken for each other when read aloud or written by hand, and no vowels to make words of.
SPEAKABLE = "234679CFHJMQRWXY"
GROUP = 4
LEAST_NONCE = 32  # characters


def new_reference() -> str:
    """Two groups of four signs, such as `7FX3-W29M`: for talking about a notice, no key to it. 16⁸ possibilities."""
    return "-".join("".join(choice(SPEAKABLE) for _ in range(GROUP)) for _ in range(2))


def new_nonce() -> str:
    """What one opened form carries, so that sending it twice makes one notice."""
    return token_urlsafe(32)


def token_of(key: str, nonce: str, statement: Mapping[str, object]) -> str:
    """The token (43 URL-safe characters, 256 bit) of one sending of one form.

    The same form with the same content gives the same token, hence the same notice; a changed form gives another.
    Without the installation's `key` and the form's `nonce` nobody can compute it.
    """
    if len(nonce) < LEAST_NONCE:
        nonce = new_nonce()  # a form that came without one is a new sending each time
    content = json.dumps([nonce, dict(statement)], sort_keys=True, ensure_ascii=False, default=str).encode()
    return urlsafe_b64encode(hmac.digest(key.encode(), content, "sha256")).decode().rstrip("=")


def hash_of(token: str) -> str:
    """SHA-256 (hex): all that is stored of a token."""
    return sha256(token.encode()).hexdigest()
