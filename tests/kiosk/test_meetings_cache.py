"""The kiosk keeps the last news and the first district key, whatever the server says later."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import CLOCK_FILE, KEY_FILE, NEWS_FILE, ON_THE_SPOT_FILE, MeetingsCache
from meetrec.platform import clock
from tests.doubles.faulty_server import DISTRICT_PUBLIC_KEY, news
from tests.fixtures.kiosk import KIOSK, MATEO, OTHER_MEETING, armed, other

OTHER = "21111111-2222-4333-8444-555555555555"
MORNING = datetime(2026, 10, 13, 14, 0, tzinfo=UTC)  # Tuesday, 09:00 in Chicago


@pytest.fixture
def cache(tmp_path: Path) -> MeetingsCache:
    return MeetingsCache(tmp_path / "kiosk")


def told(*starts: datetime) -> dict[str, Any]:
    """News of one meeting for each start."""
    return news(KIOSK, [armed(f"{number}1111111-2222-4333-8444-555555555555", start) for number, start in enumerate(starts, 1)])


def test_meetings_and_key_survive_a_restart_with_the_network_down(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(told(MORNING))
    again = MeetingsCache(tmp_path / "kiosk")
    assert again.news == cache.news
    assert again.news is not None
    assert again.news.find(MATEO) is not None
    assert again.district_public_key == DISTRICT_PUBLIC_KEY


def test_files_are_for_the_kiosk_alone(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(told(MORNING))
    cache.note_delivered(MATEO, 8, MORNING)
    files = list((tmp_path / "kiosk").iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.requirement("G5.b")
def test_first_district_key_stays_when_another_is_shown(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(told(MORNING))
    with pytest.raises(ServerTrouble) as refused:
        cache.take_in(news(KIOSK, [], key=bytes(32)))
    assert refused.value.trouble is Trouble.OTHER_DISTRICT_KEY
    assert MeetingsCache(tmp_path / "kiosk").district_public_key == DISTRICT_PUBLIC_KEY
    assert cache.news is not None
    assert cache.news.meetings, "a list from a server with another key is not believed"


@pytest.mark.parametrize(
    "change",
    [
        {"kiosk": "not an id"}, {"zone": "Mars/Olympus"}, {"meetings": [{"recording": MATEO}]}, {"meetings": "none"}, {"zone": None},
        {"district_public_key": "c2hvcnQ="}, {"district_public_key": "?"}, {"meetings": [{**armed(MATEO, MORNING), "start": "2026-10-13T14:00:00"}]},
        {"meetings": [{**armed(MATEO, MORNING), "recording": "../../etc"}]}, {"kiosk": 7}, {"meetings": None},
    ],
)  # fmt: skip
def test_news_that_do_not_read_change_nothing(cache: MeetingsCache, change: dict[str, Any]) -> None:
    cache.take_in(told(MORNING))
    before = cache.news
    with pytest.raises(ServerTrouble):
        cache.take_in({**told(MORNING), **change})
    assert cache.news == before


def test_damaged_cache_of_meetings_does_not_keep_the_room_from_starting(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(told(MORNING))
    (tmp_path / "kiosk" / NEWS_FILE).write_bytes(b'{"meet')
    assert MeetingsCache(tmp_path / "kiosk").news is None


def test_damaged_key_stops_the_start_with_a_sentence(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(told(MORNING))
    (tmp_path / "kiosk" / KEY_FILE).write_bytes(b"AAAA")
    with pytest.raises(KioskError, match="damaged"):
        MeetingsCache(tmp_path / "kiosk")


@pytest.mark.requirement("W-01")
def test_screen_never_holds_more_than_initials(cache: MeetingsCache) -> None:
    cache.take_in(news(KIOSK, [armed(MATEO, MORNING, initials="A name far too long for initials")]))
    assert cache.news is not None
    assert len(cache.news.meetings[0].initials) <= 12


def test_today_and_later_go_by_the_districts_calendar(cache: MeetingsCache) -> None:
    late_tonight, tomorrow, in_a_week, in_eight_days = (MORNING + timedelta(hours=hours) for hours in (14.5, 15.5, 7 * 24, 8 * 24))
    cache.take_in(told(late_tonight, tomorrow, in_a_week, in_eight_days))
    assert cache.news is not None
    assert [meeting.start for meeting in cache.news.on_day_of(MORNING)] == [late_tonight]
    assert [meeting.start for meeting in cache.news.after_day_of(MORNING)] == [tomorrow, in_a_week]


def test_meeting_that_runs_over_midnight_stays_in_the_list(cache: MeetingsCache) -> None:
    before_midnight = datetime(2026, 10, 14, 4, 30, tzinfo=UTC)  # 23:30 in Chicago
    cache.take_in(told(before_midnight))
    assert cache.news is not None
    assert cache.news.on_day_of(before_midnight + timedelta(minutes=45))


def test_delivered_recordings_are_remembered_for_a_month(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.note_delivered(MATEO, 8, MORNING)
    assert MeetingsCache(tmp_path / "kiosk").delivered_pieces(MATEO) == 8
    cache.note_delivered(OTHER, 4, MORNING + timedelta(days=31))
    assert cache.delivered_pieces(MATEO) is None
    assert cache.delivered_pieces(OTHER) == 4


@pytest.mark.requirement("G6.b")
def test_device_of_the_notice_is_told_and_a_server_without_it_too(cache: MeetingsCache) -> None:
    cache.take_in(news(KIOSK, [{**armed(MATEO, MORNING), "device": "iPhone", "objection_stops": True}, armed(OTHER, MORNING)]))
    assert cache.news is not None
    assert [(meeting.device, meeting.objection_stops) for meeting in cache.news.meetings] == [("iPhone", True), ("", False)]


@pytest.mark.requirement("W-11")
def test_what_a_parent_wrote_of_their_device_lies_nowhere_on_the_disk(cache: MeetingsCache, tmp_path: Path) -> None:
    wrote = "The telephone of Mateo"
    cache.take_in(news(KIOSK, [{**armed(MATEO, MORNING), "device": wrote}], others=[other(OTHER_MEETING, MORNING)]))
    assert cache.news is not None
    cache.note_on_the_spot(OTHER, cache.news.others[0], wrote)
    assert [meeting.device for meeting in cache.news.meetings] == [wrote, wrote]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and wrote in path.read_text()]
    again = MeetingsCache(tmp_path / "kiosk").news
    assert again is not None
    assert [(meeting.recording, meeting.device) for meeting in again.meetings] == [(MATEO, ""), (OTHER, "")]


def test_others_of_today_are_known_over_a_restart_and_not_tomorrow(cache: MeetingsCache, tmp_path: Path) -> None:
    cache.take_in(news(KIOSK, [], others=[other(OTHER_MEETING, MORNING)]))
    told = MeetingsCache(tmp_path / "kiosk").news
    assert told is not None
    assert [one.meeting for one in told.others_on_day_of(MORNING)] == [OTHER_MEETING]
    assert told.find_other(OTHER_MEETING, MORNING + timedelta(days=1)) is None


def test_others_of_today_that_are_over_stand_below_those_to_come_and_can_still_be_opened(cache: MeetingsCache) -> None:
    cache.take_in(news(KIOSK, [], others=[other(OTHER_MEETING, MORNING), other(MATEO, MORNING + timedelta(hours=2))]))
    told = cache.news
    assert told is not None
    assert [one.meeting for one in told.others_on_day_of(MORNING)] == [OTHER_MEETING, MATEO]
    after_the_first = MORNING + timedelta(minutes=90)
    assert [one.meeting for one in told.others_on_day_of(after_the_first)] == [MATEO, OTHER_MEETING]
    assert told.find_other(OTHER_MEETING, after_the_first) is not None


def test_notice_given_here_is_in_the_list_until_the_server_tells_of_it(cache: MeetingsCache, tmp_path: Path) -> None:
    today = clock.now()
    cache.take_in(news(KIOSK, [], others=[other(OTHER_MEETING, today)]))
    assert cache.news is not None
    cache.note_on_the_spot(OTHER, cache.news.others[0], "a phone")
    again = MeetingsCache(tmp_path / "kiosk")
    assert again.news is not None
    assert [(meeting.recording, meeting.device) for meeting in again.news.meetings] == [(OTHER, "")]
    assert again.news.others == ()
    assert again.on_the_spot_recording_of(OTHER_MEETING) == OTHER
    again.take_in(news(KIOSK, [{**armed(OTHER, today), "device": "as the server tells it"}]))
    assert [meeting.device for meeting in again.news.meetings] == ["as the server tells it"]
    assert MeetingsCache(tmp_path / "kiosk").on_the_spot_recording_of(OTHER_MEETING) is None


def test_damaged_list_of_notices_does_not_keep_the_room_from_starting(cache: MeetingsCache, tmp_path: Path) -> None:
    (tmp_path / "kiosk" / ON_THE_SPOT_FILE).write_bytes(b'[{"recording": 7}]')
    assert MeetingsCache(tmp_path / "kiosk").news is None


def test_clock_offset_is_known_over_a_restart(cache: MeetingsCache, tmp_path: Path) -> None:
    assert cache.clock_offset is None
    cache.note_clock_offset(-3.25)
    cache.note_clock_offset(-3.2)  # too little to write
    assert (cache.clock_offset, MeetingsCache(tmp_path / "kiosk").clock_offset) == (-3.2, -3.25)
    (tmp_path / "kiosk" / CLOCK_FILE).write_bytes(b"NaN")
    assert MeetingsCache(tmp_path / "kiosk").clock_offset is None
