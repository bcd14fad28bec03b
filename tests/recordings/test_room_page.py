"""The room on a recording's page: before it is stored the facts alone, afterwards all that was said, each note a link to its place."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.custody.models import Sitting
from meetrec.platform.database import Database
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import NOTE, OPENING, RoomLog, deliver_log, room_time_of

MakeRun = Callable[..., SealedRun]
SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.fixture
def stored_page(kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Callable[[], None], sign_in: SignIn, district: SimpleNamespace) -> Callable[[], str]:
    """Deliver and join the log with a run, and read the page."""

    def stored_page() -> str:
        run = make_run()
        if not log.entries:
            log.add_meeting(run.run)
        deliver_log(kiosk, log)
        kiosk.deliver(run)
        work()
        return sign_in(district.custodian).get(f"/recordings/{log.recording}").get_data(as_text=True)

    return stored_page


@pytest.mark.requirement("G7")
def test_note_is_a_link_to_its_place_in_the_sound(stored_page: Callable[[], str]) -> None:
    page = stored_page()
    assert NOTE.replace("'", "&#39;") in page
    assert 't=0.5#player" data-from="0.5"' in page
    for words in ("Bookmark: spoken opening", "Alarm: Head of the table, the microphone was unplugged or failed", "Alarm answered:", "Alarm over:", "Stopped"):
        assert words in page, words


@pytest.mark.requirement("G6.a")
@pytest.mark.requirement("G6.b")
@pytest.mark.requirement("G6.c")
def test_opening_present_preflight_and_closing_are_told(stored_page: Callable[[], str]) -> None:
    page = stored_page()
    for words in (
        "Asked whether the parent records", "The parent records.", "Laura Bennett", "my telephone (as in the notice)", "Everyone was told of the recording",
        "psychologist: on the line", "parent: at the table", "Head of the table: heard a voice", "Window: heard no voice; started without it",
        "Nobody sits at the window.", "The parent’s device stayed in plain sight.", "The telephone lay beside the water jug.",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.requirement("G6.b")
def test_device_that_is_not_the_one_of_the_notice_is_shown(stored_page: Callable[[], str], log: RoomLog) -> None:
    log.add("opening", {**OPENING, "device": "a recorder", "device_as_in_notice": False, "in_plain_sight": False})
    log.add("end", {"confirmed": False})
    page = stored_page()
    for words in (
        "a recorder (not the one of the notice)", "The parent’s device is not the one of the notice.",
        "The parent’s device did not lie in plain sight at the opening.", "Nobody confirmed the closing in the room.",
    ):  # fmt: skip
        assert words in page, words


def test_words_tapped_in_the_room_are_read_in_the_readers_language_and_own_words_as_written(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Callable[[], None], sign_in: SignIn, district: SimpleNamespace
) -> None:
    run = make_run()
    log.add("opening", {**OPENING, "asked_by": "The person who leads the meeting"})
    log.add("note", {"text": "Noise in the room"}, elapsed=0.5, run=run.run)
    log.add("note", {"text": NOTE}, elapsed=0.5, run=run.run)
    log.add("end", {"confirmed": False})
    deliver_log(kiosk, log)
    kiosk.deliver(run)
    work()
    client = sign_in(district.custodian)
    client.get("/language/es")
    page = client.get(f"/recordings/{log.recording}").get_data(as_text=True)
    for words in ("Quien dirige la reunión", "Ruido en la sala", NOTE.replace("'", "&#39;")):
        assert words in page, words


@pytest.mark.requirement("W-37")
def test_who_reads_the_notes_of_the_room_is_noted(stored_page: Callable[[], str], database: Database, district: SimpleNamespace) -> None:
    stored_page()
    with database.reading() as session:
        assert [sitting.account_id for sitting in session.scalars(select(Sitting).where(Sitting.purpose == "read"))] == [district.custodian.id]


def test_before_it_is_stored_only_facts_are_shown(kiosk: KioskClient, log: RoomLog, sign_in: SignIn, district: SimpleNamespace) -> None:
    deliver_log(kiosk, log.add_meeting())
    page = sign_in(district.custodian).get(f"/recordings/{log.recording}").get_data(as_text=True)
    for words in ("The parent records.", "my telephone", "The chair’s notes stay sealed until the recording is stored."):
        assert words in page, words
    for private in (NOTE, "rang", "Laura Bennett asked", "water jug"):
        assert private not in page


def test_story_tells_what_happened_in_the_room_with_its_moment_there(kiosk: KioskClient, log: RoomLog, sign_in: SignIn, district: SimpleNamespace) -> None:
    log.add("off_the_record", elapsed=1.0)
    deliver_log(kiosk, log)
    page = sign_in(district.custodian).get(f"/recordings/{log.recording}").get_data(as_text=True)
    assert f'datetime="{room_time_of(0).isoformat()}">Oct 13, 2026, 9:01\u202fAM</time>: The meeting went off the record' in page


def test_recording_without_a_log_shows_no_room(
    kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], sign_in: SignIn, district: SimpleNamespace, recording_id: str
) -> None:
    kiosk.deliver(make_run())
    work()
    assert 'id="room-title"' not in sign_in(district.custodian).get(f"/recordings/{recording_id}").get_data(as_text=True)
