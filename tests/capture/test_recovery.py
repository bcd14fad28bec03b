"""After a crash: everything stays, every chain gets its end, and people decide what happens next."""

import os
from pathlib import Path

import pytest

from meetrec.capture.chain import verify_chain
from meetrec.capture.damage import damaged_in
from meetrec.capture.errors import OutboxUnusable
from meetrec.capture.outbox import RUN_STATEMENT, journal_path, pieces_of, read_closing
from meetrec.capture.pieces import RATE
from meetrec.capture.recovery import finish, recover
from meetrec.capture.signing import KioskSigner
from tests.capture.sealed_runs import MICROPHONE, SealedRun, journal_as_heard, sound

pytestmark = pytest.mark.requirement("G5.b")


@pytest.fixture
def crashed(tmp_path: Path) -> SealedRun:
    """A run that was killed in its second piece, the journal's last block torn."""
    run = SealedRun(tmp_path)
    writer = run.writer()
    writer.write(sound(RATE))
    writer.close_piece()
    journal_as_heard(writer, sound(2 * RATE, 2))
    journal = journal_path(run.folder / MICROPHONE, 1)
    os.truncate(journal, journal.stat().st_size - 5)
    return run


def test_the_open_journal_stays_as_it_lies_and_the_chain_gets_its_end(crashed: SealedRun) -> None:
    before = crashed.pieces()
    (interrupted,) = recover(crashed.outbox, crashed.signer)
    assert crashed.pieces()[:2] == before
    headers = verify_chain(crashed.statement, MICROPHONE, crashed.pieces(), crashed.run_key)
    assert [(header.kind, header.reason) for header in headers] == [("flac", None), ("journal", None), ("end", "interrupted")]
    assert headers[-1].first_frame == round(2.9 * RATE)
    assert (interrupted.recording, interrupted.seconds, interrupted.troubles) == (crashed.recording, 2.9, ())


def test_a_second_recovery_changes_nothing(crashed: SealedRun) -> None:
    first = recover(crashed.outbox, crashed.signer)
    pieces = crashed.pieces()
    assert recover(crashed.outbox, crashed.signer) == first
    assert crashed.pieces() == pieces


def test_finishing_writes_the_closing_and_the_recording_is_no_longer_interrupted(crashed: SealedRun) -> None:
    recover(crashed.outbox, crashed.signer)
    closing = finish(crashed.outbox, crashed.recording, crashed.signer)
    assert closing == read_closing(crashed.outbox, crashed.recording)
    assert closing["runs"][crashed.run][MICROPHONE]["pieces"] == 3
    assert recover(crashed.outbox, crashed.signer) == []


def test_finishing_before_recovery_is_refused_and_writes_nothing(crashed: SealedRun) -> None:
    with pytest.raises(OutboxUnusable, match="has no end yet"):
        finish(crashed.outbox, crashed.recording, crashed.signer)
    assert read_closing(crashed.outbox, crashed.recording) is None


def test_a_run_killed_before_its_first_sample_gets_an_end_at_index_0(tmp_path: Path) -> None:
    run = SealedRun(tmp_path)
    recover(tmp_path, run.signer)
    (end,) = verify_chain(run.statement, MICROPHONE, run.pieces())
    assert (end.kind, end.index, end.reason) == ("end", 0, "interrupted")


def test_a_damaged_newest_piece_is_set_aside_and_its_chain_is_ended_like_all_others(crashed: SealedRun) -> None:
    other = SealedRun(crashed.outbox, signer=crashed.signer)
    damaged = journal_path(crashed.folder / MICROPHONE, 1)
    damaged.write_bytes(b"")
    found = {interrupted.recording: interrupted for interrupted in recover(crashed.outbox, crashed.signer)}
    assert found[crashed.recording].troubles == ()
    assert [(one["file"], one["is_lost"]) for one in damaged_in(crashed.outbox, crashed.recording)] == [(damaged.name, True)]
    headers = verify_chain(crashed.statement, MICROPHONE, crashed.pieces(), crashed.run_key)
    assert [(header.kind, header.first_frame) for header in headers] == [("flac", 0), ("damaged", RATE), ("end", RATE)]
    assert found[other.recording].troubles == ()
    assert len(list(pieces_of(other.folder, MICROPHONE))) == 1


@pytest.mark.parametrize("content", [b"", b"{", None])
def test_an_unreadable_statement_is_told_and_all_other_runs_and_recordings_are_recovered(crashed: SealedRun, content: bytes | None) -> None:
    later, other = SealedRun(crashed.outbox, crashed.recording, ordinal=2, signer=crashed.signer), SealedRun(crashed.outbox, signer=crashed.signer)
    (crashed.folder / RUN_STATEMENT).unlink()
    if content is None:
        (crashed.folder / RUN_STATEMENT).mkdir()
    else:
        (crashed.folder / RUN_STATEMENT).write_bytes(content)
    before = crashed.pieces()
    found = {interrupted.recording: interrupted for interrupted in recover(crashed.outbox, crashed.signer)}
    assert found[crashed.recording].runs == 2
    assert f"Run {crashed.run}: The opening statement of" in found[crashed.recording].troubles[0]
    assert crashed.pieces() == before
    for run in (later, other):
        assert verify_chain(run.statement, MICROPHONE, run.pieces())[-1].reason == "interrupted"
    assert found[other.recording].troubles == ()


def test_an_outbox_that_does_not_exist_has_nothing_to_recover(tmp_path: Path) -> None:
    assert recover(tmp_path / "nothing", KioskSigner.new()) == []


def test_finishing_an_unknown_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnusable, match="There is no recording"):
        finish(tmp_path, "8f14e45f-ceea-467f-9575-2f9d6b6f1b1a", KioskSigner.new())
