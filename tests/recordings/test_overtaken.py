"""A room that was armed while it, offline, recorded the meeting on the spot: the unused recording is withdrawn, and nothing is lost (G5.a, A-04)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from flask import Flask

from meetrec.platform.database import Database
from meetrec.recordings import actions, queries, sentences
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import ArmingAgain
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import RoomLog, deliver_log, put_entry, statement
from tests.recordings.what_stands import verbs

MakeLog = Callable[..., RoomLog]
MakeRun = Callable[..., SealedRun]


@pytest.mark.requirement("G5.a", "A-04")
def test_overtaken_recording_is_withdrawn_once_says_so_and_holds_up_no_arming_again(
    kiosk: KioskClient, make_run: MakeRun, make_log: MakeLog, recording_id: str, database: Database, district: SimpleNamespace, app: Flask
) -> None:
    begun, now = str(uuid4()), district.meeting.start
    log = make_log(begun)
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    put_entry(kiosk, log, 0)
    kiosk.pieces(run := make_run(recording=begun))
    assert verbs(database, recording_id).count("recording.overtaken") == 1
    with app.test_request_context(), database.reading() as session:
        armed, running = (session.get_one(Recording, one) for one in (recording_id, begun))
        desk = queries.recording_states(session, now, [district.meeting.id])[district.meeting.id]
        assert (desk.url, queries.summary_of(session, armed, now).sentence) == (f"/recordings/{begun}", sentences.overtaken())
        assert (queries.is_overtaken(session, armed), queries.is_overtaken(session, running)) == (True, False)
        assert queries.arming_again(session, running, now, "America/Chicago") is ArmingAgain.STILL_OPEN
    log.add("end", {"confirmed": False})
    deliver_log(kiosk, log)
    assert kiosk.close(run).status_code == 200
    with database.writing() as session:
        again = actions.arm_again(session, now + timedelta(minutes=30), "staff:x", begun, "America/Chicago")
        assert again.id not in (recording_id, begun)


@pytest.mark.requirement("G5.b")
def test_sound_of_an_overtaken_recording_is_taken_all_the_same(
    kiosk: KioskClient, make_run: MakeRun, make_log: MakeLog, recording_id: str, database: Database, district: SimpleNamespace
) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    kiosk.deliver(make_run())
    with database.reading() as session:
        assert not queries.is_overtaken(session, session.get_one(Recording, recording_id))
