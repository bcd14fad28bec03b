"""When the reserve's copy leads: alone, where the main kiosk was revoked or broke, or because the coordinator says so (G5.a, G5.b)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from meetrec.custody.queries import further_copies
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import copies, enrolment, incoming, jobs, queries
from meetrec.recordings.errors import ReserveRefused
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.two_kiosks import AFTER_A_DAY, masters, record_of, told

Work = Callable[[], None]
SetNow = Callable[[datetime], None]


@pytest.mark.requirement("G5.a")
def test_reserve_alone_is_a_district_copy_before_and_after_it_leads(
    reserve: SimpleNamespace, reserve_run: SealedRun, work: Work, database: Database, district: SimpleNamespace, set_now: SetNow
) -> None:
    reserve.client.deliver(reserve_run)
    for moment in (district.meeting.planned_end + timedelta(hours=2), district.meeting.planned_end + AFTER_A_DAY):
        set_now(moment)
        jobs.settle_waiting_copies(database)
        work()
        with database.reading() as session:
            summary = queries.recording_states(session, moment, [district.meeting.id])[district.meeting.id]
        assert summary.has_district_copy
    assert record_of(database, reserve_run.recording) is not None
    assert "in place of the main kiosk" in " ".join(summary.remarks)


@pytest.mark.requirement("G5.a")
def test_reserve_leads_at_once_when_the_main_kiosk_was_revoked(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, district: SimpleNamespace
) -> None:
    kiosk.open(main_run)
    with database.writing() as session:
        enrolment.revoke(session, clock.now(), f"user:{district.coordinator.id}", district.kiosk.id)
    assert kiosk.piece(main_run, "table-1", 0).status_code == 403
    reserve.client.deliver(reserve_run)
    work()
    record = record_of(database, main_run.recording)
    assert record is not None
    assert masters(record, 0) == [(reserve.id, True)]


@pytest.mark.requirement("G5.b")
def test_reserve_that_is_revoked_in_mid_meeting_loses_only_itself(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, district: SimpleNamespace
) -> None:
    reserve.client.open(reserve_run)
    reserve.client.piece(reserve_run, "table-1", 0)
    with database.writing() as session:
        enrolment.revoke(session, clock.now(), f"user:{district.coordinator.id}", reserve.id)
    assert reserve.client.close(reserve_run).status_code == 403
    kiosk.deliver(main_run)
    work()
    record = record_of(database, main_run.recording)
    assert record is not None
    assert (masters(record, 0), further_copies(record)) == ([(district.kiosk.id, False)] * 2, [])


@pytest.mark.requirement("G5.a")
def test_broken_main_copy_gives_way_once_its_time_is_over(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, settings: Settings,
    district: SimpleNamespace, set_now: SetNow,
) -> None:  # fmt: skip
    kiosk.deliver(main_run)
    incoming.piece_path(settings.incoming_dir, main_run.recording, main_run.run, "table-1", 0).unlink()
    work()
    reserve.client.deliver(reserve_run)
    work()
    assert record_of(database, main_run.recording) is None
    set_now(district.meeting.planned_end + AFTER_A_DAY)
    jobs.settle_waiting_copies(database)
    work()
    record = record_of(database, main_run.recording)
    assert record is not None
    assert masters(record, 0) == [(reserve.id, True)]


@pytest.mark.requirement("G5.a")
def test_coordinator_lets_the_reserve_lead_with_a_reason_that_the_journal_does_not_hold(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, district: SimpleNamespace
) -> None:
    kiosk.pieces(main_run)
    actor, reason = f"user:{district.coordinator.id}", "Its disk broke."
    with pytest.raises(ReserveRefused), database.writing() as session:
        copies.choose_reserve(session, clock.now(), actor, main_run.recording, reason)
    reserve.client.deliver(reserve_run)
    with pytest.raises(ReserveRefused), database.writing() as session:
        copies.choose_reserve(session, clock.now(), actor, main_run.recording, " ")
    with database.writing() as session:
        copies.choose_reserve(session, clock.now(), actor, main_run.recording, reason)
    work()
    (entry,) = told(database, main_run.recording, "recording.reserve_leads")
    assert (entry.actor, reason in str(entry.body)) == (actor, False)
    with database.reading() as session:
        recording = session.get_one(Recording, main_run.recording)
        assert (recording.reserve_reason, recording.led_by, recording.state) == (reason, reserve.id, RecordingState.STORED)
