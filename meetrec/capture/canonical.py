"""The one spelling of a JSON value: what is hashed, bound or signed is always spelled so."""

import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8. Raises ValueError for numbers that JSON does not know."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
