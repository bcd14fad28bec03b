"""The gain is set in a real ALSA mixer (that of a virtual microphone), and a mixer that does not take it is named."""

import subprocess
from pathlib import Path

import pytest

from meetrec.capture.devices import Microphone
from meetrec.capture.gain import GainNotSet, capture_controls, set_gain
from meetrec.capture.stream import DeviceStream
from tests.fixtures.microphones import VirtualMicrophones, needs_amixer

MICROPHONE = "Demonstration microphone 1"
pytestmark = pytest.mark.requirement("G5.a")


def gain_now() -> str:
    return subprocess.run(["amixer", "-D", MICROPHONE, "sget", "Capture"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]


def test_only_controls_of_the_capture_side_are_taken() -> None:
    contents = (
        "Simple mixer control 'PCM',0\n  Capabilities: pvolume pswitch\n"
        "Simple mixer control 'Mic',0\n  Capabilities: cvolume cvolume-joined cswitch\n"
        "Simple mixer control 'Line',1\n  Capabilities: cvolume\n"
        "Simple mixer control 'Auto Gain Control',0\n  Capabilities: pswitch\n"
    )
    assert capture_controls(contents) == {"Mic,0": True, "Line,1": False}


@needs_amixer
def test_opening_a_microphone_sets_its_gain_and_unmutes_it_also_after_it_was_plugged_in_again(virtual_microphones: VirtualMicrophones) -> None:
    microphone = Microphone("one", "One", MICROPHONE, gain=40)
    for _ in ("at the start", "plugged in again"):
        subprocess.run(["amixer", "-D", MICROPHONE, "sset", "Capture", "90%", "nocap"], check=True, capture_output=True)
        stream = DeviceStream(microphone)
        stream.abandon()
        assert stream.gain_trouble is None
        assert "[40%] [on]" in gain_now()
        virtual_microphones.do("unplug", "1")
        virtual_microphones.do("replug", "1")


@needs_amixer
def test_a_gain_that_cannot_be_set_is_said_and_the_microphone_is_opened_all_the_same(virtual_microphones: VirtualMicrophones) -> None:
    stream = DeviceStream(Microphone("one", "Case manager's microphone", MICROPHONE, gain=40, gain_control="Boost"))
    assert stream.next_blocks(2.0)
    stream.abandon()
    assert stream.gain_trouble == "Case manager's microphone has no capture control “Boost”, so its gain was not set. It records with the gain it has."


@needs_amixer
def test_a_mixer_that_is_not_there_is_named_with_amixers_own_reason(virtual_microphones: VirtualMicrophones) -> None:
    with pytest.raises(GainNotSet, match=r"The gain of One was not set: .*No such file or directory"):
        set_gain("One", "no such mixer", 40)


def test_without_amixer_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GainNotSet, match="Install the package alsa-utils"):
        set_gain("One", "hw:1", 40)


def test_an_amixer_that_may_not_be_run_takes_no_microphone_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "amixer").write_text("#!/no/such/interpreter")
    (tmp_path / "amixer").chmod(0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GainNotSet, match=r"The gain of One was not set: amixer cannot be run \(Permission denied\)"):
        set_gain("One", "hw:1", 40)


def test_an_answer_of_amixer_in_other_letters_takes_no_microphone_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "amixer").write_text("#!/bin/sh\nprintf 'Simple mixer control \\377,0\\n'")
    (tmp_path / "amixer").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(GainNotSet, match="has no capture control"):
        set_gain("One", "hw:1", 40)
