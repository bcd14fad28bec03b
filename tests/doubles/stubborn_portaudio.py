"""A double of PortAudio with one device that takes few rates: the virtual microphones resample, so they can never refuse one."""

from types import SimpleNamespace
from typing import Any


class PortAudioError(Exception):
    """As sounddevice raises it: a sentence and PortAudio's number."""


def stubborn_portaudio(rates: tuple[int, ...], own: int) -> SimpleNamespace:
    """Stands in for the module `sounddevice`. `tried` lists the rates that were asked for, `streams` what was opened."""
    double = SimpleNamespace(PortAudioError=PortAudioError, tried=[], streams=[], is_busy=False, _terminate=lambda: None, _initialize=lambda: None)
    device = {"name": "Jabra (hw:1,0)", "max_input_channels": 1, "default_samplerate": float(own)}

    def open_stream(**wanted: Any) -> SimpleNamespace:
        double.tried.append(wanted["samplerate"])
        if double.is_busy:
            raise PortAudioError("Device unavailable", -9985)
        if wanted["samplerate"] not in rates:
            raise PortAudioError("Invalid sample rate", -9997)
        double.streams.append(SimpleNamespace(start=lambda: None, abort=lambda ignore_errors: None, **wanted))
        return double.streams[-1]

    double.InputStream = open_stream
    double.query_devices = lambda number=None: [device] if number is None else device
    return double
