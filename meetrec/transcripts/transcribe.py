"""Sound in, transcript out: each seat's own stretches through the engine, piece by piece, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from meetrec.transcripts.engine_parts import Engine, EngineIdentity, Segment, Word
from meetrec.transcripts.engines import DETECTION_SECONDS
from meetrec.transcripts.seats import FRAME, Flags, Powers, Stretch, gated, gates_of, own_frames, powers_of, stretches_of
from meetrec.transcripts.sound import RATE, Samples, SoundSource, mixed_to_one
from meetrec.transcripts.speech import joined_speech

Speakers = Literal["none", "channels"]

LONGEST_GAP = 1.0  # seconds between two words of one line; more means somebody paused or others spoke
LANGUAGE_STRETCHES = 2  # parts of the meeting that share the one window in which a seat's language is judged
SEARCHED_SECONDS = 60  # of a seat's own sound in each of them
LISTENING_SHARE = 0.05  # of the progress bar: levels and languages, before the first word


@dataclass(frozen=True)
class Transcript:
    """A machine draft: lines as JSON-ready dicts sorted by start, who made it, and each track's language (None: no speech)."""

    lines: list[dict[str, Any]]
    engine: EngineIdentity
    languages: dict[str, str | None]
    seconds: float


@dataclass(frozen=True)
class Watch:
    """How a transcription is followed from outside: told the fraction done (0..1). What `progress` raises stops the work."""

    progress: Callable[[float], None] = lambda fraction: None

    def reached(self, fraction: float) -> None:
        """Report."""
        self.progress(min(1.0, fraction))


@dataclass(frozen=True)
class Track:
    """One voice to be written down: a channel with its gate over all frames, or (channel None) all channels mixed."""

    channel: int | None
    gate: Flags

    @property
    def speaker(self) -> str | None:
        return None if self.channel is None else str(self.channel)

    def samples(self, sound: Samples, stretch: Stretch) -> Samples:
        """This track's own sound in a stretch; others' speech is silenced."""
        mono = mixed_to_one(sound) if self.channel is None else sound[:, self.channel]
        return gated(mono, self.gate[stretch.start : stretch.end])


def transcribe(
    source: SoundSource,
    engine: Engine,
    speakers: Speakers = "none",
    language: str | None = None,
    watch: Watch | None = None,
) -> Transcript:
    """Write down a sound. `language` (a code such as "en") forces one; otherwise it is judged track by track.

    With speakers "channels" every channel is one seat's microphone and names its speaker, "0", "1", …
    Raises SoundError.
    """
    watch = watch or Watch()
    watch.reached(0.0)
    powers = powers_of(source)
    stretches = stretches_of(powers)
    tracks = _tracks(powers, speakers)
    languages = dict.fromkeys(range(len(tracks)), language) if language else _languages_of(source, tracks, stretches, engine)
    lines: list[dict[str, Any]] = []
    for place, stretch, n, samples in _pieces(source, tracks, stretches, watch):
        if languages[n] is not None:
            heard = engine.transcribe(samples, languages[n], _within(place, len(samples), watch))
            lines += [_line(part, tracks[n].speaker) for part in _placed(heard, stretch.start * FRAME / RATE)]
    watch.reached(1.0)
    named = {track.speaker or "all": languages[n] for n, track in enumerate(tracks)}
    lines.sort(key=lambda line: (line["start"], line["end"]))
    return Transcript(lines, engine.identity, named, source.frames / RATE)


def _tracks(powers: Powers, speakers: Speakers) -> list[Track]:
    if speakers == "none":
        return [Track(None, np.ones(len(powers), dtype=np.bool_))]
    if powers.shape[1] == 1:
        return [Track(0, np.ones(len(powers), dtype=np.bool_))]
    gates = gates_of(own_frames(powers))
    return [Track(channel, gates[:, channel]) for channel in range(powers.shape[1])]


@dataclass(frozen=True)
class _Place:
    """Which share of the progress bar a piece of work covers."""

    start: float
    share: float


