"""How far long work is, told seldom: each telling is a write to the database."""

import time
from collections.abc import Callable

TELL_EVERY = 1.0  # seconds


def seldom(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Pass the share done (0 to 1) on at most once a second."""
    last = 0.0

    def told(fraction: float) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY:
            last = time.monotonic()
            tell(fraction)

    return told
