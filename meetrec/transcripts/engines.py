"""The speech engines by name. They get samples and verified files, and never reach for the network."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from meetrec.transcripts.engine_parts import Engine, EngineError, EngineIdentity, Segment, Word, forbid_network
from meetrec.transcripts.known_models import KnownModel, known_model
from meetrec.transcripts.sound import Samples
from meetrec.transcripts.weights import verify

BEAM_SIZE = 5
DETECTION_SECONDS = 30  # Whisper judges the language of one window of this length


class FasterWhisper:
    """faster-whisper on CTranslate2, int8 on the processor: the default engine."""

    def __init__(self, model: KnownModel, folder: Path, cpu_threads: int) -> None:
        forbid_network()
        import faster_whisper

        self._multilingual = model.multilingual
        self._whisper = faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=cpu_threads, local_files_only=True)
        self._settings = dict(beam_size=BEAM_SIZE, vad_filter=True, condition_on_previous_text=False)
        self.identity = EngineIdentity(
            engine="faster-whisper",
            version=faster_whisper.__version__,
            model=model.name,
            sha256=model.sha256,
            weights="CTranslate2 conversion",
            settings={**self._settings, "compute_type": "int8"},
        )

    def languages_of(self, speech: Samples) -> dict[str, float]:
        if not self._multilingual:
            return {"en": 1.0}
        found = self._whisper.detect_language(audio=speech, language_detection_threshold=0.0)[2]
        return {code: float(probability) for code, probability in found}

    def transcribe(self, samples: Samples, language: str | None = None, heard: Callable[[float], None] | None = None) -> list[Segment]:
        """Segments of mono 16 kHz samples, times in seconds from their beginning; `heard` is told the seconds done so far."""
        import ctranslate2

        if not len(samples):
            return []
        ctranslate2.set_random_seed(0)  # the same sound gives the same text
        found, info = self._whisper.transcribe(samples, language=language, word_timestamps=True, **self._settings)
        segments = []
        for segment in found:
            words = (Word(word.start, word.end, word.word, word.probability) for word in segment.words or ())
            segments.append(Segment(segment.start, segment.end, segment.text, info.language, tuple(words)))
            if heard:
                heard(segment.end)
        return segments


def load_engine(
    engine: str,
    model_name: str,
    models_dir: Path,
    cpu_threads: int = 2,
    official_folders: Sequence[Path] = (),
) -> Engine:
    """A ready engine on verified weights. EngineError, or WeightsError with how to install what is missing."""
    if engine not in ENGINES:
        raise EngineError(f"There is no engine “{engine}”. There are: {', '.join(ENGINES)}.")
    folder = verify(model_name, models_dir)
    return ENGINES[engine](known_model(model_name), folder, cpu_threads, (*official_folders, models_dir))


def _faster_whisper(model: KnownModel, folder: Path, cpu_threads: int, _folders: Iterable[Path]) -> Engine:
    return FasterWhisper(model, folder, cpu_threads)


def _openai_whisper(model: KnownModel, folder: Path, cpu_threads: int, folders: Iterable[Path]) -> Engine:
    from meetrec.transcripts.openai_engine import OpenAIWhisper

    return OpenAIWhisper(model, folder, cpu_threads, folders)


ENGINES: dict[str, Callable[[KnownModel, Path, int, Iterable[Path]], Engine]] = {
    "faster-whisper": _faster_whisper,
    "openai-whisper": _openai_whisper,
}
