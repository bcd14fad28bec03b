"""The gap ledger as people read it: rows for all microphones, what is too short to show, what stands between a transcript's lines."""

from typing import Any

import pytest

from meetrec.recordings.gaps import GapRow, gaps_before, rows_of

pytestmark = pytest.mark.requirement("G5.b")
SEATS = ("Head of the table", "Window", "Door", "Wall")


def gap(start: float, end: float, kind: str = "pause", noticed_by: str = "chair", seat: str = "Window") -> dict[str, Any]:
    return {"microphone": seat, "seat": seat, "start": start, "end": end, "kind": kind, "noticed_by": noticed_by}


def ledger(*gaps: dict[str, Any], microphones: int = 4) -> dict[str, Any]:
    return {"duration": 100.0, "gaps": list(gaps), "clocks": [{"seat": seat} for seat in SEATS[:microphones]]}


def test_pause_of_all_microphones_is_one_row() -> None:
    rows = rows_of(ledger(*(gap(10 + 0.01 * number, 20 + 0.01 * number, seat=seat) for number, seat in enumerate(SEATS))))
    assert rows == [GapRow(10, 20.03, "pause", "chair", SEATS, is_everywhere=True)]


def test_pause_of_two_microphones_names_them() -> None:
    (row,) = rows_of(ledger(gap(10, 20, seat="Door"), gap(10, 20, seat="Wall")))
    assert (row.seats, row.is_everywhere) == (("Door", "Wall"), False)


def test_only_microphone_is_called_by_its_seat() -> None:
    (row,) = rows_of(ledger(gap(10, 20), microphones=1))
    assert not row.is_everywhere


def test_gaps_that_end_elsewhere_or_have_another_reason_stay_apart() -> None:
    different = [gap(10, 20, seat="Door"), gap(10, 24, seat="Wall"), gap(10, 20, "device_lost", "finished callback", "Window")]
    assert len(rows_of(ledger(*different))) == 3


def test_one_microphone_twice_is_two_rows() -> None:
    assert len(rows_of(ledger(gap(10, 10.2), gap(10.3, 10.5)))) == 2


@pytest.mark.parametrize("kind", ["late_start", "uneven_end", "undeclared"])
def test_rounding_at_the_edges_is_not_shown(kind: str) -> None:
    assert rows_of(ledger(gap(0, 0.01, kind))) == []
    assert len(rows_of(ledger(gap(0, 0.6, kind)))) == 1


@pytest.mark.parametrize("kind", ["overflow", "pause", "off_the_record", "stall", "damaged"])
def test_lost_sound_is_shown_however_short(kind: str) -> None:
    assert len(rows_of(ledger(gap(5, 5.02, kind)))) == 1


def test_break_of_unknown_length_is_shown() -> None:
    assert len(rows_of(ledger(*(gap(5, 5, "clock", "run order", seat) for seat in SEATS)))) == 1


def test_ledger_from_before_clocks_were_measured_is_read_too() -> None:
    rows = rows_of({"duration": 10.0, "gaps": [gap(1, 2), gap(1, 2, seat="Door")]})
    assert [row.seats for row in rows] == [("Window", "Door")]


def test_pauses_and_lost_sound_stand_between_the_lines_and_after_the_last() -> None:
    rows = rows_of(ledger(gap(8.99, 20), gap(30, 40, "off_the_record"), gap(50, 60), gap(22, 44, "stall", "server")))
    found = gaps_before([0.0, 9.0, 20.0, 45.0], rows)
    assert [[row.start for row in rows] for rows in found] == [[], [], [8.99], [22, 30], [50]]
    assert gaps_before([], rows) == [rows]


def test_gap_of_one_microphone_stands_where_it_begins_however_long_it_lasts() -> None:
    (row,) = rows_of(ledger(gap(5, 90, "absent", "server", "Door")))
    assert gaps_before([0.0, 10.0, 20.0], [row]) == [[], [row], [], []]
