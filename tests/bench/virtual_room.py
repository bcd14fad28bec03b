"""Four virtual microphones for a bench: the sound daemon is started, its environment is this process's, and it is stopped in the end."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Unavailable
from tests.fixtures.microphones import VirtualMicrophones


@contextmanager
def four_microphones(folder: Path) -> Iterator[VirtualMicrophones]:
    """Raises Unavailable when there is no sound daemon on this machine."""
    if shutil.which("pulseaudio") is None:
        raise Unavailable("PulseAudio is not installed, so there are no virtual microphones: run `./dev setup`")
    before = dict(os.environ)
    microphones = VirtualMicrophones(folder / "m", 4)
    os.environ.update(microphones.environment)
    try:
        yield microphones
    finally:
        microphones.do("stop")
        os.environ.clear()
        os.environ.update(before)
