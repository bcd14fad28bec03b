"""A chain names the piece that is wrong, and what is wrong with it."""

import json
from pathlib import Path

import pytest

from meetrec.capture.chain import ChainPlace, verify_chain
from meetrec.capture.errors import ChainBroken, PieceRefused, SignatureRefused
from meetrec.capture.pieces import PieceHeader, encode_flac, seal_piece
from meetrec.capture.recovery import recover
from meetrec.capture.run_keys import microphone_keys
from meetrec.capture.signing import RUN_STATEMENT
from tests.capture.sealed_runs import MICROPHONE, SealedRun, journal_as_heard, sound

pytestmark = pytest.mark.requirement("G5.b")


@pytest.fixture
def run(tmp_path: Path) -> SealedRun:
    """Three pieces and an end."""
    run = SealedRun(tmp_path)
    writer = run.writer()
    for number in range(3):
        writer.write(sound(4800, number))
        writer.close_piece()
    writer.finish(writer.next_frame, ())
    return run


def test_an_untouched_chain_holds_with_and_without_the_key(run: SealedRun) -> None:
    for key in (None, run.run_key):
        headers = verify_chain(run.statement, MICROPHONE, run.pieces(), key)
        assert [header.kind for header in headers] == ["flac", "flac", "flac", "end"]
        assert [header.first_frame for header in headers] == [0, 4800, 9600, 14400]


def test_an_altered_piece_is_named(run: SealedRun) -> None:
    pieces = run.pieces()
    pieces[1] = pieces[1][:-1] + bytes([pieces[1][-1] ^ 1])
    for key in (None, run.run_key):
        with pytest.raises(SignatureRefused, match=r"Piece 000001 of microphone table-1 was altered, or this kiosk did not sign it"):
            verify_chain(run.statement, MICROPHONE, pieces, key)


def test_an_altered_journal_is_named_by_the_signed_file_after_it(run: SealedRun, tmp_path: Path) -> None:
    crashed = SealedRun(tmp_path / "crashed")
    journal_as_heard(crashed.writer(), sound(9600))
    recover(crashed.outbox, crashed.signer)
    journal, end = crashed.pieces()
    altered = journal[:-1] + bytes([journal[-1] ^ 1])
    with pytest.raises(ChainBroken, match=r"Piece 000001 .* does not follow piece 000000: one of the two was altered"):
        verify_chain(crashed.statement, MICROPHONE, [altered, end])


def test_pieces_of_another_kiosk_are_refused_by_name(run: SealedRun, tmp_path: Path) -> None:
    stranger = SealedRun(tmp_path / "stranger", run.recording, run.run, run_key=run.run_key)
    stranger.writer().finish(0, ())
    with pytest.raises(SignatureRefused, match=r"Piece 000000 of microphone table-1 was altered, or this kiosk did not sign it"):
        verify_chain(run.statement, MICROPHONE, stranger.pieces())


def test_a_missing_predecessor_is_named(run: SealedRun) -> None:
    first, _missing, third, end = run.pieces()
    with pytest.raises(ChainBroken, match=r"Piece 000002 .* has no predecessor: piece 000001 is missing"):
        verify_chain(run.statement, MICROPHONE, [first, third, end])


def test_a_repeated_piece_is_out_of_order(run: SealedRun) -> None:
    first, second, *_ = run.pieces()
    with pytest.raises(ChainBroken, match=r"Piece 000000 .* is out of order: piece 000002 comes next"):
        verify_chain(run.statement, MICROPHONE, [first, second, first])


def test_nothing_stands_after_the_end(run: SealedRun) -> None:
    with pytest.raises(ChainBroken, match="after the end"):
        verify_chain(run.statement, MICROPHONE, [*run.pieces(), run.pieces()[-1]])


def test_a_piece_of_another_run_is_named(run: SealedRun, tmp_path: Path) -> None:
    other = SealedRun(tmp_path / "other", signer=run.signer)
    other.writer().finish(0, ())
    with pytest.raises(ChainBroken, match=f"belongs to another run .{other.run}"):
        verify_chain(run.statement, MICROPHONE, [other.pieces()[0]])


def test_an_exchanged_opening_statement_breaks_piece_0(run: SealedRun) -> None:
    altered = run.statement.replace(b"2026-10-13", b"2026-10-12")
    with pytest.raises(SignatureRefused, match=r"The opening statement of run .* was altered"):
        verify_chain(altered, MICROPHONE, run.pieces())
    fields = {name: value for name, value in json.loads(altered).items() if name != "signature"}
    with pytest.raises(ChainBroken, match="does not follow the run's opening statement"):
        verify_chain(run.signer.sign_statement(RUN_STATEMENT, fields), MICROPHONE, run.pieces())


def test_the_wrong_key_is_told_at_the_first_piece(run: SealedRun) -> None:
    with pytest.raises(PieceRefused, match=r"Piece 000000 .* the key is not that of its run"):
        verify_chain(run.statement, MICROPHONE, run.pieces(), bytes(32))


def test_a_piece_made_anew_with_the_right_key_still_breaks_the_chain_after_it(run: SealedRun) -> None:
    pieces = run.pieces()
    original = verify_chain(run.statement, MICROPHONE, pieces)[1]
    forged = PieceHeader(**{**original.__dict__, "first_frame": 4801})
    pieces[1] = seal_piece(forged, encode_flac(sound(4800)), microphone_keys(run.run_key, MICROPHONE), run.signer)
    with pytest.raises(ChainBroken, match=r"Piece 000002"):
        verify_chain(run.statement, MICROPHONE, pieces, run.run_key)


def test_a_microphone_that_the_run_does_not_name_has_no_chain(run: SealedRun) -> None:
    with pytest.raises(ChainBroken, match="names no microphone window"):
        ChainPlace.at_start(run.statement, "window")
