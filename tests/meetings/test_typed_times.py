"""Typed dates and times, and the instant they mean."""

from datetime import UTC, date, datetime, time

import pytest

from meetrec.meetings.typed_times import day_begins, read_date, read_time, start_at

ZONE = "America/Chicago"


@pytest.mark.parametrize("text", ["2026-10-14", "10/14/2026", " 10/14/2026 ", "10-14-2026", "2026-10-14 "])
def test_date_is_read_as_families_write_it(text: str) -> None:
    assert read_date(text) == date(2026, 10, 14)


@pytest.mark.parametrize("text", ["", "2026-02-31", "02/31/2026", "14/10/2026", "10/14/26", "0000-01-01", "tomorrow", "2026-10", "١٠/١٤/٢٠٢٦x"])
def test_date_that_does_not_exist_is_not_read(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14:30", time(14, 30)),
        ("2:30 PM", time(14, 30)),
        ("2:30 p. m.", time(14, 30)),
        ("2.30pm", time(14, 30)),
        ("2 pm", time(14)),
        ("12 am", time(0)),
        ("12:15 PM", time(12, 15)),
        ("9:05", time(9, 5)),
        ("14:30:00", time(14, 30)),
    ],
)
def test_time_is_read_as_families_write_it(text: str, meant: time) -> None:
    assert read_time(text) == meant


@pytest.mark.parametrize("text", ["", "2", "25:00", "14:60", "13 pm", "0 am", "noon", "2:30 p", "2:3"])
def test_time_that_says_nothing_certain_is_not_read(text: str) -> None:
    assert read_time(text) is None


def test_local_start_that_exists_twice_is_the_later_one() -> None:
    assert start_at(date(2026, 11, 1), time(1, 30), ZONE) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_local_start_that_never_exists_is_the_later_reading() -> None:
    assert start_at(date(2027, 3, 14), time(2, 30), ZONE) == datetime(2027, 3, 14, 8, 30, tzinfo=UTC)


def test_day_begins_at_the_schools_midnight() -> None:
    assert day_begins(date(2026, 10, 14), ZONE) == datetime(2026, 10, 14, 5, tzinfo=UTC)
