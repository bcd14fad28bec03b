"""Listens to an uploaded file once, whole, before it is taken: damaged, silent, too short or too long files are refused, each with its sentence (G3)."""

import io
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from numpy.typing import NDArray

from meetrec.capture.pieces import RATE
from meetrec.recordings.errors import UploadRefused
from meetrec.recordings.uploads_sound import SoundUnreadable, mixed, opened_upload

SHORTEST, LONGEST = 10, 12 * 3600  # seconds; less is a test, more is no meeting
SILENT_LEVEL = 16  # of 32768, about -66 dBFS: the loudest second of a switched-on microphone in an empty room is above it
CUT_OFF, CUT_OFF_EXACT = 0.15, 0.002  # seconds by which sound may be shorter than the file says: encoders round, but not these
EXACT = ("wav", "w64", "flac", "aiff", "caf")
WAV_SLACK = 1024  # bytes that recorders miscount
NO_SIZE = (0, 0xFFFFFFFF)  # what recorders leave in a WAV's header that they did not finish
CANCELS = 0.25  # a mean this far below its loudest channel: channels of opposite sign, or one alone has sound


@dataclass(frozen=True)
class SoundHeard:
    """What the check found: frames at 48 kHz, the channel to take (None: the mean of all), and whether a cover picture lies in the file."""

    frames: int
    channel: int | None
    has_cover: bool


def listen_through(file: BinaryIO, sound_format: str) -> SoundHeard:
    """Decode everything once. Raises UploadRefused."""
    levels = _Levels()
    try:
        _refuse_cut_wav(file)
        with opened_upload(file, sound_format) as upload:
            said = upload.said_seconds
            for block in upload.blocks():
                levels.add(block)
                _refuse_longer(levels.frames)
            _refuse_cut_off(levels.frames / RATE, said, CUT_OFF_EXACT if sound_format in EXACT else CUT_OFF)
            _refuse_useless(levels)
            return SoundHeard(levels.frames, levels.channel, upload.has_cover)
    except SoundUnreadable:
        raise UploadRefused(_damaged()) from None


class _Levels:
    """Length, the loudest second's level, and how loud each channel and their mean are."""

    def __init__(self) -> None:
        self.frames, self.loudest = 0, 0.0
        self._channels: NDArray[np.float64] | None = None
        self._mean = 0.0

    def add(self, block: NDArray[np.int16]) -> None:
        energies = np.square(block, dtype=np.float64).sum(axis=1)
        if self._channels is None or len(self._channels) == len(energies):
            self._channels = energies if self._channels is None else self._channels + energies
        self._mean += float(np.square(mixed(block), dtype=np.float64).sum())
        self.frames += block.shape[1]
        self.loudest = max(self.loudest, float(np.sqrt(energies.max() / block.shape[1])))

    @property
    def channel(self) -> int | None:
        """None for the mean of all channels; the loudest one where they cancel each other out."""
        assert self._channels is not None
        is_cancelled = len(self._channels) > 1 and self._mean < CANCELS**2 * float(self._channels.max())
        return int(self._channels.argmax()) if is_cancelled else None


def _damaged() -> str:
    return _("The file is damaged: it cannot be read to its end. Copy it from the device once more and upload that.") + " " + _("Nothing was kept.")


def _refuse_longer(frames: int) -> None:
    if frames > LONGEST * RATE:
        hours = LONGEST // 3600
        raise UploadRefused(_("The recording is longer than %(hours)s hours. Upload the part that is the meeting. Nothing was kept.", hours=hours))


def _refuse_cut_wav(file: BinaryIO) -> None:
    """FFmpeg takes a WAV for whole however much of it is missing; its header says how long it must be."""
    file.seek(0)
    head = file.read(12)
    announced = int.from_bytes(head[4:8], "little")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE" and announced not in NO_SIZE and file.seek(0, io.SEEK_END) < announced + 8 - WAV_SLACK:
        raise UploadRefused(_damaged())
    file.seek(0)


def _refuse_cut_off(seconds: float, said: float | None, allowed: float) -> None:
    if said is not None and said - seconds > allowed:
        lengths = {"said": _tenths(said), "sound": _tenths(seconds)}
        told = _("The file is damaged: it says that it is %(said)s seconds long, and only %(sound)s seconds of sound are in it.", **lengths)
        raise UploadRefused(told + " " + _("Copy it from the device once more and upload that. Nothing was kept."))


def _tenths(seconds: float) -> str:
    return str(format_decimal(seconds, "0.0"))


def _refuse_useless(levels: _Levels) -> None:
    if levels.frames < SHORTEST * RATE:
        told = ngettext("The recording is shorter than %(num)s second.", "The recording is shorter than %(num)s seconds.", SHORTEST)
        raise UploadRefused(str(told) + " " + _("Nothing was kept."))
    if levels.loudest < SILENT_LEVEL:
        raise UploadRefused(_("There is nothing to hear in this file: it is silent from its beginning to its end. Nothing was kept."))
