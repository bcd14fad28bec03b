"""The two decoders: what libsndfile does not know, FFmpeg reads; what breaks off is told."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from meetrec.transcripts.decoders import FFmpegReader, LibsndfileReader, open_sound, reader_for
from meetrec.transcripts.sound import RATE, SoundError


def write_m4a(path: Path, rate: int = 44_100, seconds: int = 3, video: bool = False) -> Path:
    """A 440 Hz tone as AAC in MP4, the format telephones record in; or a film without sound."""
    with av.open(str(path), "w") as container:
        if video:
            stream = container.add_stream("mpeg4", rate=5, width=64, height=64, pix_fmt="yuv420p")
            frames = [av.VideoFrame(64, 64, "yuv420p") for _ in range(5)]
        else:
            stream = container.add_stream("aac", rate=rate, layout="mono")
            tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(seconds * rate) / rate, dtype=np.float32)
            frames = [av.AudioFrame.from_ndarray(tone[np.newaxis].astype(np.float32), format="fltp", layout="mono")]
            frames[0].sample_rate = rate
        for frame in [*frames, None]:
            for packet in stream.encode(frame):
                container.mux(packet)
    return path


def test_a_telephones_m4a_is_read_by_ffmpeg(tmp_path: Path) -> None:
    path = write_m4a(tmp_path / "phone.m4a")
    assert isinstance(reader_for(path, "phone.m4a"), FFmpegReader)
    sound = open_sound(path)
    heard = sound.read(0, sound.frames)
    loudest = np.abs(np.fft.rfft(heard[RATE : 2 * RATE, 0])).argmax()
    assert loudest == 440  # Hz, one second was transformed
    assert abs(sound.frames - 3 * RATE) < RATE // 10


def test_flac_is_read_by_libsndfile(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(1000), RATE)
    assert isinstance(reader_for(tmp_path / "a.flac", "a.flac"), LibsndfileReader)


def test_a_film_without_sound_holds_no_sound(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"film\.mp4 holds no sound"):
        open_sound(write_m4a(tmp_path / "film.mp4", video=True))


def test_a_flac_cut_off_in_the_middle_is_told_as_broken(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 40 * RATE)
    soundfile.write(tmp_path / "whole.flac", noise, RATE)
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    sound = open_sound(tmp_path / "cut.flac")
    with pytest.raises(SoundError, match=r"cut\.flac is broken: its sound breaks off after about 0 min 10 s"):
        sound.read(0, sound.frames)


def test_an_m4a_cut_off_in_the_middle_is_told_as_broken(tmp_path: Path) -> None:
    content = write_m4a(tmp_path / "whole.m4a").read_bytes()
    (tmp_path / "cut.m4a").write_bytes(content[: len(content) // 2])
    with pytest.raises(SoundError, match=r"cut\.m4a"):
        open_sound(tmp_path / "cut.m4a")
