"""What a kiosk delivers is believed by its signature alone: altered, dropped, exchanged, repeated, foreign and unsigned things are refused by name."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from meetrec.capture.canonical import canonical_json
from meetrec.capture.pieces import SIGNATURE_BYTES, PieceHeader, end_piece, parse_piece
from meetrec.capture.signing import CLOSING, KioskSigner
from meetrec.meetings.models import Kiosk
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise

MakeRun = Callable[..., SealedRun]
WITH_ONE_SERVER = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def run(make_run: MakeRun) -> SealedRun:
    """A run of one microphone: three pieces and the end."""
    return make_run({"table-1": [Part(index * 4800, noise(4800, index)) for index in range(3)]})


def lying(folder: Path) -> dict[Path, bytes]:
    """Everything that was delivered so far."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(answer: TestResponse) -> str:
    assert answer.status_code == 409, answer.get_data(as_text=True)
    return str(answer.json["error"])


def flipped(content: bytes, place: int, bits: int) -> bytes:
    place %= len(content)
    return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]


@pytest.mark.requirement("G5.b")
@WITH_ONE_SERVER
@given(index=st.integers(0, 3), place=st.integers(0, 1 << 20), bits=st.integers(1, 255))
def test_piece_with_any_flipped_byte_is_refused_when_it_is_delivered(index: int, place: int, bits: int, kiosk: KioskClient, run: SealedRun) -> None:
    assert kiosk.open(run).status_code == 200
    for before in range(index):
        assert kiosk.piece(run, "table-1", before).status_code == 200
    answer = refusal(kiosk.piece(run, "table-1", index, flipped(run.chains["table-1"][index], place, bits)))
    assert answer.startswith(f"Piece {index:06d} of microphone table-1 was ")
    assert "altered, or this kiosk did not sign it" in answer or "was not taken" in answer or "delivered before with other bytes" in answer


@pytest.mark.requirement("G5.b")
@WITH_ONE_SERVER
@given(place=st.integers(0, 1 << 20), bits=st.integers(1, 255))
def test_opening_with_any_flipped_byte_is_refused(place: int, bits: int, kiosk: KioskClient, run: SealedRun) -> None:
    answer = refusal(kiosk.put(f"{run.recording}/runs/{run.run}", flipped(run.statement, place, bits)))
    assert "opening statement" in answer or "public key is damaged" in answer


@pytest.mark.requirement("G5.b")
@WITH_ONE_SERVER
@given(place=st.integers(0, 1 << 20), bits=st.integers(1, 255))
def test_closing_with_any_flipped_byte_is_refused(place: int, bits: int, kiosk: KioskClient, run: SealedRun) -> None:
    closing = run.signer.sign_statement(CLOSING, closing_of(run))
    assert refusal(kiosk.put(f"{run.recording}/closing", flipped(closing, place, bits))).startswith("The closing statement ")


def closing_of(run: SealedRun) -> dict[str, object]:
    return {"recording": run.recording, "kiosk": run.kiosk, "stopped_at": START.isoformat(), "runs": {run.run: run.closing()}}


