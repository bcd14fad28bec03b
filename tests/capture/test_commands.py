"""`meetrec capture`, as a person calls it."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.commands import capture, read_public_key
from meetrec.capture.errors import CaptureError, MicrophoneUnusable, OutboxUnusable, SignatureRefused
from meetrec.capture.signing import KioskSigner
from tests.capture.sealed_runs import MICROPHONE, SealedRun, sound
from tests.fixtures.microphones import VirtualMicrophones


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "district.pub"
    file.write_text(base64.b64encode(X25519PrivateKey.generate().public_key().public_bytes_raw()).decode() + "\n")
    return file


@pytest.mark.requirement("G5.b")
def test_record_then_inspect(virtual_microphones: VirtualMicrophones, tmp_path: Path, key_file: Path) -> None:
    into = str(tmp_path / "out")
    names = ["--microphone", "Demonstration microphone 1", "--microphone", "demonstration-microphone-3"]
    signing_key, kiosk_file = tmp_path / "signing.key", tmp_path / "kiosk.pub"
    arguments = ["record", *names, "--seconds", "1.5", "--into", into, "--district-public-key", str(key_file), "--signing-key", str(signing_key)]
    recorded = CliRunner().invoke(capture, arguments)
    assert recorded.exit_code == 0, recorded.output
    kiosk_file.write_bytes(KioskSigner.in_file(signing_key).public_bytes)
    inspected = CliRunner().invoke(capture, ["inspect", into, "--kiosk-public-key", str(kiosk_file)])
    assert inspected.output == recorded.output
    assert "demonstration-microphone-3: 2 pieces, 1." in inspected.output
    assert "the chain holds and has ended: stopped" in inspected.output


def test_listing_shows_each_microphone_with_its_level(virtual_microphones: VirtualMicrophones) -> None:
    listed = CliRunner().invoke(capture, ["microphones", "--seconds", "0.2"])
    assert [line.split()[0] for line in listed.output.splitlines()] == [f"demonstration-microphone-{number}" for number in (1, 2, 3, 4)]
    assert "dB" in listed.output


def test_an_unknown_microphone_is_refused_with_those_that_are_there(virtual_microphones: VirtualMicrophones, key_file: Path) -> None:
    arguments = ["record", "--microphone", "Ceiling", "--seconds", "1", "--into", "x", "--district-public-key", str(key_file)]
    answer = CliRunner().invoke(capture, arguments)
    assert isinstance(answer.exception, MicrophoneUnusable)
    assert "There is no microphone named Ceiling. Attached: Demonstration microphone 1," in str(answer.exception)


@pytest.mark.requirement("G5.b")
def test_inspect_names_an_altered_piece_and_fails(tmp_path: Path) -> None:
    run = SealedRun(tmp_path)
    writer = run.writer()
    for seed in (1, 2):
        writer.write(sound(480, seed))
        writer.close_piece()
    writer.finish(writer.next_frame, ())
    piece = run.folder / MICROPHONE / "000000.piece"
    content = bytearray(piece.read_bytes())
    content[-1] ^= 1
    piece.write_bytes(content)
    answer = CliRunner().invoke(capture, ["inspect", str(tmp_path)])
    assert answer.exit_code == 1
    assert "Piece 000000 of microphone table-1 was altered, or this kiosk did not sign it" in answer.output


@pytest.mark.requirement("G5.b")
def test_inspect_refuses_what_another_kiosk_signed(tmp_path: Path) -> None:
    run = SealedRun(tmp_path / "out")
    run.writer().finish(0, ())
    (tmp_path / "kiosk.pub").write_text(base64.b64encode(KioskSigner.new().public_bytes).decode())
    answer = CliRunner().invoke(capture, ["inspect", str(run.outbox), "--kiosk-public-key", str(tmp_path / "kiosk.pub")])
    assert isinstance(answer.exception, SignatureRefused)
    assert f"The opening statement of run {run.run} was signed by another kiosk" in str(answer.exception)


@pytest.mark.requirement("G5.b")
def test_record_without_a_signing_key_says_that_no_server_knows_the_one_it_makes(
    virtual_microphones: VirtualMicrophones, tmp_path: Path, key_file: Path
) -> None:
    arguments = ["record", "--seconds", "0.5", "--into", str(tmp_path / "out"), "--district-public-key", str(key_file)]
    answer = CliRunner().invoke(capture, arguments)
    assert answer.exit_code == 0
    assert "signed with a key made for this once, which no server knows" in answer.stderr
    assert "signing-key" not in answer.stdout


def test_inspect_holds_when_earlier_pieces_were_delivered(tmp_path: Path) -> None:
    run = SealedRun(tmp_path)
    writer = run.writer()
    for seed in (1, 2, 3):
        writer.write(sound(48_000, seed))
        writer.close_piece()
    (run.folder / MICROPHONE / "000000.piece").unlink()
    answer = CliRunner().invoke(capture, ["inspect", str(run.folder)])
    assert answer.exit_code == 0
    assert "2 pieces, 1 earlier ones are no longer here, 2.00 s of sound; the chain holds, without an end yet" in answer.output


def test_inspecting_a_folder_without_recordings_is_a_sentence(tmp_path: Path) -> None:
    assert isinstance(CliRunner().invoke(capture, ["inspect", str(tmp_path)]).exception, OutboxUnusable)


@pytest.mark.parametrize("content", [b"", b"too short", bytes(33), b"not base64 !!"])
def test_a_file_that_is_no_public_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CaptureError, match="does not hold the district's public key"):
        read_public_key(tmp_path / "key")


def test_a_public_key_is_read_raw_or_as_base64(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(range(32)))
    (tmp_path / "text").write_bytes(base64.b64encode(bytes(range(32))))
    assert read_public_key(tmp_path / "raw") == read_public_key(tmp_path / "text") == bytes(range(32))
