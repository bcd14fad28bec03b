"""The ledger of missing stretches."""

import pytest

from meetrec.capture.absences import Absence
from meetrec.capture.pieces import Gap

pytestmark = pytest.mark.requirement("G5.a")


def test_a_pause_within_a_lost_device_is_told_apart() -> None:
    absence = Absence()
    absence.begin(1_000, "device_lost", "finished callback")
    absence.begin(5_000, "pause", "chair")
    absence.begin(9_000, "device_lost", "finished callback")
    assert absence.close(20_000) == (
        Gap(1_000, 4_000, "device_lost", "finished callback"),
        Gap(5_000, 4_000, "pause", "chair"),
        Gap(9_000, 11_000, "device_lost", "finished callback"),
    )
    assert not absence.is_open


def test_no_time_missing_is_no_gap() -> None:
    absence = Absence()
    absence.begin(0, "late_start", "first sample")
    assert absence.close(0) == ()


def test_a_reason_of_a_few_frames_is_rounding_and_belongs_to_the_one_before() -> None:
    absence = Absence()
    absence.begin(0, "pause", "chair")
    absence.begin(9_995, "stall", "no callback for 1 s")
    assert absence.close(10_000) == (Gap(0, 10_000, "pause", "chair"),)


def test_reasons_never_overlap_even_when_told_late() -> None:
    absence = Absence()
    absence.begin(5_000, "pause", "chair")
    absence.begin(4_000, "device_lost", "finished callback")
    assert absence.close(9_000) == (Gap(5_000, 4_000, "device_lost", "finished callback"),)
