"""Files that the disk did not keep: set aside as they lie, named in the closing, and everything else goes its way."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetrec.capture.chain import verify_chain
from meetrec.capture.damage import SET_ASIDE, damaged_in, mend_chain
from meetrec.capture.errors import CaptureError, OutboxUnusable, SignerUnusable
from meetrec.capture.files import place_file
from meetrec.capture.inspection import inspect_folder
from meetrec.capture.outbox import RUN_STATEMENT, RUN_STATEMENT_COPY, journal_path, piece_path, runs_of
from meetrec.capture.pieces import parse_piece, samples_of, sha256_hex
from meetrec.capture.position import note_delivered
from meetrec.capture.recovery import end_chains, finish, recover
from meetrec.capture.signing import KioskSigner
from tests.capture.sealed_runs import MICROPHONE, SealedRun, journal_as_heard, sound

pytestmark = pytest.mark.requirement("G5.b")
PIECES = 4


@pytest.fixture
def run(tmp_path: Path) -> SealedRun:
    """Four pieces, no end: the kiosk was killed between two pieces."""
    run = SealedRun(tmp_path / "outbox")
    place_file(run.folder / RUN_STATEMENT_COPY, run.statement)
    writer = run.writer()
    for number in range(PIECES):
        writer.write(sound(4800, number))
        writer.close_piece()
    return run


def damage(path: Path, place: int = -1, bits: int = 1) -> bytes:
    """Flip bits of one byte of a file; what it holds then."""
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= bits
    path.write_bytes(content)
    return bytes(content)


def piece(run: SealedRun, index: int) -> Path:
    return piece_path(run.folder / MICROPHONE, index)


def kinds(run: SealedRun) -> list[str]:
    """The kinds of a chain that holds, opened with its key."""
    return [header.kind for header in verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)]


def aside(run: SealedRun, name: str, microphone: str = MICROPHONE) -> Path:
    return run.outbox / SET_ASIDE / run.recording / run.run / microphone / name


@pytest.mark.parametrize("index", range(PIECES))
def test_one_damaged_piece_is_set_aside_and_all_others_stay_in_a_chain_that_holds(run: SealedRun, index: int) -> None:
    before, lies = run.pieces(), damage(piece(run, index))
    (interrupted,) = recover(run.outbox, run.signer)
    assert interrupted.troubles == ()
    closing = finish(run.outbox, run.recording, run.signer)
    assert kinds(run) == [*("flac" if one != index else "damaged" for one in range(PIECES)), "end"]
    assert [content for number, content in enumerate(run.pieces()[:PIECES]) if number != index] == [*before[:index], *before[index + 1 :]]
    assert aside(run, piece(run, index).name).read_bytes() == lies
    assert closing["damaged"] == [
        {
            "run": run.run, "microphone": MICROPHONE, "file": f"{index:06d}.piece", "sha256": sha256_hex(lies), "is_lost": True,
            "reason": f"Piece {index:06d} of microphone table-1 was altered, or this kiosk did not sign it.",
        }
    ]  # fmt: skip
    assert closing["runs"][run.run][MICROPHONE]["pieces"] == PIECES + 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged=st.sets(st.integers(0, PIECES - 1)), place=st.integers(0, 1 << 20), cut=st.booleans())
def test_any_pieces_damaged_anywhere_leave_a_chain_that_holds(tmp_path_factory: pytest.TempPathFactory, damaged: set[int], place: int, cut: bool) -> None:
    run = SealedRun(tmp_path_factory.mktemp("outbox"))
    writer = run.writer()
    for number in range(PIECES):
        writer.write(sound(4800, number))
        writer.close_piece()
    for index in damaged:
        if cut:
            os.truncate(piece(run, index), place % piece(run, index).stat().st_size)
        else:
            damage(piece(run, index), place, 1 + place % 255)
    assert recover(run.outbox, run.signer)[0].troubles == ()
    closing = finish(run.outbox, run.recording, run.signer)
    assert kinds(run) == [*("damaged" if one in damaged else "flac" for one in range(PIECES)), "end"]
    assert len(closing.get("damaged", [])) == len(damaged)
    for index in set(range(PIECES)) - damaged:
        assert samples_of(piece(run, index).read_bytes(), run.run_key).tolist() == sound(4800, index).tolist()


def test_nothing_is_set_aside_where_nothing_is_damaged(run: SealedRun) -> None:
    recover(run.outbox, run.signer)
    assert "damaged" not in finish(run.outbox, run.recording, run.signer)
    assert not (run.outbox / SET_ASIDE).exists()


def test_a_second_recovery_changes_nothing_more(run: SealedRun) -> None:
    damage(piece(run, 2))
    recover(run.outbox, run.signer)
    before = {path: path.read_bytes() for path in run.outbox.rglob("*") if path.is_file()}
    recover(run.outbox, run.signer)
    assert {path: path.read_bytes() for path in run.outbox.rglob("*") if path.is_file()} == before


def test_a_mending_that_was_cut_off_after_setting_aside_is_done_at_the_next_start(run: SealedRun) -> None:
    lies = damage(piece(run, 2))
    aside(run, "000002.piece").parent.mkdir(parents=True)
    os.link(piece(run, 2), aside(run, "000002.piece"))
    recover(run.outbox, run.signer)
    assert kinds(run) == ["flac", "flac", "damaged", "flac", "end"]
    assert aside(run, "000002.piece").read_bytes() == lies


def test_a_damaged_newest_piece_whose_journal_still_lies_there_loses_nothing(run: SealedRun) -> None:
    writer = run.writer()
    journal_as_heard(writer, sound(9600, 9))
    journal = journal_path(run.folder / MICROPHONE, PIECES).read_bytes()
    writer.close_piece()
    journal_path(run.folder / MICROPHONE, PIECES).write_bytes(journal)  # the kill came before the journal was removed
    damage(piece(run, PIECES))
    recover(run.outbox, run.signer)
    assert kinds(run) == ["flac"] * PIECES + ["journal", "end"]
    assert samples_of(run.pieces()[PIECES], run.run_key).tolist() == sound(9600, 9).tolist()
    assert [one["is_lost"] for one in damaged_in(run.outbox, run.recording)] == [False]


def test_a_damaged_journal_in_the_middle_is_known_by_the_piece_after_it(run: SealedRun) -> None:
    writer = run.writer()
    journal_as_heard(writer, sound(9600, 9))
    journal_as_heard(run.writer(), sound(4800, 10))  # a process that was killed leaves its journal; the next one goes on after it
    damage(journal_path(run.folder / MICROPHONE, PIECES), -1)
    recover(run.outbox, run.signer)
    finish(run.outbox, run.recording, run.signer)
    assert kinds(run)[PIECES] == "damaged"
    assert damaged_in(run.outbox, run.recording)[0]["reason"] == "It is not the journal that the piece after it names."


def test_what_the_server_has_already_is_not_lost_when_the_copy_here_is_damaged(run: SealedRun) -> None:
    newest = piece(run, PIECES - 1)
    whole = newest.read_bytes()
    for index in range(PIECES):
        note_delivered(piece(run, index))
        if index < PIECES - 1:
            piece(run, index).unlink()
    damage(newest)
    recover(run.outbox, run.signer)
    (end,) = run.pieces()
    assert (parse_piece(end).header.index, parse_piece(end).header.previous) == (PIECES, sha256_hex(whole))
    assert parse_piece(end).header.first_frame == PIECES * 4800
    assert [one["is_lost"] for one in damaged_in(run.outbox, run.recording)] == [False]


def test_the_end_that_the_server_has_is_enough_to_close(run: SealedRun) -> None:
    recover(run.outbox, run.signer)
    for index in range(PIECES + 1):
        note_delivered(piece(run, index))
    end = sha256_hex(piece(run, PIECES).read_bytes())
    damage(piece(run, PIECES))
    end_chains(run.outbox / run.recording, run.signer)
    assert finish(run.outbox, run.recording, run.signer)["runs"][run.run][MICROPHONE] == {"pieces": PIECES + 1, "last": end}


def test_a_damaged_piece_whose_predecessor_was_delivered_follows_it_by_the_note(run: SealedRun) -> None:
    before = piece(run, 1).read_bytes()
    for index in (0, 1):
        note_delivered(piece(run, index))
        piece(run, index).unlink()
    piece(run, 2).write_bytes(b"")
    recover(run.outbox, run.signer)
    marker = parse_piece(run.pieces()[0]).header
    assert (marker.kind, marker.previous, marker.first_frame) == ("damaged", sha256_hex(before), 2 * 4800)
    assert marker.stands_for == parse_piece(run.pieces()[1]).header.previous


def test_a_damaged_piece_that_nobody_can_place_is_told_and_stays_as_it_lies(run: SealedRun) -> None:
    piece(run, 0).unlink()
    piece(run, 1).write_bytes(b"")
    (interrupted,) = recover(run.outbox, run.signer)
    assert "nothing here tells what stood before it" in interrupted.troubles[0]
    with pytest.raises(OutboxUnusable, match="Piece 000001 of microphone table-1 is damaged"):
        mend_chain(run.folder, MICROPHONE, run.signer)
    assert piece(run, 1).read_bytes() == b""


def test_with_another_signing_key_nothing_is_signed_or_changed(run: SealedRun) -> None:
    damage(piece(run, 1))
    before = run.pieces()
    with pytest.raises(SignerUnusable, match="another signing key"):
        mend_chain(run.folder, MICROPHONE, KioskSigner.new())
    assert run.pieces() == before


@pytest.mark.parametrize("content", [b"", b"{", None])
def test_a_damaged_statement_is_put_back_from_its_copy(run: SealedRun, content: bytes | None) -> None:
    if content is None:
        (run.folder / RUN_STATEMENT).unlink()
    else:
        (run.folder / RUN_STATEMENT).write_bytes(content)
    (interrupted,) = recover(run.outbox, run.signer)
    assert interrupted.troubles == ()
    assert (run.folder / RUN_STATEMENT).read_bytes() == run.statement
    assert [(one["file"], one["is_lost"]) for one in damaged_in(run.outbox, run.recording)] == [(RUN_STATEMENT, False)] * (content is not None)


def test_a_run_whose_statement_and_copy_are_gone_is_set_aside_whole_and_the_rest_is_finished(run: SealedRun) -> None:
    later = SealedRun(run.outbox, run.recording, ordinal=2, signer=run.signer)
    for name in (RUN_STATEMENT, RUN_STATEMENT_COPY):
        (run.folder / name).write_bytes(b"")
    pieces = run.pieces()
    (interrupted,) = recover(run.outbox, run.signer)
    assert "Its files are kept as they lie" in interrupted.troubles[0]
    assert run.pieces() == pieces  # the people in the room may still go on with the recording
    end_chains(run.outbox / run.recording, run.signer)
    closing = finish(run.outbox, run.recording, run.signer)
    assert list(closing["runs"]) == [later.run]
    assert [(one["run"], one["microphone"], one["is_lost"]) for one in closing["damaged"]] == [(run.run, None, True)]
    kept = aside(run, "whole", "")
    assert [path.read_bytes() for path in sorted((kept / MICROPHONE).glob("*.piece"))] == pieces
    assert runs_of(run.outbox / run.recording) == [later.folder]


def test_a_recording_of_which_no_statement_reads_is_finished_in_the_kiosks_name(run: SealedRun) -> None:
    for name in (RUN_STATEMENT, RUN_STATEMENT_COPY):
        (run.folder / name).write_bytes(b"")
    closing = finish(run.outbox, run.recording, run.signer, "this kiosk")
    assert (closing["kiosk"], closing["runs"]) == ("this kiosk", {})


def test_what_was_set_aside_disturbs_no_inspection(run: SealedRun) -> None:
    (run.folder / RUN_STATEMENT).write_bytes(b"")
    damage(piece(run, 1))
    recover(run.outbox, run.signer)
    (inspected,) = inspect_folder(run.outbox)
    assert [(chain.pieces, chain.fault, chain.ended) for chain in inspected.chains] == [(PIECES + 1, None, "interrupted")]


def test_a_forged_damaged_piece_takes_no_place(run: SealedRun) -> None:
    damage(piece(run, 1))
    recover(run.outbox, run.signer)
    stranger = SealedRun(run.outbox.parent / "stranger", run.recording, run.run, run_key=run.run_key)
    writer = stranger.writer()
    writer.write(sound(4800))
    writer.close_piece()
    damage(piece(stranger, 0))
    recover(stranger.outbox, stranger.signer)
    with pytest.raises(CaptureError, match="did not sign it"):
        verify_chain(run.statement, MICROPHONE, [stranger.pieces()[0], *run.pieces()[1:]])


def test_notes_are_json_that_a_person_can_read(run: SealedRun) -> None:
    damage(piece(run, 1))
    recover(run.outbox, run.signer)
    note = json.loads(aside(run, "000001.piece.note.json").read_bytes())
    assert note["reason"].startswith("Piece 000001 of microphone table-1 was altered")
