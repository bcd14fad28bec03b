"""A delivery that is refused is told to people: journalled once for each reason, logged, and on desk and page until delivery goes on (W-37, G5.b)."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from meetrec.journal.models import JournalEntry
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings import queries
from meetrec.recordings.errors import REASON_OF, REFUSALS
from meetrec.recordings.refusal_sentences import sentences_of
from meetrec.recordings.refused_deliveries import RefusedDelivery
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import OPENING, RoomLog

MakeRun = Callable[..., SealedRun]
ALTERED = "The kiosk’s delivery is refused: piece 1 of microphone table-1 is not signed by this kiosk, or was altered."


@pytest.fixture
def run(kiosk: KioskClient, make_run: MakeRun) -> SealedRun:
    """A run of two microphones of which the first pieces lie at the server."""
    run = make_run({name: [Part(index * 4800, noise(4800, index)) for index in range(3)] for name in ("table-1", "table-2")})
    assert kiosk.open(run).status_code == kiosk.piece(run, "table-1", 0).status_code == kiosk.piece(run, "table-2", 0).status_code == 200
    return run


def altered(content: bytes) -> bytes:
    return content[:-70] + bytes([content[-70] ^ 1]) + content[-69:]


def told(database: Database) -> list[dict[str, Any]]:
    """What the journal tells of refused deliveries."""
    with database.reading() as session:
        bodies = session.scalars(select(JournalEntry.body).where(JournalEntry.verb == "delivery.refused").order_by(JournalEntry.sequence)).all()
    return [json.loads(body)["details"] for body in bodies]


def shown(app: Flask, database: Database, recording_id: str) -> list[str]:
    """What the desk says of refused deliveries."""
    with app.test_request_context(), database.reading() as session:
        remarks = queries.summary_of(session, queries.recording(session, recording_id), clock.now()).remarks
    return [sentence for sentence in remarks if "is refused" in sentence]


@pytest.mark.requirement("W-37", "G5.b")
def test_refused_piece_is_journalled_once_however_often_it_is_tried(kiosk: KioskClient, run: SealedRun, database: Database) -> None:
    for _try in range(3):
        assert kiosk.piece(run, "table-1", 1, altered(run.chains["table-1"][1])).status_code == 409
    place = {"place": "chain", "run": run.run, "microphone": "table-1", "index": 1}
    assert told(database) == [{"recording": run.recording, "reason": "wrong_signature", **place}]
    assert kiosk.piece(run, "table-2", 1, altered(run.chains["table-2"][1])).status_code == 409
    assert len(told(database)) == 1, "another microphone, the same reason"
    assert kiosk.piece(run, "table-2", 3).status_code == 409
    assert [one["reason"] for one in told(database)] == ["wrong_signature", "out_of_order"]


@pytest.mark.requirement("W-37", "G5.b")
def test_every_refusal_leaves_a_line_in_the_log(kiosk: KioskClient, run: SealedRun) -> None:
    with capture_logs() as lines:
        for _try in range(2):
            kiosk.piece(run, "table-1", 1, altered(run.chains["table-1"][1]))
    said = [(line["event"], line["recording"], line["code"]) for line in lines if line["event"] == "delivery.refused"]
    assert said == [("delivery.refused", run.recording, "wrong_signature")] * 2


@pytest.mark.requirement("G5.b")
def test_coordinator_sees_why_delivery_stands_until_it_goes_on(kiosk: KioskClient, run: SealedRun, app: Flask, database: Database) -> None:
    assert shown(app, database, run.recording) == []
    kiosk.piece(run, "table-1", 1, altered(run.chains["table-1"][1]))
    assert [sentence.startswith(ALTERED) for sentence in shown(app, database, run.recording)] == [True]
    kiosk.piece(run, "table-1", 0)  # once more what lies there already
    kiosk.piece(run, "table-2", 1)  # another microphone goes on
    assert len(shown(app, database, run.recording)) == 1
    assert kiosk.piece(run, "table-1", 1).status_code == 200
    assert shown(app, database, run.recording) == []


@pytest.mark.requirement("G5.b")
def test_refusal_stands_on_the_page_of_the_recording_and_in_its_story(
    kiosk: KioskClient, run: SealedRun, sign_in: Callable[..., Any], district: SimpleNamespace
) -> None:
    kiosk.piece(run, "table-1", 1, altered(run.chains["table-1"][1]))
    page = sign_in(district.coordinator).get(f"/recordings/{run.recording}").get_data(as_text=True)
    assert ALTERED in page
    assert "Something that the kiosk delivered was refused" in page


@pytest.mark.requirement("G5.b")
def test_entries_statements_and_closings_are_told_as_well(kiosk: KioskClient, log: RoomLog, make_run: MakeRun, app: Flask, database: Database) -> None:
    run, entry = make_run(), log.add("opening", OPENING)
    kiosk.put(f"{run.recording}/room/0", altered(entry))
    kiosk.put(f"{run.recording}/runs/{run.run}", run.statement[:-1])
    kiosk.put(f"{run.recording}/closing", b"{}")
    assert {one["place"] for one in told(database)} <= {"room", "run", "closing"}
    assert [sentence.split(": ")[1].split(" is ")[0] for sentence in shown(app, database, run.recording)] == [
        "entry 0 of the room’s log",
        "the statement at the beginning of a run",
        "the statement at the end of the recording",
    ]


@pytest.mark.requirement("W-37")
def test_no_text_of_an_address_reaches_the_journal_and_no_unknown_recording_fills_it(kiosk: KioskClient, run: SealedRun, database: Database) -> None:
    kiosk.put(f"{run.recording}/runs/{run.run}/Mateo Rivera cried/1", b"x")
    kiosk.put("91111111-2222-4333-8444-555555555555/room/0", b"x")
    assert [(one["microphone"], one["reason"]) for one in told(database)] == [(None, "damaged")]


def test_every_reason_has_a_sentence_of_its_own(app: Flask) -> None:
    assert set(REASON_OF.values()) <= set(REFUSALS)
    with app.test_request_context():
        said = sentences_of(RefusedDelivery(place="closing", reason=reason) for reason in REFUSALS)
    assert len(set(said)) == len(REFUSALS)