def _pieces(source: SoundSource, tracks: list[Track], stretches: list[Stretch], watch: Watch) -> Iterator[tuple[_Place, Stretch, int, Samples]]:
    """Every track of every stretch that has sound in it, in order of time; one stretch in memory at once."""
    total = max(1, sum(_open_frames(track, stretch) for stretch in stretches for track in tracks))
    done = 0
    for stretch in stretches:
        sound = _sound_of(source, stretch)
        for n, track in enumerate(tracks):
            frames = _open_frames(track, stretch)
            share = (1 - LISTENING_SHARE) / total
            watch.reached(LISTENING_SHARE + done * share)
            if frames:
                yield _Place(LISTENING_SHARE + done * share, frames * share), stretch, n, track.samples(sound, stretch)
            done += frames


def _sound_of(source: SoundSource, stretch: Stretch) -> Samples:
    return source.read(stretch.start * FRAME, (stretch.end - stretch.start) * FRAME)


def _open_frames(track: Track, stretch: Stretch) -> int:
    return int(track.gate[stretch.start : stretch.end].sum())


def _within(place: _Place, samples: int, watch: Watch) -> Callable[[float], None]:
    seconds = max(samples / RATE, 1e-9)
    return lambda done: watch.reached(place.start + place.share * min(1.0, done / seconds))


def _languages_of(source: SoundSource, tracks: list[Track], stretches: list[Stretch], engine: Engine) -> dict[int, str | None]:
    """The language each track speaks, judged once over speech from its fullest stretches; None if nobody speaks.

    One pass in order of time for all tracks: each step back would decode every microphone from its beginning.
    """
    fullest = [_fullest(track, stretches) for track in tracks]
    speech: list[list[Samples]] = [[] for _ in tracks]
    for place, stretch in enumerate(stretches):
        wanting = [n for n, places in enumerate(fullest) if place in places]
        if not wanting:
            continue
        sound = _sound_of(source, stretch)
        for n in wanting:
            each = DETECTION_SECONDS * RATE // len(fullest[n])
            speech[n].append(_spoken_in(sound, tracks[n], stretch)[:each])
    return {n: _language_in(parts, engine) for n, parts in enumerate(speech)}


def _fullest(track: Track, stretches: list[Stretch]) -> list[int]:
    """The places of the stretches in which this track says most."""
    spoken = [place for place, stretch in enumerate(stretches) if _open_frames(track, stretch)]
    return sorted(spoken, key=lambda place: -_open_frames(track, stretches[place]))[:LANGUAGE_STRETCHES]


def _language_in(speech: list[Samples], engine: Engine) -> str | None:
    joined = np.concatenate([np.zeros(0, dtype=np.float32), *speech])
    probabilities = engine.languages_of(joined) if len(joined) else {}
    return max(probabilities, key=lambda code: probabilities[code], default=None)


def _spoken_in(sound: Samples, track: Track, stretch: Stretch) -> Samples:
    """What is said on a track in a stretch, without pauses; enough for judging the language."""
    own = track.samples(sound, stretch)
    own = own[np.repeat(track.gate[stretch.start : stretch.end], FRAME)[: len(own)]]
    speech = joined_speech(own[: SEARCHED_SECONDS * RATE]).samples
    # A seat with no voice in its first minute may yet have one later.
    return speech if len(speech) or len(own) <= SEARCHED_SECONDS * RATE else joined_speech(own).samples


def _placed(segments: list[Segment], offset: float) -> Iterator[Segment]:
    """Segments moved to the meeting's time and cut where their words lie far apart."""
    for segment in segments:
        for words in _runs(segment.words):
            moved = tuple(replace(word, start=word.start + offset, end=word.end + offset) for word in words)
            text = "".join(word.word for word in moved).strip()
            if text:
                yield Segment(moved[0].start, moved[-1].end, text, segment.language, moved)


def _runs(words: tuple[Word, ...]) -> Iterator[list[Word]]:
    """Words in runs without a long gap: one segment can span minutes in which others spoke."""
    run: list[Word] = []
    for word in words:
        if run and word.start - run[-1].end > LONGEST_GAP:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _line(segment: Segment, speaker: str | None) -> dict[str, Any]:
    """One line of the transcript in its JSON shape; seconds to the millisecond."""
    return {
        "start": round(float(segment.start), 3),
        "end": round(float(segment.end), 3),
        "text": segment.text,
        "speaker": speaker,
        "language": segment.language,
        "words": [_word(word) for word in segment.words],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "start": round(float(word.start), 3),
        "end": round(float(word.end), 3),
        "word": word.word,
        "probability": round(float(word.probability), 3),
    }
