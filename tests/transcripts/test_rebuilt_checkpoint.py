"""The rebuilt network is the same network: it judges a sound like the one it was rebuilt from."""

from pathlib import Path

import numpy as np
import pytest

from meetrec.transcripts.rebuilt_checkpoint import WeightsNotRebuildable, read_variables, rebuilt_whisper
from meetrec.transcripts.sound import Samples


def test_encoder_and_decoder_agree_with_the_original(models_dir: Path, introduction: Samples) -> None:
    import faster_whisper
    import whisper

    original = faster_whisper.WhisperModel(str(models_dir / "base"), device="cpu", compute_type="float32", local_files_only=True)
    theirs = dict(original.detect_language(audio=introduction)[2])
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(introduction), 80)
    ours = rebuilt_whisper(models_dir / "base" / "model.bin").detect_language(mel)[1]
    assert max(abs(ours[code] - probability) for code, probability in theirs.items()) < 0.01
    assert max(ours, key=lambda code: ours[code]) == "en"


def test_every_tensor_is_read(models_dir: Path) -> None:
    variables = read_variables(models_dir / "base" / "model.bin")
    assert variables["decoder/embeddings/weight"].shape == (51865, 512)
    assert all(np.isfinite(values.astype(np.float32)).all() for values in variables.values())


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x06\x00\x00\x00\x0c\x00WhisperSpec\x00"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(WeightsNotRebuildable, match="not a CTranslate2 model"):
        rebuilt_whisper(tmp_path / "model.bin")
