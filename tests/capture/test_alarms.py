"""When a microphone raises an alarm, and when it does not."""

from dataclasses import replace

import pytest

from meetrec.capture.alarms import Listening, alarms_of, alarms_of_room

pytestmark = pytest.mark.requirement("G5.a")
WELL = Listening(is_lost=False, since_loss=None, zero_seconds=0.0, quiet_seconds=0.0, voice_seconds=0.0, is_clipping=False)
SPEAKING = replace(WELL, voice_seconds=10.0)
HOUR = 3_600.0


def test_a_microphone_that_hears_the_room_raises_nothing() -> None:
    assert alarms_of([WELL, SPEAKING], HOUR) == [(), ()]


def test_a_loss_stays_an_alarm_for_five_seconds_so_that_somebody_is_told() -> None:
    assert alarms_of([replace(WELL, since_loss=4.9)], HOUR) == [("lost",)]
    assert alarms_of([replace(WELL, since_loss=5.0)], HOUR) == [()]


def test_a_lost_microphone_is_lost_and_nothing_else() -> None:
    assert alarms_of([replace(WELL, is_lost=True, zero_seconds=9.0, quiet_seconds=999.0)], HOUR) == [("lost",)]


def test_five_seconds_of_exact_zeros_are_muted() -> None:
    assert alarms_of([replace(WELL, zero_seconds=4.9)], HOUR) == [()]
    assert alarms_of([replace(WELL, zero_seconds=5.0)], HOUR) == [("muted",)]


def test_quiet_for_a_minute_is_too_quiet_only_while_somebody_speaks_at_another_microphone() -> None:
    quiet = replace(WELL, quiet_seconds=60.0)
    assert alarms_of([quiet, SPEAKING], HOUR) == [("too_quiet",), ()]
    assert alarms_of([quiet, replace(WELL, voice_seconds=9.5)], HOUR) == [(), ()]
    assert alarms_of([replace(quiet, quiet_seconds=59.0), SPEAKING], HOUR) == [(), ()]


def test_quiet_everywhere_for_two_minutes_is_too_quiet_everywhere() -> None:
    assert alarms_of([replace(WELL, quiet_seconds=119.0)] * 2, HOUR) == [(), ()]
    assert alarms_of([replace(WELL, quiet_seconds=120.0)] * 2, HOUR) == [("too_quiet",)] * 2


def test_quiet_before_the_start_or_in_a_pause_does_not_count() -> None:
    assert alarms_of([replace(WELL, quiet_seconds=900.0), SPEAKING], 59.0) == [(), ()]


def test_a_muted_microphone_is_not_called_too_quiet_as_well() -> None:
    assert alarms_of([replace(WELL, quiet_seconds=200.0, zero_seconds=200.0), SPEAKING], HOUR)[0] == ("muted",)


def test_clipping_is_an_alarm_beside_others() -> None:
    assert alarms_of([replace(WELL, is_clipping=True, since_loss=1.0)], HOUR) == [("lost", "clipping")]


def test_a_full_disk_is_not_called_filling_as_well() -> None:
    assert alarms_of_room(is_disk_full=False, is_disk_filling=False) == ()
    assert alarms_of_room(is_disk_full=False, is_disk_filling=True) == ("disk_filling",)
    assert alarms_of_room(is_disk_full=True, is_disk_filling=True) == ("disk_full",)
