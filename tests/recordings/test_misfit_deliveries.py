"""Deliveries that do not fit: altered, out of place, sealed to another key or closed falsely, each refused by name."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from meetrec.capture.signing import CLOSING, RUN_STATEMENT
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise
from tests.recordings.what_stands import state_of

MakeRun = Callable[..., SealedRun]


def test_other_bytes_for_the_same_place_are_refused(kiosk: KioskClient, make_run: MakeRun, settings: Settings) -> None:
    run = make_run()
    other = make_run(run=run.run, run_key=run.run_key)
    kiosk.pieces(run)
    answer = kiosk.piece(run, "table-1", 1, other.chains["table-1"][1])
    assert answer.status_code == 409
    assert "Piece 000001 of microphone table-1 was delivered before with other bytes" in answer.json["error"]
    assert kiosk.put(f"{run.recording}/runs/{run.run}", other.statement).status_code == 409
    assert incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-1", 1).read_bytes() == run.chains["table-1"][1]


def test_missing_predecessor_is_named(kiosk: KioskClient, make_run: MakeRun) -> None:
    run = make_run()
    kiosk.open(run)
    answer = kiosk.piece(run, "table-1", 1)
    assert answer.status_code == 409
    assert answer.json["error"] == "Piece 000001 of microphone table-1 has no predecessor: piece 000000 is missing."


def test_altered_replaced_and_misplaced_pieces_are_refused_by_name(kiosk: KioskClient, make_run: MakeRun, settings: Settings) -> None:
    run, other = make_run(), make_run()
    kiosk.open(run)
    first, second = run.chains["table-1"][:2]
    refused = {
        b"no piece at all": "Piece 000000 of microphone table-1 was not taken. These bytes are not a piece",
        b"MEETREC1" + first[8:]: "Piece 000000 of microphone table-1 was not taken. This piece is in format 1, which carries no signature",
        first[:40]: "cut off",
        other.chains["table-1"][0]: "says of itself",
        run.chains["table-2"][0]: "says of itself",
        second: "says of itself",
    }
    for content, sentence in refused.items():
        answer = kiosk.piece(run, "table-1", 0, content)
        assert answer.status_code == 409
        assert sentence in answer.json["error"]
    assert not list(settings.incoming_dir.rglob("*.piece"))


def test_piece_that_follows_an_altered_journal_does_not_fit(kiosk: KioskClient, make_run: MakeRun) -> None:
    run = make_run({"table-1": [Part(0, noise(24_000), is_journal=True)]})
    kiosk.open(run)
    altered = run.chains["table-1"][0][:-1] + bytes([run.chains["table-1"][0][-1] ^ 1])
    assert kiosk.piece(run, "table-1", 0, altered).status_code == 200  # a journal carries no signature; the signed file after it names it
    answer = kiosk.piece(run, "table-1", 1)
    assert answer.status_code == 409
    assert "does not follow piece 000000" in answer.json["error"]


def test_unknown_recording_run_and_microphone_are_not_found(kiosk: KioskClient, make_run: MakeRun) -> None:
    run, stranger = make_run(), make_run()
    kiosk.open(run)
    assert kiosk.put(f"{uuid4()}/runs/{run.run}", run.statement).status_code == 404
    answer = kiosk.piece(stranger, "table-1", 0)
    assert answer.status_code == 404
    assert "Deliver its opening statement first" in answer.json["error"]
    wider = make_run({"table-9": [Part(0, noise(24_000))]}, run=run.run)
    answer = kiosk.piece(wider, "table-9", 0)
    assert answer.status_code == 404
    assert "table-9" in answer.json["error"]


def test_run_sealed_to_another_district_key_is_refused(kiosk: KioskClient, make_run: MakeRun) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    answer = kiosk.open(make_run(district_public_key=X25519PrivateKey.generate().public_key().public_bytes_raw()))
    assert answer.status_code == 409
    assert "another district key" in answer.json["error"]


def test_run_of_another_kiosk_or_recording_is_refused(kiosk: KioskClient, make_run: MakeRun) -> None:
    assert kiosk.open(make_run(kiosk=str(uuid4()))).status_code == 409
    run = make_run()
    assert kiosk.put(f"{run.recording}/runs/{uuid4()}", run.statement).status_code == 409
    assert kiosk.put(f"{run.recording}/runs/{run.run}", b"{}").status_code == 409
    assert kiosk.put(f"{run.recording}/runs/{run.run}", b"\xff").status_code == 409


@pytest.mark.parametrize(
    "change",
    [{"microphones": ["x"]}, {"microphones": [{"id": "../x"}]}, {"microphones": [{"id": "a"}, {"id": "a"}]}, {"microphones": [{"id": ["a"]}]},
     {"microphones": [{"id": "a", "seat": 3}]}, {"started_at": "0001-01-01T00:00:00+23:00"}, {"started_at": "2026-10-13T14:00:00"}, {"started_at": "soon"}],
)  # fmt: skip
def test_opening_statement_out_of_form_is_refused_and_not_a_fault_of_the_server(change: dict[str, object], kiosk: KioskClient, make_run: MakeRun) -> None:
    run = make_run()
    fields = {name: value for name, value in json.loads(run.statement).items() if name != "signature"}
    answer = kiosk.put(f"{run.recording}/runs/{run.run}", run.signer.sign_statement(RUN_STATEMENT, {**fields, **change}))
    assert answer.status_code == 409
    assert "opening statement" in answer.json["error"]
    assert kiosk.open(run).status_code == 200


def test_bytes_nested_too_deeply_are_refused(kiosk: KioskClient, make_run: MakeRun, recording_id: str) -> None:
    run, deep = make_run(), b"[" * 200_000
    assert kiosk.put(f"{run.recording}/runs/{run.run}", deep).status_code == 409
    kiosk.open(run)
    assert kiosk.piece(run, "table-1", 0, b"MEETREC2" + len(deep).to_bytes(4, "big") + deep).status_code == 409
    assert kiosk.put(f"{recording_id}/closing", deep).status_code == 409


def test_closing_that_names_no_true_run_is_refused(kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    kiosk.pieces(run)
    closing = {"recording": run.recording, "kiosk": run.kiosk, "stopped_at": "2026-10-13T15:00:00Z"}
    for runs in ({run.run: run.closing(), "../../../../etc/evil": {}}, {run.run.upper(): run.closing()}):
        answer = kiosk.put(f"{run.recording}/closing", run.signer.sign_statement(CLOSING, {**closing, "runs": runs}))
        assert answer.status_code == 409
        assert "closing statement" in answer.json["error"]
    assert state_of(database, run.recording) is RecordingState.RECORDING


def test_half_delivered_recording_stays_waiting(kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    kiosk.open(run)
    for index in range(3):
        kiosk.piece(run, "table-1", index)
    assert kiosk.close(run).status_code == 200
    assert state_of(database, run.recording) is RecordingState.RECORDING
    for index in range(3):
        assert kiosk.piece(run, "table-2", index).status_code == 200
    assert state_of(database, run.recording) is RecordingState.DELIVERED


def test_closing_that_contradicts_the_delivery_is_refused(kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run, other = make_run(), make_run()
    kiosk.pieces(run)
    assert kiosk.close(other).status_code == 409
    runs = {run.run: {"table-1": {"pieces": 3, "last": "0" * 64}}}
    wrong = {"recording": run.recording, "kiosk": run.kiosk, "stopped_at": "2026-10-13T15:00:00Z", "runs": runs}
    answer = kiosk.put(f"{run.recording}/closing", run.signer.sign_statement(CLOSING, wrong))
    assert answer.status_code == 409
    signed = [run.signer.sign_statement(CLOSING, closing) for closing in ({"runs": 3}, {**wrong, "stopped_at": "soon"}, {**wrong, "kiosk": "x"})]
    for damaged in (b"", b"[]", b'{"runs":3}', *signed):
        assert kiosk.put(f"{run.recording}/closing", damaged).status_code == 409
    assert state_of(database, run.recording) is RecordingState.RECORDING
    assert kiosk.close(run).status_code == 200


def test_closed_recording_takes_no_new_run(kiosk: KioskClient, make_run: MakeRun) -> None:
    kiosk.deliver(make_run())
    answer = kiosk.open(make_run())
    assert answer.status_code == 409
    assert "closed" in answer.json["error"]
