"""Whether a microphone hears a voice: level over the room's own noise, speech's band, voiced sound, and the beat of syllables (peers #17).

A hum does not beat, a hiss has no pitch and lies too high, a knock is over at once, a beep has few overtones. No words are looked for
and nothing is kept but the last two seconds of a telephone's bandwidth, in memory.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from meetrec.capture.meter import LOWEST_DB
from meetrec.capture.pieces import RATE, Samples

NARROW_RATE = 8_000
WINDOW_SECONDS = 2.0
STEP_SECONDS = 0.5
VOICE_FROM_DB = -48.0  # dBFS in speech's band: what a listener can still make out without turning it up
OVER_FLOOR_DB = 12.0
VOICED_SECONDS = 0.3  # of two seconds; speech has about one
LEAST_BEAT = 0.4  # standard deviation over mean of the loudness; steady sound stays below 0.15
LEAST_COLOUR_DB = 3.5  # how much the balance of the bands moves while it sounds; steady tones stay below 3
LEAST_BAND_SHARE = 0.5
LEAST_FULLNESS = 8.0  # spectral bins over which a vowel's power spreads; a beep, a ring or two tones at once stay below
MINUTE_SECONDS = 60.0

_SHRINK = RATE // NARROW_RATE
_HOP = NARROW_RATE // 50
_FRAME = 2 * _HOP
_TRANSFORM = 512
_STEP_FRAMES = round(STEP_SECONDS * 50)
_WINDOW_FRAMES = round(WINDOW_SECONDS * 50)
_FLOOR_STEPS = round(30 / STEP_SECONDS)
_TAPER = np.hanning(_FRAME).astype(np.float32)
_FREQUENCIES = np.fft.rfftfreq(_TRANSFORM, 1 / NARROW_RATE)
_SPEECH = (_FREQUENCIES >= 150) & (_FREQUENCIES <= 3_400)
_BAND_EDGES = np.searchsorted(_FREQUENCIES, (150, 300, 500, 800, 1_200, 1_700, 2_400, 3_400))
_LAGS = slice(NARROW_RATE // 400, NARROW_RATE // 70)
_TAPER_MATCH = np.fft.irfft(np.abs(np.fft.rfft(_TAPER, _TRANSFORM)) ** 2)
_FADING = (_TAPER_MATCH / _TAPER_MATCH[0])[_LAGS]
_VOICED_FROM = 0.5
_POWER_OF_FULL_SCALE = float(_TRANSFORM * (_TAPER @ _TAPER)) / 2  # of the one-sided spectrum, so that powers are those of the samples


@dataclass(frozen=True)
class Hearing:
    """What the last two seconds hold: whether they sound like a voice, and how loud (dBFS, in speech's band)."""

    is_voice: bool
    level_db: float


NOTHING_HEARD = Hearing(False, LOWEST_DB)


class VoiceDetector:
    """Listens to one microphone's blocks. Costs about a millisecond for each half second of sound."""

    def __init__(self) -> None:
        self._waiting: list[Samples] = []
        self._waiting_frames = 0
        self._narrow = np.zeros(0, np.float32)
        self._full_power = np.zeros(0, np.float32)
        self._spectra = np.zeros((0, len(_FREQUENCIES)), np.float32)
        self._floors: deque[float] = deque(maxlen=_FLOOR_STEPS)
        self._voices: deque[bool] = deque(maxlen=round(MINUTE_SECONDS / STEP_SECONDS))
        self.hearing = NOTHING_HEARD

    def listen(self, samples: Samples, *, steps: int = 1) -> bool:
        """Take a block of int16 samples at 48 kHz; whether `hearing` was renewed. Only collects between the half seconds, and between as
        many as `steps` of them: whoever is in no hurry pays less.
        """
        self._waiting.append(samples)
        self._waiting_frames += len(samples)
        if self._waiting_frames < steps * _STEP_FRAMES * _HOP * _SHRINK:
            return False
        self._take_in(np.concatenate(self._waiting))
        if len(self._full_power) < _WINDOW_FRAMES:
            return False
        self._judge(steps)
        return True

    def _take_in(self, collected: Samples) -> None:
        hops = len(collected) // (_HOP * _SHRINK)
        taken, rest = np.split(collected, [hops * _HOP * _SHRINK])
        self._waiting, self._waiting_frames = [rest], len(rest)
        wide = taken.astype(np.float32) / 32_768
        self._narrow = np.concatenate([self._narrow, sum(wide[offset::_SHRINK] for offset in range(_SHRINK)) / _SHRINK])[-_WINDOW_FRAMES * _HOP :]
        self._full_power = np.concatenate([self._full_power, (wide.reshape(hops, -1) ** 2).mean(axis=1)])[-_WINDOW_FRAMES:]
        new = power_spectra(self._narrow[-(hops + 1) * _HOP :])  # the frames before are known
        self._spectra = np.concatenate([self._spectra, new])[-(_WINDOW_FRAMES - 1) :]

    def _judge(self, steps: int) -> None:
        spectra = self._spectra
        loudness = _decibels(spectra[:, _SPEECH].sum(axis=1))
        self._floors.extend([_percentile(loudness, 10)] * steps)
        self.hearing = hearing_of(spectra, float(self._full_power.mean() - (self._narrow**2).mean()), min(self._floors))
        self._voices.extend([self.hearing.is_voice] * steps)

    @property
    def voice_seconds(self) -> float:
        """For how long of the last minute a voice was heard."""
        return sum(self._voices) * STEP_SECONDS


def power_spectra(narrow: np.ndarray) -> np.ndarray:
    """Power of each bin, of frames of 40 ms every 20 ms; `narrow` is sound of -1 to 1 at 8 kHz."""
    frames = np.lib.stride_tricks.sliding_window_view(narrow, _FRAME)[::_HOP]
    bins = np.fft.rfft(frames * _TAPER, _TRANSFORM)
    spectra: np.ndarray = (bins.real**2 + bins.imag**2) / _POWER_OF_FULL_SCALE
    return spectra


def hearing_of(spectra: np.ndarray, power_above: float, floor_db: float) -> Hearing:
    """Judge two seconds. `power_above` is the mean power over 4 kHz, `floor_db` the room's own noise in speech's band (dBFS)."""
    speech = spectra * _SPEECH
    loudness = _decibels(speech.sum(axis=1))
    level = _percentile(loudness, 90)
    sounding = speech[loudness >= max(level - 20, floor_db + 6)]
    if level < VOICE_FROM_DB or level < floor_db + OVER_FLOOR_DB or not len(sounding):
        return Hearing(False, round(level, 1))
    is_voice = (
        _beat_of(speech) >= LEAST_BEAT
        and _band_share(speech, power_above) >= LEAST_BAND_SHARE
        and _colour_of(sounding) >= LEAST_COLOUR_DB
        and _is_voiced(sounding)  # last, because it costs the most
    )
    return Hearing(is_voice, round(level, 1))


def _beat_of(speech: np.ndarray) -> float:
    """How much the loudness rises and falls, against its mean: syllables and pauses."""
    amplitude = np.sqrt(speech.sum(axis=1))
    return float(amplitude.std() / amplitude.mean())


def _is_voiced(sounding: np.ndarray) -> bool:
    """Whether the sound has, for long enough, the pitch of a human voice (70 to 400 Hz) and a vowel's many overtones."""
    match = np.fft.irfft(sounding)
    strongest = (match[:, _LAGS] / _FADING / match[:, :1]).max(axis=1)
    voiced = sounding[strongest >= _VOICED_FROM]
    return len(voiced) >= VOICED_SECONDS * 50 and float(np.median(_fullness_of(voiced))) >= LEAST_FULLNESS


def _fullness_of(spectra: np.ndarray) -> np.ndarray:
    """Over how many bins the power of each frame spreads (the exponential of its entropy)."""
    shares = spectra / spectra.sum(axis=1, keepdims=True)
    fullness: np.ndarray = np.exp(-(shares * np.log(shares + 1e-12)).sum(axis=1))
    return fullness


def _colour_of(sounding: np.ndarray) -> float:
    """How far (dB) the balance between the bands moves over time: vowels and consonants follow each other."""
    bands = _decibels(np.add.reduceat(sounding, _BAND_EDGES, axis=1)[:, :-1])
    return float((bands - bands.mean(axis=1, keepdims=True)).std(axis=0).mean())


def _band_share(speech: np.ndarray, power_above: float) -> float:
    """How much of the sound lies in speech's band and not above it."""
    within = float(speech.sum(axis=1).mean())
    return within / (within + max(power_above, 0.0))


def _percentile(values: np.ndarray, percent: int) -> float:
    """The nearest value; numpy's own function takes ten times as long over so few."""
    return float(np.sort(values)[round((len(values) - 1) * percent / 100)])


def _decibels(power: np.ndarray) -> np.ndarray:
    decibels: np.ndarray = 10 * np.log10(power + 1e-12)
    return decibels
