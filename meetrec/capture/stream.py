"""One open PortAudio stream: the callback copies and counts, everything else happens elsewhere."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from meetrec.capture.devices import has_card_number, label_of
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.pieces import RATE, Samples

LATENCY_SECONDS = 0.2  # blocks of about 50 ms: 1.8 % of one core for four microphones in the lab
SETTLING_SECONDS = 0.2
REMEMBERED_SECONDS = 10.0


@dataclass(frozen=True)
class Block:
    """Samples as the callback got them: `first` counts from the stream's start, `arrived` is monotonic seconds."""

    samples: Samples
    first: int
    arrived: float
    overflowed: bool

    @property
    def after(self) -> int:
        return self.first + len(self.samples)


class StreamClock:
    """When (monotonic) the stream's sample number n was heard.

    A block can come late but never early, so the earliest arrivals tell the time. PortAudio's inputBufferAdcTime is not used: measured
    through ALSA's pulse plug-in it wanders by 50 ms between blocks, while the lower edge of the arrivals is steady to 0.1 ms.
    """

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._starts: deque[tuple[float, float]] = deque()
        self._opened = 0.0

    def observe(self, block: Block) -> float:
        """Take a block into account; by how many seconds it came later than the stream's usual."""
        start = block.arrived - block.after / self._rate
        self._opened = self._opened or block.arrived
        usual = self.start if self._starts else start
        self._starts.append((block.arrived, start))
        while self._starts[0][0] < block.arrived - REMEMBERED_SECONDS:
            self._starts.popleft()
        return start - usual

    def forget(self) -> None:
        """Sound was lost inside the stream, so what was learned before no longer holds."""
        self._starts.clear()

    @property
    def start(self) -> float:
        """When the stream's sample 0 was heard (monotonic seconds)."""
        return min(start for _, start in self._starts)

    @property
    def is_settled(self) -> bool:
        """Whether enough blocks came to know the time to a millisecond."""
        return bool(self._starts) and self._starts[-1][0] - self._opened >= SETTLING_SECONDS

    def count_at(self, moment: float) -> int:
        """The number of the sample heard at `moment` (monotonic seconds); negative before the stream began."""
        return round((moment - self.start) * self._rate)

    def moment_of(self, count: int) -> float:
        return self.start + count / self._rate


class DeviceStream:
    """An input stream of one device at 48 kHz, int16, mono."""

    def __init__(self, device: str, is_only_one: bool = True) -> None:
        """Open and start. Raises MicrophoneUnusable with the reason; may hang on broken hardware (a watchdog outside must watch).

        `is_only_one` says that no other microphone of the room has the same name but for the card's number.
        """
        self.blocks: deque[Block] = deque()
        self.arrived = threading.Event()
        self.opened = self.last_callback = time.monotonic()
        self.has_finished = False
        self._count = 0
        self._stream = self._open(device, is_only_one)

    def _open(self, device: str, is_only_one: bool) -> Any:
        import sounddevice

        _read_device_list_anew(sounddevice)
        number = _number_of(sounddevice, device, is_only_one)
        try:
            stream = sounddevice.InputStream(
                device=number, samplerate=RATE, channels=1, dtype="int16", latency=LATENCY_SECONDS,
                callback=self._take, finished_callback=self._finished,
            )  # fmt: skip
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise MicrophoneUnusable(f"{device} is attached but cannot be opened: {_reason(error)}.") from error
        return stream

    def _take(self, samples: Any, frames: int, _time: Any, status: Any) -> None:
        """PortAudio's callback: copy and count, nothing else."""
        self.last_callback = time.monotonic()
        self.blocks.append(Block(samples[:, 0].copy(), self._count, self.last_callback, bool(status)))
        self._count += frames
        self.arrived.set()

    def _finished(self) -> None:
        self.has_finished = True
        self.arrived.set()

    @property
    def has_delivered(self) -> bool:
        return self._count > 0

    def next_blocks(self, timeout: float) -> list[Block]:
        """What has come, waiting up to `timeout` seconds for something."""
        self.arrived.wait(timeout)
        self.arrived.clear()
        return [self.blocks.popleft() for _ in range(len(self.blocks))]

    def abandon(self) -> None:
        """Let the device go. abort(), because stop() and close() hang while the device is stalled; returns at once also then."""
        self._stream.abort(ignore_errors=True)


def _read_device_list_anew(sounddevice: Any) -> None:
    """PortAudio sees new devices only when it is initialised again; that ends every stream of the process, and here there is none."""
    sounddevice._terminate()
    sounddevice._initialize()


def _number_of(sounddevice: Any, device: str, is_only_one: bool = True) -> int:
    """The device's number by its exact name: PortAudio's own search would take "microphone 10" for "microphone 1".

    A card's number changes when it is plugged in again; then the name without it counts, when only one device bears it. Of two equal
    microphones one would be taken for the other, so with them only the exact name counts.
    """
    inputs = {number: str(known["name"]) for number, known in enumerate(sounddevice.query_devices()) if known["max_input_channels"] > 0}
    exact = [number for number, name in inputs.items() if name == device]
    cards = {number: label_of(name) for number, name in inputs.items() if has_card_number(name) and has_card_number(device)}
    same = [number for number, label in cards.items() if label == label_of(device)]
    if exact or (is_only_one and len(same) == 1):
        return (exact or same)[0]
    raise MicrophoneUnusable(f"{device} is not attached. Check its cable; recording goes on by itself when it is back.")


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).strip().rstrip(".").lower() or "unknown reason"
