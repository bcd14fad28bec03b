"""Microphone profiles: what a model of microphone wants of us, one TOML file for each. Pure parsing and matching.

name = "Jabra Speak 510"
source = "where these facts come from"
[match]
usb = ["0b0e:0420"]                # vendor:product, as in /proc/asound/cardN/usbid
names = ["Jabra SPEAK 510*"]       # or patterns of the name that PortAudio shows, upper and lower case alike
[capture]                          # each of these may be left out
channels = 2                       # how many the device has; they are opened together, or a sound server would mix them
channel = 1                        # which one is recorded, counted from 1
rate = 16000                       # Hz, where the device refuses 48000
gain = 70                          # percent of the mixer's capture controls, or of `gain_control` alone
gain_control = "Mic"
seat = "On the line"
silent_when_idle = true            # a conference line sends exact zeros while nobody is on it, and is not muted then
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import ProfileUnusable

LOWEST_RATE, HIGHEST_RATE, MOST_CHANNELS = 8_000, 192_000, 64
_USB_ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
_TOP_KEYS, _MATCH_KEYS = frozenset({"name", "source", "match", "capture"}), frozenset({"usb", "names"})
_RANGES = {"channels": (1, MOST_CHANNELS), "channel": (1, MOST_CHANNELS), "rate": (LOWEST_RATE, HIGHEST_RATE), "gain": (0, 100)}
_TEXTS, _ANSWERS = ("gain_control", "seat"), ("silent_when_idle",)


@dataclass(frozen=True)
class MicrophoneProfile:
    """One model. None means that the profile says nothing of it, and the device is taken as it comes."""

    name: str
    source: str
    usb: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    channels: int | None = None
    channel: int | None = None
    rate: int | None = None
    gain: int | None = None
    gain_control: str | None = None
    seat: str | None = None
    silent_when_idle: bool | None = None

    def closeness_to(self, microphone: Microphone) -> int:
        """How well it fits: a USB id before any name, a longer pattern before a shorter one; 0 when it does not fit."""
        if microphone.usb is not None and microphone.usb in self.usb:
            return 1_000_000
        shown = [microphone.label.casefold(), microphone.device.casefold()]
        fitting = [pattern for pattern in self.names if any(fnmatchcase(name, pattern.casefold()) for name in shown)]
        return max((len(pattern) for pattern in fitting), default=0)


def read_profile(text: str, file: str) -> MicrophoneProfile:
    """The profile in a TOML text; `file` names it in errors. Raises ProfileUnusable with one sentence."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileUnusable(f"The microphone profile {file} is not TOML: {error}.") from error
    _refuse_unknown(content, _TOP_KEYS, file)
    match, capture = _table(content, "match", file), _table(content, "capture", file)
    _refuse_unknown(match, _MATCH_KEYS, f"{file}, table [match]")
    _refuse_unknown(capture, {*_RANGES, *_TEXTS, *_ANSWERS}, f"{file}, table [capture]")
    profile = MicrophoneProfile(
        _text(content, "name", file), _text(content, "source", file), _list(match, "usb", file), _list(match, "names", file), **_capture(capture, file)
    )
    _require_sense(profile, file)
    return profile


def _capture(values: dict[str, Any], file: str) -> dict[str, Any]:
    numbers = {key: _number(values, key, file) for key in _RANGES if key in values}
    answers = {key: _answer(values, key, file) for key in _ANSWERS if key in values}
    return numbers | answers | {key: _text(values, key, file) for key in _TEXTS if key in values}


def _require_sense(profile: MicrophoneProfile, file: str) -> None:
    """What one value alone cannot tell."""
    if not profile.usb and not profile.names:
        raise ProfileUnusable(f"The microphone profile {file} fits no microphone: give usb or names in its table [match].")
    strange = [usb for usb in profile.usb if not _USB_ID.fullmatch(usb)]
    if strange:
        raise ProfileUnusable(f"The microphone profile {file} names the USB id “{strange[0]}”; it must look like 0b0e:0420, in small letters.")
    if profile.channels is not None and (profile.channel or 1) > profile.channels:
        raise ProfileUnusable(f"The microphone profile {file} takes channel {profile.channel} of a device with {profile.channels}.")
    if profile.gain_control is not None and profile.gain is None:
        raise ProfileUnusable(f"The microphone profile {file} names a gain_control but no gain.")


def _refuse_unknown(values: dict[str, Any], known: frozenset[str] | set[str], where: str) -> None:
    strange = sorted(set(values) - known)
    if strange:
        raise ProfileUnusable(f"The microphone profile {where}: “{strange[0]}” is not known. Known are {', '.join(sorted(known))}.")


def _table(content: dict[str, Any], key: str, file: str) -> dict[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise ProfileUnusable(f"The microphone profile {file}: {key} must be a table.")
    return value


def _text(values: dict[str, Any], key: str, file: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ProfileUnusable(f"The microphone profile {file}: {key} must be a text.")
    return value.strip()


def _answer(values: dict[str, Any], key: str, file: str) -> bool:
    if not isinstance(values[key], bool):
        raise ProfileUnusable(f"The microphone profile {file}: {key} must be true or false.")
    return bool(values[key])


def _list(values: dict[str, Any], key: str, file: str) -> tuple[str, ...]:
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ProfileUnusable(f"The microphone profile {file}: {key} must be a list of texts.")
    return tuple(value)


def _number(values: dict[str, Any], key: str, file: str) -> int:
    value, (lowest, highest) = values[key], _RANGES[key]
    if type(value) is not int or not lowest <= value <= highest:
        raise ProfileUnusable(f"The microphone profile {file}: {key} must be a whole number from {lowest} to {highest}.")
    return value


def profiles_in(*folders: Path) -> list[MicrophoneProfile]:
    """The profiles of the folders; a file in a later folder takes the place of one with the same name. Raises ProfileUnusable.

    A folder that is not there holds none.
    """
    files = {file.name: file for folder in folders for file in sorted(folder.glob("*.toml"))}
    return [read_profile(_content_of(file), file.name) for _, file in sorted(files.items())]


def _content_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileUnusable(f"The microphone profile {file} cannot be read.") from error


def profile_for(microphone: Microphone, profiles: Sequence[MicrophoneProfile]) -> MicrophoneProfile | None:
    """The profile that fits best, or none; of two that fit alike the first."""
    best = max(profiles, key=lambda profile: profile.closeness_to(microphone), default=None)
    return best if best is not None and best.closeness_to(microphone) else None


def with_profile(microphone: Microphone, profiles: Sequence[MicrophoneProfile]) -> Microphone:
    """The microphone with what its profile says. What the microphone already carries stays as it is."""
    profile = profile_for(microphone, profiles)
    if profile is None:
        return microphone
    wanted = {key: getattr(profile, key) for key in ("seat", "channels", "channel", "rate", "gain", "gain_control", "silent_when_idle")}
    return replace(microphone, **{key: value for key, value in wanted.items() if getattr(microphone, key) is None})
