"""The second engine: OpenAI's own implementation of Whisper on torch. An extra; slower, kept for comparison."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from meetrec.transcripts.engine_parts import EngineError, EngineIdentity, Segment, Word, forbid_network
from meetrec.transcripts.known_models import KnownModel
from meetrec.transcripts.sound import Samples
from meetrec.transcripts.speech import JoinedSpeech, joined_speech
from meetrec.transcripts.weights import sha256_of

OFFICIAL = "OpenAI's published checkpoint"
REBUILT = "weights rebuilt from the CTranslate2 conversion, not OpenAI's file"


class OpenAIWhisper:
    """openai-whisper, greedy: on base-size models a beam cost three times the time and gained nothing."""

    def __init__(self, model: KnownModel, folder: Path, cpu_threads: int, folders: Iterable[Path]) -> None:
        forbid_network()
        torch, whisper = _torch_and_whisper()
        torch.set_num_threads(cpu_threads)
        self._multilingual = model.multilingual
        checkpoint = official_checkpoint(model, folders)
        self._network = _network(model, folder, checkpoint)
        self._settings = dict(condition_on_previous_text=False, fp16=False, beam_size=None)
        self.identity = EngineIdentity(
            engine="openai-whisper",
            version=whisper.__version__,
            model=model.name,
            sha256=model.openai_checkpoint_sha256 if checkpoint else model.sha256,
            weights=OFFICIAL if checkpoint else REBUILT,
            settings={**self._settings, "voice_activity": "silero"},
        )

    def languages_of(self, speech: Samples) -> dict[str, float]:
        import whisper

        if not self._multilingual:
            return {"en": 1.0}
        window = whisper.pad_or_trim(speech)
        mel = whisper.log_mel_spectrogram(window, self._network.dims.n_mels)
        return {code: float(probability) for code, probability in self._network.detect_language(mel)[1].items()}

    def transcribe(self, samples: Samples, language: str | None = None, heard: Callable[[float], None] | None = None) -> list[Segment]:
        """Segments of mono 16 kHz samples, times in seconds from their beginning; `heard` is told the seconds done so far."""
        import torch
        import whisper

        speech = joined_speech(samples)
        if not len(speech.samples):
            return []  # this engine has no gate of its own: given silence, it invents words
        torch.manual_seed(0)  # the same sound gives the same text
        chosen = language if self._multilingual else "en"
        found = whisper.transcribe(self._network, speech.samples, language=chosen, word_timestamps=True, verbose=None, **self._settings)
        if heard:
            heard(len(samples) / whisper.audio.SAMPLE_RATE)
        return [_segment(part, found["language"], speech) for part in found["segments"]]


def official_checkpoint(model: KnownModel, folders: Iterable[Path]) -> Path | None:
    """OpenAI's own file `<model>.pt` in one of the folders, if its bytes are those OpenAI published."""
    for folder in folders:
        path = folder / f"{model.name}.pt"
        if path.is_file() and sha256_of(path) == model.openai_checkpoint_sha256:
            return path
    return None


def _network(model: KnownModel, folder: Path, checkpoint: Path | None) -> Any:
    import whisper

    from meetrec.transcripts.rebuilt_checkpoint import rebuilt_whisper

    # A path, never a name: a name would be downloaded.
    network = whisper.load_model(str(checkpoint), device="cpu") if checkpoint else rebuilt_whisper(folder / "model.bin")
    network.set_alignment_heads(whisper._ALIGNMENT_HEADS[model.name])
    return network


def _torch_and_whisper() -> tuple[Any, Any]:
    try:
        import torch
        import whisper
    except ImportError as missing:
        raise EngineError(
            "The engine openai-whisper is not installed. Install it with: pip install torch==2.13.0 && pip install 'meetrec[openai-whisper]'"
        ) from missing
    return torch, whisper


def _segment(part: dict[str, Any], language: str, speech: JoinedSpeech) -> Segment:
    words = tuple(
        Word(
            speech.time_in_original(word["start"]),
            speech.time_in_original(word["end"], is_end=True),
            word["word"],
            float(word["probability"]),
        )
        for word in part.get("words", ())
    )
    start = words[0].start if words else speech.time_in_original(part["start"])
    end = words[-1].end if words else speech.time_in_original(part["end"], is_end=True)
    return Segment(start, end, part["text"], language, words)
