"""Sound in stream: any format, any rate, any place, the same samples."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from meetrec.transcripts.decoders import open_sound
from meetrec.transcripts.sound import RATE, MicrophonesSideBySide, SoundError, mixed_to_one


def two_tones(seconds: float, rate: int) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return 0.5 * np.stack([np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 1000 * time)], axis=1)


@pytest.fixture
def recorded_at_48k(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "tones.flac", two_tones(25, 48_000), 48_000)
    return tmp_path / "tones.flac"


def test_48_khz_is_resampled_in_place_and_length(recorded_at_48k: Path) -> None:
    sound = open_sound(recorded_at_48k)
    heard = sound.read(0, sound.frames)
    reference = resample_poly(two_tones(25, 48_000), 1, 3, axis=0)
    assert (sound.rate, sound.channels, sound.frames) == (RATE, 2, 25 * RATE)
    assert np.abs(heard[200:-200] - reference[200:-200]).max() < 1e-3


def test_any_part_equals_the_same_part_of_the_whole(recorded_at_48k: Path) -> None:
    sound = open_sound(recorded_at_48k)
    whole = sound.read(0, sound.frames)
    for start, frames in ((150_000, 90_000), (5, 1000), (399_000, 5000), (160_000, 1)):
        assert np.array_equal(sound.read(start, frames), whole[start : start + frames])


def test_reading_past_the_end_gives_what_there_is(recorded_at_48k: Path) -> None:
    sound = open_sound(recorded_at_48k)
    assert sound.read(sound.frames - 10, 100).shape == (10, 2)
    assert sound.read(sound.frames + 10, 100).shape == (0, 2)


def test_an_open_file_is_read_like_a_path(recorded_at_48k: Path) -> None:
    with recorded_at_48k.open("rb") as file:
        sound = open_sound(file)
        assert np.array_equal(sound.read(100_000, 50_000), open_sound(recorded_at_48k).read(100_000, 50_000))


def test_microphones_side_by_side_keep_their_order_and_the_longest_length(tmp_path: Path) -> None:
    for seat, seconds in ((0, 2), (1, 3)):
        soundfile.write(tmp_path / f"{seat}.wav", two_tones(seconds, RATE)[:, seat], RATE, subtype="FLOAT")
    room = MicrophonesSideBySide([open_sound(tmp_path / "0.wav"), open_sound(tmp_path / "1.wav")])
    heard = room.read(0, room.frames)
    assert (room.channels, room.frames) == (2, 3 * RATE)
    assert np.allclose(heard[:, 1], two_tones(3, RATE)[:, 1], atol=1e-6)
    assert not heard[2 * RATE :, 0].any()
    assert heard[: 2 * RATE, 0].any()


def test_mixing_takes_the_mean_of_the_channels() -> None:
    assert mixed_to_one(np.array([[1.0, 0.0], [0.5, -0.5]], dtype=np.float32)).tolist() == [0.5, 0.0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.wav", b"", "empty.wav is empty"),
        ("letter.mp3", b"Dear parent, " * 500, "letter.mp3 is not a sound file that can be read"),
    ],
)
def test_a_file_that_is_no_sound_gets_a_plain_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SoundError, match=sentence):
        open_sound(tmp_path / name)


def test_a_missing_file_and_a_folder_are_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="There is no file"):
        open_sound(tmp_path / "nowhere.flac")
    with pytest.raises(SoundError, match="is a folder"):
        open_sound(tmp_path)


def test_a_file_of_no_length_holds_no_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)
    with pytest.raises(SoundError, match=r"none\.wav holds no sound"):
        open_sound(tmp_path / "none.wav")
