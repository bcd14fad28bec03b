"""Sound files as other devices write them, made on the spot: any container and codec that PyAV can write, with video, covers or damage on demand."""

import io
import wave
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Stereo = NDArray[np.int16]  # shape (channels, frames)


def voice(seconds: float, rate: int = 44_100, channels: int = 1, loudness: float = 6000.0, seed: int = 1) -> Stereo:
    """A tone that comes and goes, with noise."""
    at = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(0, loudness / 20, len(at))
    tone = (loudness * np.sin(2 * np.pi * 220 * at) * (np.sin(2 * np.pi * at / 3) > 0) + noise).astype(np.int16)
    return np.repeat(tone[np.newaxis], channels, axis=0)


def wav_file(sound: Stereo, rate: int = 44_100) -> bytes:
    """Plain WAV, 16 bit."""
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(len(sound))
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(np.ascontiguousarray(sound.T, "<i2").tobytes())
    return out.getvalue()


def sound_file(container: str, codec: str, sound: Stereo, rate: int = 44_100, *, tracks: int = 1, picture: str | None = None) -> bytes:
    """Any container; `picture` is "video" or "cover"."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as written:
        streams: list[Any] = []
        for _ in range(tracks):
            stream: Any = written.add_stream(codec, rate=rate, layout="mono" if len(sound) == 1 else "stereo")
            stream.bit_rate = 96_000
            streams.append(stream)
        if picture:
            _add_picture(written, picture)
        for stream in streams:
            _encode(written, stream, sound, rate)
    return out.getvalue()


def _encode(written: Any, stream: Any, sound: Stereo, rate: int) -> None:
    size = stream.codec_context.frame_size or 1024
    resampler = av.AudioResampler(format=stream.codec_context.format, layout=stream.layout, rate=rate, frame_size=size)
    for begin in range(0, sound.shape[1], rate):
        block = np.ascontiguousarray(sound[:, begin : begin + rate])
        frame = av.AudioFrame.from_ndarray(block, format="s16p", layout=stream.layout)
        frame.sample_rate, frame.pts = rate, begin
        for part in resampler.resample(frame):
            written.mux(stream.encode(part))
    for part in resampler.resample(None):
        written.mux(stream.encode(part))
    written.mux(stream.encode(None))


def _add_picture(written: Any, picture: str) -> None:
    from av.stream import Disposition

    stream: Any = written.add_stream("mjpeg" if picture == "cover" else "mpeg4", rate=5)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuvj420p" if picture == "cover" else "yuv420p"
    if picture == "cover":
        stream.disposition = Disposition.attached_pic
    for _ in range(1 if picture == "cover" else 10):
        written.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
    written.mux(stream.encode(None))
