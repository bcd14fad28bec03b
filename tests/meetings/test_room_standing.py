"""Which rooms count as being without a working kiosk, and when somebody is told."""

from datetime import datetime, timedelta

import pytest

from meetrec.meetings.room_standing import LONGEST_SILENCE, KioskFacts, RoomStanding, is_due, room_standing

MINUTE = timedelta(minutes=1)


@pytest.mark.requirement("G5.a")
def test_room_stands_as_its_best_kiosk_does(now: datetime) -> None:
    heard, silent = KioskFacts(now - LONGEST_SILENCE, False), KioskFacts(now - LONGEST_SILENCE - MINUTE, False)
    never, revoked = KioskFacts(None, False), KioskFacts(now, True)
    told = {
        (): RoomStanding.NO_KIOSK,
        (revoked,): RoomStanding.REVOKED_ONLY,
        (never, revoked): RoomStanding.NEVER_HEARD,
        (silent, never): RoomStanding.SILENT,
        (silent, heard): RoomStanding.READY,
    }
    assert {kiosks: room_standing(kiosks, now) for kiosks in told} == told


@pytest.mark.parametrize(("hours", "is_told"), [(24, True), (25, False)])
def test_silence_is_told_the_day_before_a_meeting(now: datetime, hours: int, is_told: bool) -> None:
    assert is_due(RoomStanding.SILENT, now + timedelta(hours=hours), now) is is_told


def test_missing_kiosk_is_told_a_week_ahead_and_a_ready_one_never(now: datetime) -> None:
    week = now + timedelta(days=7)
    assert [one for one in RoomStanding if is_due(one, week, now)] == [RoomStanding.NO_KIOSK, RoomStanding.REVOKED_ONLY, RoomStanding.NEVER_HEARD]
    assert not is_due(RoomStanding.READY, now, now)
