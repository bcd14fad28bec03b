"""An interrupted recording on the screen: continued, finished, or left without taking the screen away."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.outbox import read_closing
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.kiosk.screen_buttons import text
from tests.kiosk.sealed_recordings import SealedRun

pytestmark = pytest.mark.usefixtures("opened")


def test_interrupted_recording_can_be_continued_or_finished(kiosk_client: FlaskClient, recorder: ScriptedRecorder, outbox: Path) -> None:
    run = SealedRun(outbox, MATEO, started_at=clock.now())
    run.hear(1)
    page = text(kiosk_client)
    assert "The recording of M. R. was interrupted at" in page
    assert f"/meetings/{MATEO}" not in page  # it stands once: not in the list as if nothing had been recorded
    assert kiosk_client.post(f"/recordings/{MATEO}/continue").json == {"now_at": "/recording"}
    assert recorder.calls == [f"start {MATEO}"]
    assert "interrupted" not in text(kiosk_client)


def test_finished_interrupted_recording_is_closed_with_its_ends(kiosk_client: FlaskClient, room: Room, outbox: Path, signer: KioskSigner) -> None:
    run = SealedRun(outbox, MATEO, signer=signer)
    run.hear(1)
    answer = kiosk_client.post(f"/recordings/{MATEO}/finish", data={"held_ms": "2000"})
    assert answer.json["now_at"] == f"/recordings/{MATEO}/closing"
    delivery = room.delivery_of(MATEO)
    assert delivery is not None
    assert delivery.pieces == 4  # for each of two microphones the journal and its end
    assert room.interrupted(clock.now()) == []


def test_interrupted_recording_is_not_finished_without_the_two_seconds(kiosk_client: FlaskClient, outbox: Path) -> None:
    SealedRun(outbox, MATEO).hear(1)
    for held in ({}, {"held_ms": "1999"}):
        answer = kiosk_client.post(f"/recordings/{MATEO}/finish", data=held)
        assert answer.status_code == 409
        assert answer.json["error"] == "Hold for two seconds to finish. Nothing was changed."
    assert not (outbox / MATEO / "closing.json").exists()


def test_interrupted_recording_of_another_day_is_only_finished(
    kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer, recorder: ScriptedRecorder, outbox: Path
) -> None:
    district_server.news = news(KIOSK, [armed(MATEO, clock.now() - timedelta(days=1))])
    room_screen.news.ask()
    SealedRun(outbox, MATEO).hear(1)
    page = text(kiosk_client)
    assert "Finish it" in page
    assert "Continue it" not in page
    answer = kiosk_client.post(f"/recordings/{MATEO}/continue")
    assert answer.status_code == 409
    assert "of another day" in answer.json["error"]
    assert recorder.calls == []


@pytest.mark.parametrize(("hours_ago", "may_go_on"), [(0, True), (24, False)])
def test_meeting_held_on_another_day_than_planned_goes_on_on_the_day_it_was_interrupted(
    room: Room, room_screen: Screen, district_server: FaultyServer, outbox: Path, hours_ago: int, may_go_on: bool
) -> None:
    now = clock.now()
    district_server.news = news(KIOSK, [armed(MATEO, now + timedelta(days=3))])
    room_screen.news.ask()
    SealedRun(outbox, MATEO, started_at=now - timedelta(hours=hours_ago)).hear(1)
    (interrupted,) = room.interrupted(now)
    assert interrupted.may_go_on is may_go_on


def test_recording_that_runs_cannot_be_finished_as_interrupted(kiosk_client: FlaskClient, recorder: ScriptedRecorder, outbox: Path) -> None:
    SealedRun(outbox, MATEO).hear(1)
    recorder.now = replace(recorder.now, state="recording", recording=MATEO)
    assert kiosk_client.post(f"/recordings/{MATEO}/finish", data={"held_ms": "2000"}).status_code == 409
    assert not (outbox / MATEO / "closing.json").exists()


def test_damaged_interrupted_recording_does_not_take_the_screen_away(kiosk_client: FlaskClient, outbox: Path) -> None:
    run = SealedRun(outbox, MATEO)
    assert "cannot be read" not in text(kiosk_client)
    (run.folder / "run.json").write_bytes(b"{")
    page = text(kiosk_client)
    assert "The recording of M. R. was interrupted" in page
    assert "One of its files cannot be read" in page
    answer = kiosk_client.post(f"/recordings/{MATEO}/finish", data={"held_ms": "2000"})
    assert answer.status_code == 200
    closing = read_closing(outbox, MATEO)
    assert closing is not None
    assert [(one["run"], one["file"], one["is_lost"]) for one in closing["damaged"]] == [(run.run, "run.json", True)]
    assert (outbox / SET_ASIDE / MATEO / run.run / "whole" / "run.json").read_bytes() == b"{"


def test_the_part_after_an_interruption_says_that_what_came_before_is_kept(room: Room, outbox: Path) -> None:
    SealedRun(outbox, MATEO).hear(1)
    assert room.part_of(MATEO) == 1
    SealedRun(outbox, MATEO).hear(1)
    assert room.part_of(MATEO) == 2
    assert room.part_of(None) == 1
