"""Joining by hand: a kiosk's folder and the district's key are enough."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from meetrec.capture.pieces import Samples
from meetrec.capture.signing import KioskSigner
from meetrec.platform.district_keys import KEY_FILE_NAME
from meetrec.platform.settings import Settings
from meetrec.recordings.commands import recordings
from meetrec.recordings.delivered_runs import SealedPiece
from meetrec.recordings.drift import captured_sound
from meetrec.recordings.errors import AssemblyFailed
from tests.recordings.deliveries import Part, SealedRun, noise

MakeRun = Callable[..., SealedRun]


def assemble(folder: Path, key: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(recordings, ["assemble", str(folder), "--district-key", str(key), "--out", str(out), *more], catch_exceptions=True)


@pytest.mark.parametrize("level", ["run", "recording"])
def test_run_folder_becomes_one_file_with_a_channel_per_microphone(level: str, make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    sounds = [noise(600_000, 1), noise(600_000, 2)]
    run = make_run({f"table-{seat}": [Part(0, sound[:500_000]), Part(500_000, sound[500_000:])] for seat, sound in enumerate(sounds, start=1)})
    folder = run.write(tmp_path / "outbox")
    result = assemble(folder if level == "run" else folder.parent, settings.keyring_dir / KEY_FILE_NAME, tmp_path / "out.flac")
    assert result.exit_code == 0, result.output
    joined, rate = soundfile.read(tmp_path / "out.flac", dtype="int16")
    assert rate == 48_000
    assert np.array_equal(joined, np.stack(sounds, axis=1))
    assert "table-2  Window" in result.output


@pytest.mark.requirement("G5.b")
def test_only_what_the_known_kiosk_signed_is_joined_when_its_key_is_given(
    make_run: MakeRun, settings: Settings, district: SimpleNamespace, tmp_path: Path
) -> None:
    folder, key = make_run().write(tmp_path / "outbox"), settings.keyring_dir / KEY_FILE_NAME
    for name, signer in (("this.pub", district.kiosk_signer), ("other.pub", KioskSigner.new())):
        (tmp_path / name).write_bytes(b64encode(signer.public_bytes))
    assert assemble(folder, key, tmp_path / "this.flac", "--kiosk-public-key", str(tmp_path / "this.pub")).exit_code == 0
    refused = assemble(folder, key, tmp_path / "other.flac", "--kiosk-public-key", str(tmp_path / "other.pub"))
    assert isinstance(refused.exception, AssemblyFailed)
    assert "was signed by another kiosk" in str(refused.exception)
    assert not (tmp_path / "other.flac").exists()


def test_run_without_its_end_is_joined_as_far_as_it_goes(make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    run = make_run({"table-1": [Part(0, noise(48_000)), Part(48_000, noise(4_800, 5), is_journal=True)]})
    folder = run.write(tmp_path / "outbox")
    (folder / "table-1" / "000002.piece").unlink()
    (folder / "table-1" / "000001.piece").rename(folder / "table-1" / "000001.journal")
    result = assemble(folder, settings.keyring_dir / KEY_FILE_NAME, tmp_path / "out.flac")
    assert result.exit_code == 0, result.output
    assert soundfile.info(tmp_path / "out.flac").frames == 52_800


def test_run_whose_first_pieces_were_delivered_is_joined_from_the_first_that_is_here(make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    sounds = [noise(48_000, seed) for seed in (1, 2, 3)]
    run = make_run({"table-1": [Part(48_000 * number, sound) for number, sound in enumerate(sounds)]})
    folder = run.write(tmp_path / "outbox")
    (folder / "table-1" / "000000.piece").unlink()
    result = assemble(folder, settings.keyring_dir / KEY_FILE_NAME, tmp_path / "out.flac")
    assert result.exit_code == 0, result.output
    joined, _rate = soundfile.read(tmp_path / "out.flac", dtype="int16")
    assert np.array_equal(joined, np.concatenate([np.zeros(48_000, np.int16), *sounds[1:]]))
    assert "missing: table-1, 0.000 s to 1.000 s (the kiosk gave no reason)" in result.output
    (folder / "table-1" / "000002.piece").rename(folder / "table-1" / "000002.elsewhere")
    broken = assemble(folder, settings.keyring_dir / KEY_FILE_NAME, tmp_path / "broken.flac")
    assert "piece 000002 is missing" in str(broken.exception)


def test_rounding_at_the_end_is_not_told_as_missing(make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    uneven = make_run({"table-1": [Part(0, noise(48_000))], "table-2": [Part(0, noise(47_990, 5))]})
    result = assemble(uneven.write(tmp_path / "outbox"), settings.keyring_dir / KEY_FILE_NAME, tmp_path / "out.flac", "--ledger", str(tmp_path / "ledger.json"))
    assert result.exit_code == 0, result.output
    assert '"uneven_end"' in (tmp_path / "ledger.json").read_text()
    assert "missing:" not in result.output


def test_what_cannot_be_joined_is_a_sentence(make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    folder, key = make_run().write(tmp_path / "outbox"), settings.keyring_dir / KEY_FILE_NAME
    (tmp_path / "there.flac").write_bytes(b"x")
    no_key = tmp_path / "no.pem"
    no_key.write_bytes(b"no key")
    no_key.chmod(0o600)
    for arguments, sentence in (
        ((tmp_path, key, tmp_path / "a.flac"), "neither a run's folder"),
        ((folder, no_key, tmp_path / "b.flac"), "does not hold the district's"),
        ((folder, key, tmp_path / "there.flac"), "exists already"),
    ):
        result = assemble(*arguments)
        assert isinstance(result.exception, AssemblyFailed)
        assert sentence in str(result.exception)


def test_joined_file_is_for_its_owner_alone_and_a_join_that_fails_leaves_none(
    make_run: MakeRun, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, out = settings.keyring_dir / KEY_FILE_NAME, tmp_path / "out" / "joined.flac"
    out.parent.mkdir()
    folder = make_run({"table-1": [Part(0, noise(480_000)), Part(480_000, noise(480_000, 2))]}).write(tmp_path / "outbox")
    read, opened = SealedPiece.samples, []

    def second_fails(piece: SealedPiece) -> Samples:
        opened.append(piece)
        if piece.header.index == 1:
            raise AssemblyFailed("Piece 000001 changed while it was being joined.")
        return read(piece)

    with monkeypatch.context() as patch:
        patch.setattr(SealedPiece, "samples", second_fails)
        assert isinstance(assemble(folder, key, out).exception, AssemblyFailed)
    assert len(opened) == 2
    assert list(out.parent.iterdir()) == []
    assert assemble(folder, key, out).exit_code == 0
    assert [path.name for path in out.parent.iterdir()] == ["joined.flac"]
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.requirement("G5.b")
def test_microphone_whose_clock_strayed_is_told_and_its_ledger_restores_what_was_captured(make_run: MakeRun, settings: Settings, tmp_path: Path) -> None:
    sound = noise(13 * 480_000)
    run = make_run({"table-1": [Part(at, sound[at : at + 480_000], heard_at=round(at * 1.0003)) for at in range(0, len(sound), 480_000)]})
    folder, key = run.write(tmp_path / "outbox"), settings.keyring_dir / KEY_FILE_NAME
    asked = ["assemble", str(folder), "--district-key", str(key), "--ledger", str(tmp_path / "ledger.json"), "--out"]
    result = CliRunner().invoke(recordings, [*asked, str(tmp_path / "out.flac")])
    assert "corrected: table-1 ran 0.039 s slow in 130 s; 1872 samples put in, 0 left out" in result.output
    joined, _rate = soundfile.read(tmp_path / "out.flac", dtype="int16")
    assert len(joined) == len(sound) + 1872
    restored = captured_sound([joined], json.loads((tmp_path / "ledger.json").read_text()), "table-1")
    assert np.array_equal(np.concatenate(list(restored)), sound)
    again = CliRunner().invoke(recordings, [*asked, str(tmp_path / "again.flac")])
    assert isinstance(again.exception, AssemblyFailed)
    assert "ledger.json exists already" in str(again.exception)
