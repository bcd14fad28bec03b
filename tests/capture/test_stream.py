"""What a stream delivers: the wanted channel, at 48 kHz also from a device that refuses it."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.pieces import RATE
from meetrec.capture.stream import Block, DeviceStream
from tests.doubles.stubborn_portaudio import stubborn_portaudio
from tests.fixtures.microphones import VirtualMicrophones, noise, place_of

pytestmark = pytest.mark.requirement("G5.a")


def heard(stream: DeviceStream, seconds: float) -> np.ndarray:
    """What comes within some seconds; the blocks must follow each other without a hole."""
    blocks: list[Block] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        blocks += stream.next_blocks(0.1)
    stream.abandon()
    assert [block.first for block in blocks[1:]] == [block.after for block in blocks[:-1]]
    return np.concatenate([block.samples for block in blocks])


def table_sound(folder: Path) -> tuple[np.ndarray, Path]:
    sound, file = noise(4, 4), folder / "table.wav"
    soundfile.write(file, sound, RATE, "PCM_16")
    return sound, file


@pytest.mark.parametrize("channel", [1, 2])
def test_of_a_device_with_two_channels_the_wanted_one_is_taken_bit_for_bit(channel: int, virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    virtual_microphones.do("interface")
    sound, file = table_sound(tmp_path)
    stream = DeviceStream(Microphone("two", "Two inputs", "Two inputs", channels=2, channel=channel))
    player = virtual_microphones.play(file)
    got = heard(stream, 5.5)
    player.wait(10)
    start = place_of(sound[:, channel - 1], got)
    assert start >= 0
    assert np.array_equal(got[start : start + len(sound)], sound[:, channel - 1])


def test_a_conference_line_hears_the_call_and_nothing_of_the_table(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    virtual_microphones.do("line")
    call, file = noise(3, 1, seed=7), tmp_path / "call.wav"
    soundfile.write(file, call, RATE, "PCM_16")
    _, table = table_sound(tmp_path)
    stream = DeviceStream(Microphone("line", "Conference line", "Conference line", "On the line"))
    players = [virtual_microphones.play(table), virtual_microphones.call(file)]
    got = heard(stream, 5.0)
    for player in players:
        player.wait(10)
    start = place_of(call[:, 0], got)
    assert start >= 0
    assert np.array_equal(got[start : start + len(call)], call[:, 0])
    assert not got[:start].any()
    assert not got[start + len(call) :].any()


def test_a_device_opened_at_16_khz_gives_as_much_time_as_passed(virtual_microphones: VirtualMicrophones) -> None:
    stream = DeviceStream(Microphone("one", "One", virtual_microphones.names[0], rate=16_000))
    assert stream.device_rate == 16_000
    seconds = len(heard(stream, 3.0)) / RATE
    assert 2.6 < seconds < 3.2


def with_double(monkeypatch: pytest.MonkeyPatch, *rates: int, own: int) -> SimpleNamespace:
    double = stubborn_portaudio(rates, own)
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", double)
    return double


def delivered(double: SimpleNamespace, samples: Any) -> None:
    double.streams[-1].callback(samples, len(samples), None, None)


def test_a_device_that_refuses_48_khz_is_opened_at_its_own_rate_and_resampled(monkeypatch: pytest.MonkeyPatch) -> None:
    double = with_double(monkeypatch, 16_000, own=16_000)
    stream = DeviceStream(Microphone("jabra", "Jabra", "Jabra (hw:1,0)"))
    assert stream.device_rate == 16_000
    assert double.tried == [48_000, 16_000]
    for _ in range(20):
        delivered(double, np.full((800, 1), 1000, np.int16))
    blocks = stream.next_blocks(0)
    assert 48_000 - 200 <= blocks[-1].after <= 48_000
    assert [block.first for block in blocks[1:]] == [block.after for block in blocks[:-1]]


def test_an_overflow_is_not_lost_in_resampling(monkeypatch: pytest.MonkeyPatch) -> None:
    double = with_double(monkeypatch, 16_000, own=16_000)
    stream = DeviceStream(Microphone("jabra", "Jabra", "Jabra (hw:1,0)"))
    double.streams[-1].callback(np.zeros((1, 1), np.int16), 1, None, "input overflow")
    delivered(double, np.zeros((1600, 1), np.int16))
    assert next(block.overflowed for block in stream.next_blocks(0))


def test_a_device_that_takes_no_rate_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with_double(monkeypatch, own=22_050)
    with pytest.raises(MicrophoneUnusable, match=r"Jabra takes neither 48000 Hz nor its own 22050 Hz: invalid sample rate\."):
        DeviceStream(Microphone("jabra", "Jabra", "Jabra (hw:1,0)"))


def test_a_busy_device_is_not_tried_at_other_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    double = with_double(monkeypatch, 48_000, own=44_100)
    double.is_busy = True
    with pytest.raises(MicrophoneUnusable, match="Jabra is attached but cannot be opened: device unavailable"):
        DeviceStream(Microphone("jabra", "Jabra", "Jabra (hw:1,0)"))
    assert double.tried == [48_000]


def test_a_sound_system_that_does_not_answer_makes_the_microphone_unusable_and_not_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    portaudio = stubborn_portaudio(rates=(RATE,), own=RATE)

    def refuse() -> None:
        raise portaudio.PortAudioError("Error initializing PortAudio", -10000)

    monkeypatch.setattr(portaudio, "_initialize", refuse)
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio)
    with pytest.raises(MicrophoneUnusable, match="Table 1 cannot be looked for"):
        DeviceStream(Microphone("table-1", "Table 1", "Jabra"))
