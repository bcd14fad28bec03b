"""Reads the sound of an uploaded file out of the store's encryption, as one track at 48 kHz, block by block: memory stays flat (G3, G5.a).

No plain sound touches a disk: FFmpeg reads through the sealed object's reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from meetrec.capture.pieces import RATE, Samples
from meetrec.recordings.errors import UploadRefused
from meetrec.recordings.uploads_formats import FORMATS, protected, with_video

READ_BYTES = 1 << 18
BLOCK_FRAMES = RATE  # about a second
COVERS = ("mjpeg", "png", "bmp", "gif", "webp")
GUESSED = ("mp3", "aac")  # readers that reckon the length from the first seconds unless the file says it
MP3_LENGTHS = (b"Xing", b"Info", b"VBRI")
LOCKED_TAGS = ("drms", "drmi", "enca", "encv", "p608")
# No further file or address is opened whatever the bytes ask for, and a damaged FLAC frame is an error instead of a crackle.
OPTIONS = {"protocol_whitelist": "", "enable_drefs": "0"}
CHECKED_BY_SUM = ("flac",)


class SoundUnreadable(Exception):
    """The bytes do not decode; the caller says what that means."""


@dataclass
class OpenedUpload:
    """An opened file: PyAV's container, its one sound track, whether it carries a cover picture, and the seconds it says it has (None: it does not)."""

    container: Any
    track: Any
    has_cover: bool
    has_length: bool

    @property
    def said_seconds(self) -> float | None:
        """By the file's own header; None where FFmpeg could only guess."""
        if not self.has_length and self.container.format.name in GUESSED:
            return None
        if self.track.duration is not None:
            return float(self.track.duration * self.track.time_base)
        return self.container.duration / 1e6 if self.container.duration else None

    def blocks(self) -> Iterator[NDArray[np.int16]]:
        """All channels at 48 kHz, shape (channels, frames), about a second at a time. Raises SoundUnreadable."""
        import av

        resampler = av.AudioResampler(format="s16p", rate=RATE)
        waiting: list[NDArray[np.int16]] = []
        try:
            for frame in self._frames():
                waiting += [part.to_ndarray() for part in resampler.resample(frame)]
                if sum(part.shape[1] for part in waiting) >= BLOCK_FRAMES:
                    yield np.concatenate(waiting, axis=1)
                    waiting = []
        except (av.error.FFmpegError, ValueError) as error:
            raise SoundUnreadable(str(error)) from error
        if waiting:
            yield np.concatenate(waiting, axis=1)

    def _frames(self) -> Iterator[Any]:
        yield from self.container.decode(self.track)
        yield None  # what the resampler still holds


@contextmanager
def opened_upload(file: BinaryIO, sound_format: str) -> Iterator[OpenedUpload]:
    """Open an uploaded file of a kind in FORMATS. Raises UploadRefused for video, protection or more than one sound track; SoundUnreadable."""
    import av

    has_length = _has_mp3_length(file)
    try:
        options = {**OPTIONS, "format_whitelist": FORMATS[sound_format].demuxers}
        container: Any = av.open(file, metadata_errors="replace", options=options, buffer_size=READ_BYTES)
    except (av.error.FFmpegError, ValueError) as error:
        raise SoundUnreadable(str(error)) from error
    with container:
        yield OpenedUpload(container, *_only_track(container), has_length)


def track_at_48k(file: BinaryIO, sound_format: str, channel: int | None) -> Iterator[Samples]:
    """The one track of the master: the mean of all channels, or the channel named. Raises as `opened_upload` and `blocks` do."""
    with opened_upload(file, sound_format) as upload:
        for block in upload.blocks():
            yield mixed(block) if channel is None else np.ascontiguousarray(block[channel])


def mixed(block: NDArray[np.int16]) -> Samples:
    """The mean of all channels."""
    if len(block) == 1:
        return np.ascontiguousarray(block[0])
    return np.asarray(np.rint(block.mean(axis=0, dtype=np.float64)), np.int16)


def _has_mp3_length(file: BinaryIO) -> bool:
    """Whether an MP3 says how long it is: in its first frame, which may stand behind tags and a cover picture."""
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3":
        tags = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + tags)
    first_frame = file.read(2048)
    file.seek(0)
    return any(mark in first_frame for mark in MP3_LENGTHS)


def _only_track(container: Any) -> tuple[Any, bool]:
    """The sound track, and whether there is a cover picture. Nothing is left out in silence: pictures that move are a refusal (G3)."""
    from av.stream import Disposition

    covers = [one for one in container.streams.video if one.disposition & Disposition.attached_pic and _codec(one) in COVERS]
    if len(covers) != len(container.streams.video):
        raise with_video()
    tracks = container.streams.audio
    if not tracks:
        raise UploadRefused(_("The file has no sound track. Nothing was kept."))
    if any(str(one.codec_context.codec_tag) in LOCKED_TAGS for one in tracks if one.codec_context):
        raise protected()
    if len(tracks) > 1:
        raise UploadRefused(_("The file has %(count)s sound tracks, and one alone might not be the whole meeting. Save it with one track and upload that.",
                              count=len(tracks)) + " " + _("Nothing was kept."))  # fmt: skip
    if tracks[0].codec_context is None:
        raise SoundUnreadable("no decoder knows this sound")
    if _codec(tracks[0]) in CHECKED_BY_SUM:
        tracks[0].codec_context.options = {"err_detect": "crccheck+explode"}
    return tracks[0], bool(covers)


def _codec(stream: Any) -> str:
    return str(stream.codec_context.codec.name) if stream.codec_context else ""
