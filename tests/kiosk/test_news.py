"""The poll keeps the list fresh and measures how far this machine's clock is from the server's."""

from datetime import timedelta

import pytest

from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer


@pytest.fixture
def poll(room_screen: Screen) -> NewsPoll:
    return room_screen.news


@pytest.mark.parametrize("hours", [-2.0, 0.0, 2.0])
def test_offset_is_the_servers_clock_minus_ours(poll: NewsPoll, room_screen: Screen, district_server: FaultyServer, hours: float) -> None:
    district_server.news["server_time"] = (clock.now() + timedelta(hours=hours)).isoformat()
    poll.ask()
    offset = room_screen.room.cache.clock_offset
    assert offset is not None
    assert abs(offset - hours * 3600) < 1.0


@pytest.mark.parametrize("told", [None, "noon", "2026-10-13T14:00:00", 7])
def test_time_that_does_not_read_measures_nothing_and_the_list_is_still_taken(
    poll: NewsPoll, room_screen: Screen, district_server: FaultyServer, told: object
) -> None:
    before = room_screen.room.cache.clock_offset
    district_server.news["server_time"] = told
    district_server.news["room"] = "Another room"
    poll.ask()
    assert poll.trouble is None
    assert room_screen.room.cache.clock_offset == before
    assert room_screen.room.cache.news is not None
    assert room_screen.room.cache.news.room == "Another room"


def test_slow_answer_does_not_replace_what_was_measured(
    poll: NewsPoll, room_screen: Screen, district_server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = room_screen.room.cache.clock_offset
    district_server.news["server_time"] = clock.now().isoformat()
    monkeypatch.setattr("meetrec.kiosk.news.LONGEST_ROUND_TRIP", 0.0)
    poll.ask()
    assert room_screen.room.cache.clock_offset == before


def test_last_offset_stays_when_the_server_is_gone(poll: NewsPoll, room_screen: Screen, district_server: FaultyServer) -> None:
    before = room_screen.room.cache.clock_offset
    district_server.fault = "500"
    poll.ask()
    assert poll.trouble is Trouble.SERVER_FAULT
    assert room_screen.room.cache.clock_offset == before