@pytest.mark.requirement("G5.b")
@WITH_ONE_SERVER
@given(order=st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_pieces_in_any_other_order_are_refused_until_the_next_one_comes(order: list[int], kiosk: KioskClient, make_run: MakeRun) -> None:
    run = make_run({"table-1": [Part(index * 4800, noise(4800, index)) for index in range(3)]})
    kiosk.open(run)
    delivered = 0
    for index in order:
        answer = kiosk.piece(run, "table-1", index)
        if index > delivered:  # dropped or exchanged
            assert refusal(answer) == f"Piece {index:06d} of microphone table-1 has no predecessor: piece {delivered:06d} is missing."
        else:  # the next one, or the same bytes once more
            assert answer.status_code == 200
            delivered += index == delivered


@pytest.mark.requirement("G5.b")
def test_piece_sent_once_more_under_the_next_index_is_refused(kiosk: KioskClient, run: SealedRun) -> None:
    kiosk.open(run)
    kiosk.piece(run, "table-1", 0)
    assert "says of itself that it is Piece 000000" in refusal(kiosk.piece(run, "table-1", 1, run.chains["table-1"][0]))


@pytest.mark.requirement("G5.b")
def test_piece_that_this_kiosk_signed_for_another_run_is_refused(kiosk: KioskClient, run: SealedRun, make_run: MakeRun) -> None:
    kiosk.open(run)
    assert "says of itself that it is Piece 000000 of microphone table-1 of run" in refusal(kiosk.piece(run, "table-1", 0, make_run().chains["table-1"][0]))


@pytest.mark.requirement("G5.b")
def test_pieces_of_a_foreign_kiosk_are_refused_even_in_its_own_run(kiosk: KioskClient, run: SealedRun, make_run: MakeRun) -> None:
    stranger = make_run(run=run.run, run_key=run.run_key, signer=KioskSigner.new())
    assert refusal(kiosk.open(stranger)) == (f"The opening statement of run {run.run} was signed by another kiosk: its key is not the one that is known.")
    kiosk.open(run)
    for index, piece in enumerate(stranger.chains["table-1"]):
        assert refusal(kiosk.piece(run, "table-1", index, piece)) == f"Piece {index:06d} of microphone table-1 was altered, or this kiosk did not sign it."
    closing = stranger.signer.sign_statement(CLOSING, closing_of(run))
    assert refusal(kiosk.put(f"{run.recording}/closing", closing)) == "The closing statement was altered, or this kiosk did not sign it."


@pytest.mark.requirement("G5.b")
def test_unsigned_things_are_refused(kiosk: KioskClient, run: SealedRun) -> None:
    fields = json.loads(run.statement)
    fields.pop("signature")
    assert refusal(kiosk.put(f"{run.recording}/runs/{run.run}", canonical_json(fields))) == (
        f"The opening statement of run {run.run} carries no signature, or does not read as a signed statement."
    )
    kiosk.open(run)
    unsigned = run.chains["table-1"][0][:-SIGNATURE_BYTES]
    assert "altered, or this kiosk did not sign it" in refusal(kiosk.piece(run, "table-1", 0, unsigned))
    assert "carries no signature" in refusal(kiosk.put(f"{run.recording}/closing", canonical_json(closing_of(run))))


@pytest.mark.requirement("G5.b")
def test_end_is_believed_only_with_a_signature_too(kiosk: KioskClient, run: SealedRun) -> None:
    """Without it, whoever holds the kiosk's token could end a meeting early and have the rest refused."""
    kiosk.open(run)
    kiosk.piece(run, "table-1", 0)
    first = run.chains["table-1"][1]
    early = PieceHeader(run.recording, run.run, "table-1", 1, "end", 4800, None, 48_000, parse_piece(first).header.previous, (), "stopped")
    forged = end_piece(early, KioskSigner.new())
    assert "altered, or this kiosk did not sign it" in refusal(kiosk.piece(run, "table-1", 1, forged))
    assert "does not have the length of a signed piece" in refusal(kiosk.piece(run, "table-1", 1, forged[:-SIGNATURE_BYTES]))
    assert kiosk.piece(run, "table-1", 1).status_code == 200


@pytest.mark.requirement("G5.b")
def test_signature_of_one_purpose_is_no_signature_of_another(kiosk: KioskClient, run: SealedRun) -> None:
    fields = {name: value for name, value in json.loads(run.statement).items() if name != "signature"}
    assert "did not sign it" in refusal(kiosk.put(f"{run.recording}/runs/{run.run}", run.signer.sign_statement(CLOSING, fields)))


@pytest.mark.requirement("G5.b")
def test_nothing_is_changed_by_what_was_refused_and_the_true_pieces_still_arrive(
    kiosk: KioskClient, run: SealedRun, settings: Settings, database: Database
) -> None:
    kiosk.open(run)
    kiosk.piece(run, "table-1", 0)
    before = lying(settings.incoming_dir)
    for content in (flipped(run.chains["table-1"][1], -1, 1), run.chains["table-1"][2], b"", run.chains["table-1"][1][:-SIGNATURE_BYTES]):
        assert kiosk.piece(run, "table-1", 1, content).status_code == 409
    assert lying(settings.incoming_dir) == before
    kiosk.deliver(run)
    with database.reading() as session:
        assert session.get_one(Recording, run.recording).state is RecordingState.DELIVERED


@pytest.mark.requirement("G5.b")
def test_kiosk_without_a_key_must_be_enrolled_anew(kiosk: KioskClient, run: SealedRun, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Kiosk, district.kiosk.id).public_key = None
    assert "Enrol it anew" in refusal(kiosk.open(run))
    with database.writing() as session:
        session.get_one(Kiosk, district.kiosk.id).public_key = b64encode(run.signer.public_bytes).decode()
    assert kiosk.open(run).status_code == 200


@pytest.mark.requirement("G5.b")
def test_joining_holds_every_signature_against_the_kiosks_key_once_more(
    kiosk: KioskClient, run: SealedRun, database: Database, district: SimpleNamespace, work: Callable[[], None]
) -> None:
    kiosk.deliver(run)
    with database.writing() as session:  # as if whoever wrote in the store had put another kiosk's whole run there
        session.get_one(Kiosk, district.kiosk.id).public_key = b64encode(KioskSigner.new().public_bytes).decode()
    work()
    with database.reading() as session:
        recording = session.get_one(Recording, run.recording)
    assert recording.state is RecordingState.BROKEN
    assert recording.copies[0].sentence == f"The opening statement of run {run.run} was signed by another kiosk: its key is not the one that is known."


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("boot", ["", "z" * 64, 7])
def test_closing_that_names_its_boot_in_no_form_of_ours_is_refused(boot: object, kiosk: KioskClient, run: SealedRun) -> None:
    kiosk.pieces(run)
    assert "The closing statement is damaged" in refusal(kiosk.close(run, boot=boot))
    assert kiosk.close(run, boot="a" * 64).status_code == 200
