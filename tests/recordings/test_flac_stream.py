"""FLAC from front to back: a right header at once, the same sound out, and nothing but the announced sound accepted."""

import io

import numpy as np
import pytest
import soundfile

from meetrec.capture.pieces import RATE, Samples
from meetrec.recordings.assembly import facts_of
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.flac_stream import HEADER_BYTES, flac_stream
from tests.recordings.deliveries import noise


@pytest.mark.parametrize("frames", [1, 15, 4095, 4096, 4097, 100_000, 480_001])
def test_any_length_comes_back_sample_for_sample(frames: int) -> None:
    sound = noise(frames)
    stream = b"".join(flac_stream(np.array_split(sound, 3), facts_of([sound])))
    with soundfile.SoundFile(io.BytesIO(stream)) as decoded:
        assert (decoded.frames, decoded.samplerate, decoded.subtype) == (frames, RATE, "PCM_16")
        assert np.array_equal(decoded.read(dtype="int16"), sound)


def test_header_equals_what_the_encoder_writes_at_its_end_but_for_frame_sizes() -> None:
    sound = noise(100_000)
    plain = io.BytesIO()
    soundfile.write(plain, sound, RATE, subtype="PCM_16", format="FLAC")
    stream = b"".join(flac_stream([sound], facts_of([sound])))
    expected = bytearray(plain.getvalue())
    expected[12:18] = bytes(6)
    assert stream == bytes(expected)
    assert stream[:HEADER_BYTES].startswith(b"fLaC")


def test_first_part_names_the_length_before_the_sound_is_all_there() -> None:
    sound = noise(480_000)
    stream = flac_stream(np.array_split(sound, 10), facts_of([sound]))
    assert int.from_bytes(next(stream)[18:26], "big") & (1 << 36) - 1 == 480_000


@pytest.mark.parametrize("other", [noise(48_000, 2), noise(47_999, 1)])
def test_other_sound_than_announced_is_refused(other: Samples) -> None:
    with pytest.raises(AssemblyFailed):
        list(flac_stream([other], facts_of([noise(48_000, 1)])))
