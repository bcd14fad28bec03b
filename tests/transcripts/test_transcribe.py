"""From sound to transcript: one line per sentence, on the seat that said it, in the language it was said in."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.platform.jobs import JobCancelled
from meetrec.transcripts.decoders import open_sound
from meetrec.transcripts.engine_parts import Engine, Segment, Word
from meetrec.transcripts.seats import FRAME, Stretch, powers_of
from meetrec.transcripts.sound import RATE, Samples, SoundSource
from meetrec.transcripts.transcribe import Transcript, Watch, _languages_of, _placed, _tracks, transcribe
from tests.transcripts.conftest import GREETING, sound_without_a_voice


@pytest.fixture(scope="module")
def reached() -> list[float]:
    return []


@pytest.fixture(scope="module")
def transcript(faster_whisper_engine: Engine, reached: list[float]) -> Transcript:
    return transcribe(open_sound(GREETING), faster_whisper_engine, "channels", watch=Watch(progress=reached.append))


def said_by(transcript: Transcript, speaker: str) -> str:
    return " ".join(line["text"] for line in transcript.lines if line["speaker"] == speaker)


def test_each_seat_is_written_down_once_and_as_its_own(transcript: Transcript) -> None:
    assert "David Cho" in said_by(transcript, "1")
    assert "Helen Marsh" in said_by(transcript, "2")
    assert "mamá de Mateo" in said_by(transcript, "3")
    whole = " ".join(line["text"] for line in transcript.lines)
    assert [whole.count(name) for name in ("Cho", "Marsh", "Mateo")] == [1, 1, 1]


def test_a_seat_that_says_nothing_has_no_line_and_no_language(transcript: Transcript) -> None:
    assert said_by(transcript, "0") == ""
    assert transcript.languages["0"] is None


def test_language_is_judged_seat_by_seat(transcript: Transcript) -> None:
    assert (transcript.languages["1"], transcript.languages["2"], transcript.languages["3"]) == ("en", "en", "es")
    assert {line["language"] for line in transcript.lines if line["speaker"] == "3"} == {"es"}


def test_lines_have_the_agreed_shape_and_order(transcript: Transcript) -> None:
    starts = [line["start"] for line in transcript.lines]
    assert starts == sorted(starts)
    for line in transcript.lines:
        assert list(line) == ["start", "end", "text", "speaker", "language", "words"]
        assert line["start"] == line["words"][0]["start"]
        assert line["end"] == line["words"][-1]["end"] <= transcript.seconds
        assert all(list(word) == ["start", "end", "word", "probability"] for word in line["words"])
        assert all(0 <= word["probability"] <= 1 for word in line["words"])


def test_progress_grows_from_nothing_to_all(transcript: Transcript, reached: list[float]) -> None:
    assert transcript.lines
    assert (reached[0], reached[-1]) == (0.0, 1.0)
    assert reached == sorted(reached)
    assert len(reached) > 4


def test_cancelling_stops_the_work(faster_whisper_engine: Engine) -> None:
    reached: list[float] = []

    def cancel_at_the_second(fraction: float) -> None:
        reached.append(fraction)
        if len(reached) == 2:
            raise JobCancelled("The job was cancelled.")

    with pytest.raises(JobCancelled):
        transcribe(open_sound(GREETING), faster_whisper_engine, "channels", watch=Watch(cancel_at_the_second))
    assert len(reached) == 2


@pytest.mark.parametrize("kind", ["silence", "noise", "tone"])
@pytest.mark.parametrize("engine_name", ["faster_whisper_engine", "openai_whisper_engine"])
def test_a_room_without_a_voice_gives_an_empty_transcript(kind: str, engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sound = sound_without_a_voice(kind)
    soundfile.write(tmp_path / "room.wav", np.stack([sound, 0.5 * sound], axis=1), RATE)
    for speakers in ("none", "channels"):
        made = transcribe(open_sound(tmp_path / "room.wav"), request.getfixturevalue(engine_name), speakers)
        assert made.lines == []


def test_without_speakers_nobody_is_named(faster_whisper_engine: Engine, clip) -> None:
    clip("jfk")
    made = transcribe(open_sound(GREETING.parents[4] / "shared/speech/real/jfk.flac"), faster_whisper_engine)
    assert {line["speaker"] for line in made.lines} == {None}
    assert made.languages == {"all": "en"}


def words_at(*times: float) -> tuple[Word, ...]:
    return tuple(Word(time, time + 0.4, f" w{time:g}", 0.9) for time in times)


def test_a_segment_over_a_long_gap_becomes_two_lines() -> None:
    segment = Segment(0, 200, "…", "en", words_at(0.0, 0.5, 150.0, 150.5))
    parts = list(_placed([segment], offset=10.0))
    assert [(part.start, part.end, part.text) for part in parts] == [(10.0, 10.9, "w0 w0.5"), (160.0, 160.9, "w150 w150.5")]


def test_a_breath_does_not_cut_a_line() -> None:
    assert len(list(_placed([Segment(0, 3, "…", "en", words_at(0.0, 1.2, 2.4))], offset=0.0))) == 1


class CountedSound:
    """A real sound that notes where it is read."""

    def __init__(self, sound: SoundSource) -> None:
        self._sound, self.starts = sound, list[int]()
        self.channels, self.rate, self.frames = sound.channels, sound.rate, sound.frames

    def read(self, start: int, frames: int) -> Samples:
        self.starts.append(start)
        return self._sound.read(start, frames)


def test_languages_of_all_seats_are_judged_in_one_pass(faster_whisper_engine: Engine) -> None:
    sound = CountedSound(open_sound(GREETING))
    powers = powers_of(sound)
    halves = [Stretch(0, len(powers) // 2), Stretch(len(powers) // 2, len(powers))]
    sound.starts.clear()
    languages = _languages_of(sound, _tracks(powers, "channels"), halves, faster_whisper_engine)
    assert languages == {0: None, 1: "en", 2: "en", 3: "es"}
    assert sound.starts == [0, halves[1].start * FRAME]


def test_a_pause_in_the_recording_puts_no_words_into_other_mouths(faster_whisper_engine: Engine, tmp_path: Path) -> None:
    sound, rate = soundfile.read(GREETING, dtype="int16")
    pause = np.zeros((len(sound) // 2, sound.shape[1]), np.int16)
    soundfile.write(tmp_path / "paused.flac", np.concatenate([sound, pause]), rate)
    whole = transcribe(open_sound(GREETING), faster_whisper_engine, "channels")
    paused = transcribe(open_sound(tmp_path / "paused.flac"), faster_whisper_engine, "channels")
    assert [(line["speaker"], line["text"]) for line in paused.lines] == [(line["speaker"], line["text"]) for line in whole.lines]
