"""The demonstration meeting as a file: four tracks by seat, against plain faster-whisper on the same tracks in the same run."""

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import ROOT, Figure, Run, run_measured, score_of

ITEM = "iep4_shared_4ch"
SOUND = ROOT / "hardware" / "virtual" / "demonstration_meeting.flac"

# Each track whole, as somebody would who knows nothing of the room: the settings are our own.
PLAIN = """
import json, sys
import soundfile
from faster_whisper import WhisperModel
sound, _ = soundfile.read(sys.argv[1], dtype="float32")
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)
lines = []
for seat in range(sound.shape[1]):
    segments, _ = model.transcribe(sound[:, seat].copy(), beam_size=5, vad_filter=True, condition_on_previous_text=False, word_timestamps=True)
    for part in segments:
        words = [{"start": w.start, "end": w.end, "word": w.word} for w in part.words]
        lines.append({"start": part.start, "end": part.end, "text": part.text, "speaker": str(seat), "words": words})
json.dump(sorted(lines, key=lambda line: line["start"]), open(sys.argv[3], "w"))
"""


def measure() -> list[Figure]:
    """Time, memory and error of both; the ratio of the times."""
    with tempfile.TemporaryDirectory() as folder:
        ours, plain = Path(folder) / "ours.json", Path(folder) / "plain.json"
        our_run = run_measured(
            [sys.executable, "-m", "meetrec", "transcripts", "transcribe", str(SOUND), "--speakers", "channels", "--json", str(ours)], cwd=ROOT
        )
        plain_run = run_measured([sys.executable, "-c", PLAIN, str(SOUND), _model(), str(plain)])
        return [
            *_figures("by seat", our_run, ours),
            *_figures("plain, each track whole", plain_run, plain),
            Figure("transcription", "time, by seat : plain", our_run.seconds / plain_run.seconds, ""),
        ]


def _figures(name: str, run: Run, transcript: Path) -> list[Figure]:
    score = score_of(ITEM, transcript)
    is_ours = name == "by seat"
    return [
        Figure("transcription", f"{name}: time", run.seconds, "s"),
        Figure("transcription", f"{name}: peak memory", run.megabytes, "MB", "≤ 1,000 MB" if is_ours else ""),
        Figure("transcription", f"{name}: cpWER", 100 * score["cpwer"], "%", "≤ 8 %" if is_ours else ""),
        Figure("transcription", f"{name}: English turns", 100 * score["wer_en"], "% WER"),
        Figure("transcription", f"{name}: Spanish turns", 100 * score["wer_es"], "% WER"),
        Figure("transcription", f"{name}: words", float(sum(len(line["words"]) for line in json.loads(transcript.read_text()))), ""),
    ]


def _model() -> str:
    from meetrec.transcripts.weights import models_directory, verify

    return str(verify("base", models_directory()))
