"""Notes what PortAudio hands over, from outside of what is tested: with this folder on PYTHONPATH every Python process of a test does so.

A shared memory map outlives a `kill -9`. Each stream's map holds two notes; the one written last counts, so that none is ever half.
"""

import importlib.abc
import importlib.machinery
import mmap
import os
import struct
import sys
from collections.abc import Callable
from typing import Any

LAST_FRAMES = 64
NOTE = struct.Struct(f"<{2 * LAST_FRAMES}sQ")


class _WatchSoundDevice(importlib.abc.MetaPathFinder):
    """Lets the real sounddevice load, and replaces its InputStream by one that notes."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != "sounddevice":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_watched(module: Any) -> None:
                load(module)
                module.InputStream = _watched(module.InputStream)

            spec.loader.exec_module = load_watched  # type: ignore[method-assign]
        return spec


def _watched(plain: type) -> type:
    class WatchedInputStream(plain):  # type: ignore[misc]
        def __init__(self, *arguments: Any, callback: Callable[..., None], **options: Any) -> None:
            super().__init__(*arguments, callback=_noting(callback), **options)

    return WatchedInputStream


def _noting(callback: Callable[..., None]) -> Callable[..., None]:
    path = os.path.join(os.environ["HANDED_OVER"], f"{os.getpid()}-{os.urandom(4).hex()}")
    with open(path, "w+b") as file:
        file.truncate(2 * NOTE.size)
        notes = mmap.mmap(file.fileno(), 0)
    count = calls = 0
    last = bytes(2 * LAST_FRAMES)

    def noted(samples: Any, frames: int, moment: Any, status: Any) -> None:
        nonlocal count, calls, last
        count, calls = count + frames, calls + 1
        last = (last + samples[-LAST_FRAMES:, 0].astype("<i2").tobytes())[-2 * LAST_FRAMES :]  # a block may be of three samples
        NOTE.pack_into(notes, calls % 2 * NOTE.size, last, count)
        callback(samples, frames, moment, status)

    return noted


if "HANDED_OVER" in os.environ:
    sys.meta_path.insert(0, _WatchSoundDevice())
