"""The story of a recording is told in the order in which things happened, whenever the kiosk could deliver them (W-37)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from meetrec.platform.database import Database
from meetrec.recordings import queries
from meetrec.transcripts.story import Told, story_of
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import OPENING, RoomLog, deliver_log, room_time_of

MakeRun = Callable[..., SealedRun]
MakeLog = Callable[..., RoomLog]
SetNow = Callable[[datetime], None]


def story(database: Database, recording_id: str) -> list[Told]:
    with database.reading() as session:
        return list(story_of(session, queries.recording(session, recording_id)))


@pytest.mark.requirement("W-37")
def test_meeting_that_was_delivered_days_later_is_told_as_it_happened(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, database: Database, set_now: SetNow
) -> None:
    set_now(START + timedelta(days=3))
    run = make_run({"table-1": [Part(0, noise(4800))]}, started_at=START + timedelta(seconds=1), reason="interrupted")
    for kind, content in (("opening", OPENING), ("started", {}), ("paused", {}), ("resumed", {}), ("stopped", {})):
        log.add(kind, content)
    deliver_log(kiosk, log)
    kiosk.deliver(run)
    told = story(database, run.recording)
    in_room = [one for one in told if one.verb not in ("room.armed", "meeting.planned", "notice.received", "notice.matched")]
    assert [one.verb for one in in_room] == [
        "room.opened", "recording.started", "recording.interrupted", "recording.paused", "recording.resumed", "recording.stopped",
    ]  # fmt: skip
    assert [one.at for one in in_room[:3]] == [room_time_of(0), room_time_of(1), room_time_of(1)], "by the server's clock, as the room log measured it"
    assert [one.at for one in told] == sorted(one.at for one in told)


@pytest.mark.requirement("A-05")
def test_notice_given_in_the_room_comes_before_what_it_began(
    kiosk: KioskClient, make_log: MakeLog, make_run: MakeRun, database: Database, district: SimpleNamespace, set_now: SetNow
) -> None:
    set_now(START + timedelta(days=3))
    run = make_run(recording="91111111-2222-4333-8444-555555555555", started_at=START + timedelta(seconds=2))
    log = make_log(run.recording)
    log.add("notice", {
        "meeting": district.meeting.id, "recorder_name": "Ana Rivera", "recorder_role": "parent", "device": "", "language": "es",
        "reason": None, "stated_at": START.isoformat(),
    })  # fmt: skip
    log.add("opening", OPENING)
    deliver_log(kiosk, log)
    kiosk.open(run)
    told = [(one.verb, one.at) for one in story(database, run.recording) if one.verb != "meeting.planned"]
    assert told == [
        ("notice.received", room_time_of(0)), ("notice.matched", room_time_of(0)), ("room.armed", room_time_of(0)),
        ("room.opened", room_time_of(1)), ("recording.started", room_time_of(2)),
    ]  # fmt: skip
