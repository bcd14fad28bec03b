"""One open PortAudio stream: the callback copies and counts, everything else happens elsewhere."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.finding import mixer_of, number_of
from meetrec.capture.gain import GainNotSet, set_gain
from meetrec.capture.pieces import RATE, Samples
from meetrec.capture.resampling import Resampler

LATENCY_SECONDS = 0.2  # of room in the driver, should this machine be held up. No block size is asked for: a block put together over a hole hides it
SETTLING_SECONDS = 0.2
REMEMBERED_SECONDS = 10.0
MOST_DRIFT = 300e-6  # by how much of the time passed a card's crystal may stray; what was learned earlier is trusted that much less
RATE_REFUSED = -9997  # PortAudio's paInvalidSampleRate


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

    A block can come late but never early, so the earliest arrivals tell the time, and of equally early ones the newest: the card's own
    crystal drifts. PortAudio's inputBufferAdcTime is not used: measured through ALSA's pulse plug-in it wanders by 50 ms between blocks,
    while the lower edge of the arrivals is steady to 0.1 ms.
    """

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._earliest: deque[tuple[float, float]] = deque()  # arrival and edge of each block that may yet be the earliest, edges rising
        self._newest = self._opened = 0.0

    def observe(self, block: Block) -> float:
        """Take a block into account; by how many seconds it came later than the stream's usual."""
        start = block.arrived - block.after / self._rate
        self._opened = self._opened or block.arrived
        usual = self.start if self._earliest else start
        self._newest, edge = block.arrived, start - block.arrived * MOST_DRIFT
        while self._earliest and self._earliest[-1][1] >= edge:
            self._earliest.pop()
        self._earliest.append((block.arrived, edge))
        while self._earliest[0][0] < block.arrived - REMEMBERED_SECONDS:
            self._earliest.popleft()
        return start - usual

    def forget(self) -> None:
        """Sound was lost inside the stream, so what was learned before no longer holds."""
        self._earliest.clear()

    @property
    def start(self) -> float:
        """When the stream's sample 0 was heard (monotonic seconds): the earliest of all blocks, each moved by what the crystal may have strayed since."""
        return self._earliest[0][1] + self._newest * MOST_DRIFT

    @property
    def is_settled(self) -> bool:
        """Whether enough blocks came to know the time to a millisecond."""
        return bool(self._earliest) and self._newest - self._opened >= SETTLING_SECONDS

    def count_at(self, moment: float) -> int:
        """The number of the sample heard at `moment` (monotonic seconds); negative before the stream began."""
        return round((moment - self.start) * self._rate)

    def moment_of(self, count: int) -> float:
        return self.start + count / self._rate


class DeviceStream:
    """An input stream of one microphone at 48 kHz, int16, mono: the channel its profile names, resampled where the device refuses 48 kHz."""

    def __init__(self, microphone: Microphone, is_only_one: bool = True) -> None:
        """Open and start. Raises MicrophoneUnusable with the reason; may hang on broken hardware (a watchdog outside must watch).

        `is_only_one` says that no other microphone of the room has the same name but for the card's number.
        """
        self.blocks: deque[Block] = deque()
        self.arrived = threading.Event()
        self.opened = self.last_callback = time.monotonic()
        self.has_finished = False
        self.gain_trouble: str | None = None
        self._channel = microphone.channel or 1
        self._channels = max(self._channel, microphone.channels or 1)
        self._count = self._made = 0
        self._owed_overflow = False
        self._stream = self._open(microphone, is_only_one)

    def _open(self, microphone: Microphone, is_only_one: bool) -> Any:
        import sounddevice

        number, known = _found(sounddevice, microphone, is_only_one)
        self._set_gain(microphone, str(known["name"]))
        try:
            stream = self._opened(sounddevice, number, microphone.rate or RATE)
        except (sounddevice.PortAudioError, ValueError) as error:
            own_rate = round(known["default_samplerate"])
            if not _refused_the_rate(error) or own_rate == RATE:
                raise MicrophoneUnusable(f"{microphone.label} is attached but cannot be opened: {_reason(error)}.") from error
            stream = self._opened_at_own_rate(sounddevice, number, microphone, own_rate)
        return stream

    def _opened_at_own_rate(self, sounddevice: Any, number: int, microphone: Microphone, rate: int) -> Any:
        try:
            return self._opened(sounddevice, number, rate)
        except (sounddevice.PortAudioError, ValueError) as error:
            wanted = microphone.rate or RATE
            raise MicrophoneUnusable(f"{microphone.label} takes neither {wanted} Hz nor its own {rate} Hz: {_reason(error)}.") from error

    def _opened(self, sounddevice: Any, number: int, rate: int) -> Any:
        """The running stream at `rate` Hz. All its channels are opened, and the wanted one is kept."""
        self.device_rate = rate
        self._resampler = None if rate == RATE else Resampler(rate)
        stream = sounddevice.InputStream(
            device=number, samplerate=rate, channels=self._channels, dtype="int16", latency=LATENCY_SECONDS,
            callback=self._take, finished_callback=self._finished,
        )  # fmt: skip
        stream.start()
        return stream

    def _set_gain(self, microphone: Microphone, device: str) -> None:
        """A gain that cannot be set is said; the microphone records all the same."""
        if microphone.gain is None:
            return
        try:
            set_gain(microphone.label, mixer_of(device), microphone.gain, microphone.gain_control)
        except GainNotSet as error:
            self.gain_trouble = str(error)

    def _take(self, samples: Any, frames: int, _time: Any, status: Any) -> None:
        """PortAudio's callback: copy and count, nothing else."""
        self.last_callback = time.monotonic()
        self.blocks.append(Block(samples[:, self._channel - 1].copy(), self._count, self.last_callback, bool(status)))
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
        blocks = [self.blocks.popleft() for _ in range(len(self.blocks))]
        return blocks if self._resampler is None else self._at_master_rate(blocks, self._resampler)

    def _at_master_rate(self, blocks: list[Block], resampler: Resampler) -> list[Block]:
        """The blocks at 48 kHz, counted anew. One that is still held back whole hands its overflow on to the next."""
        made: list[Block] = []
        for block in blocks:
            samples, overflowed = resampler.take(block.samples), block.overflowed or self._owed_overflow
            self._owed_overflow = overflowed and not len(samples)
            if len(samples):
                made.append(Block(samples, self._made, block.arrived, overflowed))
                self._made += len(samples)
        return made

    def abandon(self) -> None:
        """Let the device go. abort(), because stop() and close() hang while the device is stalled; returns at once also then."""
        self._stream.abort(ignore_errors=True)


def _found(sounddevice: Any, microphone: Microphone, is_only_one: bool) -> tuple[int, Any]:
    """The device's number and what PortAudio knows of it. Raises MicrophoneUnusable."""
    try:
        _read_device_list_anew(sounddevice)
        number = number_of(sounddevice.query_devices(), microphone, is_only_one)
        return number, sounddevice.query_devices(number)
    except sounddevice.PortAudioError as error:
        raise MicrophoneUnusable(f"{microphone.label} cannot be looked for: the machine's sound does not answer ({_reason(error)}).") from error


def _read_device_list_anew(sounddevice: Any) -> None:
    """PortAudio sees new devices only when it is initialised again; that ends every stream of the process, and here there is none."""
    sounddevice._terminate()
    sounddevice._initialize()


def _refused_the_rate(error: Exception) -> bool:
    """Whether the device does not offer the rate. Hardware says so; a sound server resamples by itself and never does."""
    return RATE_REFUSED in error.args or "sample rate" in str(error).lower()


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).strip().rstrip(".").lower() or "unknown reason"
