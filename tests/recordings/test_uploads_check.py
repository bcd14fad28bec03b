"""What of other devices can be taken as the district's copy, and the sentence for everything else."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel

from meetrec.recordings import uploads_check
from meetrec.recordings.errors import UploadRefused
from meetrec.recordings.uploads_check import SoundHeard, listen_through
from meetrec.recordings.uploads_formats import ASF_HEADER, ASF_PROTECTED, HEAD_BYTES, format_of
from tests.recordings.sound_files import sound_file, voice, wav_file

SECONDS = 12


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    """Sentences need somebody's language."""
    app = Flask("uploads")
    Babel(app)
    with app.test_request_context():
        yield


def heard(content: bytes) -> SoundHeard:
    return listen_through(io.BytesIO(content), format_of(content[:HEAD_BYTES]))


def refusal(content: bytes) -> str:
    with pytest.raises(UploadRefused) as refused:
        heard(content)
    return str(refused.value)


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 44_100), ("wav", "pcm_s24le", 48_000), ("wav", "pcm_u8", 8_000), ("flac", "flac", 44_100), ("mp3", "libmp3lame", 44_100),
        ("ipod", "aac", 44_100), ("mov", "aac", 48_000), ("adts", "aac", 44_100), ("ogg", "libopus", 48_000), ("webm", "libopus", 48_000),
        ("ogg", "flac", 44_100), ("asf", "wmav2", 44_100), ("aiff", "pcm_s16be", 44_100), ("caf", "pcm_s16be", 44_100),
    ],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_of_every_usual_kind_is_heard_whole(container: str, codec: str, rate: int, channels: int) -> None:
    found = heard(sound_file(container, codec, voice(SECONDS, rate, channels), rate))
    assert (found.channel, found.has_cover) == (None, False)
    assert abs(found.frames / 48_000 - SECONDS) < 0.1


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("container", "codec"), [("mp4", "aac"), ("mov", "aac"), ("matroska", "aac"), ("asf", "wmav2"), ("avi", "libmp3lame"), ("mpegts", "aac")]
)
def test_file_with_a_video_track_is_refused_and_its_sound_is_not_cut_out(container: str, codec: str) -> None:
    assert "video track" in refusal(sound_file(container, codec, voice(SECONDS), picture="video"))


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("mp4", "aac"), ("flac", "flac")])
def test_cover_picture_is_no_video(container: str, codec: str) -> None:
    assert heard(sound_file(container, codec, voice(SECONDS), picture="cover")).has_cover


def test_several_sound_tracks_are_refused() -> None:
    assert "2 sound tracks" in refusal(sound_file("ipod", "aac", voice(SECONDS), tracks=2))


@pytest.mark.parametrize("tag", [b"drms", b"enca"])
def test_protected_file_is_refused(tag: bytes) -> None:
    assert "protected" in refusal(sound_file("ipod", "aac", voice(SECONDS)).replace(b"mp4a", tag))


@pytest.mark.parametrize("head", [b"\x03enc" + bytes(20), ASF_HEADER + bytes(60) + ASF_PROTECTED[0], b"\x00\x00\x00\x1cftypaax "])
def test_protected_kinds_are_known_by_their_beginning(head: bytes) -> None:
    assert "protected" in refusal(head)


@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"), ("ipod", "aac"), ("aiff", "pcm_s16be")])
def test_file_that_was_cut_off_is_damaged(container: str, codec: str) -> None:
    content = sound_file(container, codec, voice(2 * SECONDS))
    assert "damaged" in refusal(content[: len(content) * 7 // 10])


@pytest.mark.parametrize(("container", "codec"), [("flac", "flac"), ("mp3", "libmp3lame"), ("ipod", "aac"), ("ogg", "libopus")])
def test_file_with_a_hole_in_it_is_damaged(container: str, codec: str) -> None:
    content = bytearray(sound_file(container, codec, voice(2 * SECONDS, 48_000), 48_000))
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    assert "damaged" in refusal(bytes(content))


@pytest.mark.parametrize("beginning", [b"\xff\xfb\x90\x00", b"\x00\x00\x00\x18ftypM4A ", b"OggS", b"fLaC", b"RIFF\x00\x00\x00\x00WAVE", b"\x1aE\xdf\xa3"])
def test_noise_that_begins_like_a_sound_file_is_damaged(beginning: bytes) -> None:
    assert "damaged" in refusal(beginning + np.random.default_rng(7).bytes(60_000))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"%PDF-1.7 a letter", "not a sound file"), (b"hello " * 100, "not a sound file"), (b"PK\x03\x04" + bytes(50), "archive"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "not a sound file"), (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a sound file"),
        (wav_file(voice(5)), "shorter than 10 seconds"), (wav_file(np.zeros((1, SECONDS * 44_100), np.int16)), "nothing to hear"),
    ],
    ids=["empty", "letter", "text", "zip", "playlist", "list of files", "short", "silent"],
)  # fmt: skip
def test_everything_else_is_refused_with_its_own_sentence(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_recording_longer_than_a_day_of_meetings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uploads_check.LONGEST == 12 * 3600
    monkeypatch.setattr(uploads_check, "LONGEST", 3600)  # twelve hours are read in a minute and a half, only to be refused
    zeros = np.zeros((1, 3600 * 800 + 8000), np.int16)
    assert "longer than 1 hour" in refusal(wav_file(zeros, 800))


def test_channels_that_cancel_each_other_out_are_heard_by_one_alone() -> None:
    opposite = voice(SECONDS, channels=2)
    opposite[1] = -opposite[1]
    assert heard(wav_file(opposite)).channel == 0
    one_sided = voice(SECONDS, channels=2)
    one_sided[0] = 0
    assert heard(wav_file(one_sided)).channel is None
