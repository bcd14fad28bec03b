"""A double on top of a real stream: on demand 0.3 s of what PortAudio delivered is dropped and the next block flagged, as at an overflow."""

import threading

from meetrec.capture.pieces import RATE
from meetrec.capture.stream import Block, DeviceStream

DROPPED_FRAMES = round(0.3 * RATE)


class OverflowingStream(DeviceStream):
    """Overflows once, when `overflow` is set. The sound server behind ALSA's pulse plug-in never raises the flag by itself."""

    overflow = threading.Event()
    _dropped = 0
    _owes_flag = False

    def next_blocks(self, timeout: float) -> list[Block]:
        return [passed for block in super().next_blocks(timeout) if (passed := self._pass_on(block)) is not None]

    def _pass_on(self, block: Block) -> Block | None:
        if self.overflow.is_set() and self._dropped < DROPPED_FRAMES:
            self._dropped, self._owes_flag = self._dropped + len(block.samples), True
            return None
        flagged, self._owes_flag = block.overflowed or self._owes_flag, False
        return Block(block.samples, block.first - self._dropped, block.arrived, flagged)
