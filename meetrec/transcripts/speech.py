"""Where in a sound somebody speaks (Silero voice activity), and how times in the joined speech map back. Silence never reaches Whisper."""

from dataclasses import dataclass

import numpy as np

from meetrec.transcripts.sound import RATE, Samples

# Whisper invents words in silence and noise whatever its own settings are; only leaving those stretches out prevents it.
MIN_SILENCE_MS = 2000
PADDING_MS = 400


@dataclass(frozen=True)
class JoinedSpeech:
    """Only the spoken stretches of a sound, joined; `spans` are their frames in the original, in order."""

    samples: Samples
    spans: tuple[tuple[int, int], ...]

    def time_in_original(self, seconds: float, is_end: bool = False) -> float:
        """The place in the original sound, in seconds, of a place in the joined speech.

        On a seam between two spans a start belongs to the later span and an end to the earlier one.
        """
        passed = 0
        frame = seconds * RATE
        for start, end in self.spans:
            length = end - start
            if frame < passed + length or (is_end and frame <= passed + length):
                return float(start + max(0.0, frame - passed)) / RATE
            passed += length
        return self.spans[-1][1] / RATE if self.spans else 0.0


def spoken_spans(samples: Samples) -> tuple[tuple[int, int], ...]:
    """Frames (start, end) of each stretch with a voice in mono 16 kHz sound, with some air around it."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if not len(samples):
        return ()
    options = VadOptions(min_silence_duration_ms=MIN_SILENCE_MS, speech_pad_ms=PADDING_MS)
    found = get_speech_timestamps(samples, options)
    return tuple((int(span["start"]), int(span["end"])) for span in found)


def joined_speech(samples: Samples) -> JoinedSpeech:
    """The sound without the stretches in which nobody speaks."""
    spans = spoken_spans(samples)
    parts = [samples[start:end] for start, end in spans]
    return JoinedSpeech(np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32), spans)
