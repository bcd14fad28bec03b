"""The two decoders: libsndfile for what it knows (WAV, FLAC, Ogg, MP3), FFmpeg through PyAV for everything else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import soundfile

from meetrec.transcripts.sound import BLOCK_SECONDS, RATE, BlockReader, Samples, SoundError, StreamedSound, frames_at_16k, resampled


def open_sound(file: Path | BinaryIO, name: str | None = None) -> StreamedSound:
    """A sound file of any kind libsndfile or FFmpeg reads; SoundError with a plain sentence for anything else.

    `file` may be an open, seekable binary file, so that encrypted masters need no plain copy. `name` is for the sentences.
    """
    shown = name or (file.name if isinstance(file, Path) else "the sound")
    if isinstance(file, Path):
        _check_there_is_a_file(file)
    reader = reader_for(file, shown)
    if not reader.frames:
        raise SoundError(f"{shown} holds no sound: its length is zero.")
    return StreamedSound(reader)


def _check_there_is_a_file(path: Path) -> None:
    if path.is_dir():
        raise SoundError(f"{path} is a folder, not a sound file.")
    if not path.exists():
        raise SoundError(f"There is no file {path}.")
    if not path.stat().st_size:
        raise SoundError(f"{path.name} is empty: it has no bytes at all.")


def reader_for(file: Path | BinaryIO, name: str) -> BlockReader:
    """The decoder that can read this file; SoundError if neither can."""
    try:
        return LibsndfileReader(file, name)
    except soundfile.LibsndfileError:
        return FFmpegReader(file, name)


class LibsndfileReader:
    """Sound through libsndfile; raises LibsndfileError at once if it does not know the format."""

    def __init__(self, file: Path | BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        with self._opened() as sound:
            self.channels: int = sound.channels
            self.frames = frames_at_16k(sound.frames, sound.samplerate)

    def blocks(self) -> Iterator[Samples]:
        with self._opened() as sound:
            yield from resampled(self._decoded(sound), sound.samplerate, sound.channels)

    def _decoded(self, sound: soundfile.SoundFile) -> Iterator[Samples]:
        read = 0
        while read < sound.frames:
            try:
                block = sound.read(BLOCK_SECONDS * sound.samplerate, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as problem:
                raise _breaks_off(self._name, read / sound.samplerate) from problem
            if not len(block):
                raise _breaks_off(self._name, read / sound.samplerate)
            read += len(block)
            yield np.nan_to_num(block, copy=False)

    def _opened(self) -> soundfile.SoundFile:
        if not isinstance(self._file, Path):
            self._file.seek(0)
        return soundfile.SoundFile(self._file)


class FFmpegReader:
    """Sound through FFmpeg's libraries (inside the PyAV package; no ffmpeg program is needed)."""

    def __init__(self, file: Path | BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        with closing(self._opened()) as container:
            if not container.streams.audio:
                raise SoundError(f"{name} holds no sound.")
            self.channels = int(container.streams.audio[0].channels)
        # Containers only estimate their length, so it is counted by decoding once.
        self.frames = sum(len(block) for block in self.blocks())

    def blocks(self) -> Iterator[Samples]:
        with closing(self._opened()) as container:
            stream = container.streams.audio[0]
            yield from resampled(self._decoded(container), int(stream.rate or RATE), self.channels)

    def _decoded(self, container: Any) -> Iterator[Samples]:
        planar = av.AudioResampler(format="fltp")  # the codec's own sample format, made float, channel by channel
        try:
            for frame in container.decode(audio=0):
                for part in planar.resample(frame):
                    yield np.ascontiguousarray(part.to_ndarray().T, dtype=np.float32)
        except av.error.FFmpegError as problem:
            raise SoundError(f"{self._name} is broken: its sound cannot be decoded to the end.") from problem

    def _opened(self) -> Any:
        if not isinstance(self._file, Path):
            self._file.seek(0)
        try:
            return av.open(str(self._file) if isinstance(self._file, Path) else self._file)
        except (av.error.FFmpegError, OSError) as problem:
            raise SoundError(f"{self._name} is not a sound file that can be read, or it is broken.") from problem


def _breaks_off(name: str, seconds: float) -> SoundError:
    minutes, rest = divmod(int(seconds), 60)
    return SoundError(f"{name} is broken: its sound breaks off after about {minutes} min {rest} s.")
