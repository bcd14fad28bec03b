"""The page on which staff key in a notice."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.settings import Settings

Stored = Callable[[], Mapping[str, Notice]]


@pytest.fixture
def coordinator(sign_in: Callable[..., FlaskClient], district: SimpleNamespace) -> FlaskClient:
    """The client, signed in as Laura Bennett."""
    return sign_in(district.coordinator)


@pytest.fixture
def keyed(typed: dict[str, str], settings: Settings) -> dict[str, str]:
    """A paper notice of two hours ago, as a browser sends it."""
    received = clock.in_zone(clock.now() - timedelta(hours=2), settings.district.zone)
    moment = {"received_date": f"{received:%Y-%m-%d}", "received_time": f"{received:%H:%M}"}
    return {**typed, **moment, "channel": "paper", "language": "es", "nonce": "n" * 40}


@pytest.mark.requirement("G1.a")
def test_paper_notice_is_taken_in_with_both_moments_and_its_receipt_offered_once(
    coordinator: FlaskClient, keyed: dict[str, str], stored_notices: Stored, district: SimpleNamespace
) -> None:
    answer = coordinator.post("/desk/notices/new", data=keyed)
    (notice,) = stored_notices().values()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/notices/{notice.id}")
    assert timedelta(hours=2) <= notice.entered_at - notice.received_at < timedelta(hours=2, minutes=2)
    assert (notice.channel, notice.entered_by, notice.language) == ("paper", f"user:{district.coordinator.id}", "es")
    page, again = (coordinator.get(answer.headers["Location"]).get_data(as_text=True) for _ in range(2))
    assert "Print the receipt for the family" in page
    assert "/notice/receipt/" in page
    assert "/notice/receipt/" not in again
    assert "On paper" in again
    assert "Typed in by staff" in again


def test_sending_twice_makes_one_notice(coordinator: FlaskClient, keyed: dict[str, str], stored_notices: Stored) -> None:
    for _ in range(2):
        coordinator.post("/desk/notices/new", data=keyed)
    assert len(stored_notices()) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"channel": "web"}, "Choose how the notice came."),
        ({"received_date": "2030-01-15"}, "This moment is still to come."),
        ({"received_date": "2020-01-15"}, "This is more than 30 days ago."),
        ({"received_date": ""}, "Enter the day on which the notice reached the district."),
        ({"recorder_name": ""}, "Enter the name of who will record."),
        ({"reason": "Her number is 123-45-6789"}, "social security number"),
    ],
)
def test_what_cannot_be_is_said_and_everything_typed_comes_back(
    coordinator: FlaskClient, keyed: dict[str, str], stored_notices: Stored, changed: dict[str, str], words: str
) -> None:
    answer = coordinator.post("/desk/notices/new", data={**keyed, **changed})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, words in page, "Mateo Rivera" in page) == (422, True, True)
    assert stored_notices() == {}


def test_letter_found_after_the_meeting_is_taken_in_too(
    coordinator: FlaskClient, keyed: dict[str, str], stored_notices: Stored, district: SimpleNamespace, set_clock: Callable[[datetime], None],
    sign_in: Callable[..., FlaskClient],
) -> None:  # fmt: skip
    set_clock(district.meeting.start + timedelta(days=4))
    assert sign_in(district.coordinator).post("/desk/notices/new", data=keyed).status_code == 303
    (notice,) = stored_notices().values()
    assert notice.status == "timely"


@pytest.mark.requirement("G0.1")
def test_need_for_the_recording_may_be_written_down(coordinator: FlaskClient, keyed: dict[str, str], stored_notices: Stored) -> None:
    coordinator.post("/desk/notices/new", data={**keyed, "needs_recording_to_understand": "y", "reason": "I forget what was said"})
    (notice,) = stored_notices().values()
    assert (notice.needs_recording_to_understand, notice.reason) == (True, "I forget what was said")


def test_a_day_to_come_is_marked_at_the_day_and_what_is_wrong_stands_in_the_order_of_the_page(coordinator: FlaskClient, keyed: dict[str, str]) -> None:
    to_come = f"{clock.now() + timedelta(days=3):%Y-%m-%d}"
    wrong = {"channel": "", "received_date": to_come, "recorder_name": "", "school": "", "reason": "Her number is 123-45-6789"}
    page = coordinator.post("/desk/notices/new", data={**keyed, **wrong}).get_data(as_text=True)
    summary = page.split('id="error-summary"', 1)[1].split("</ul>", 1)[0]
    listed = re.findall(r'href="#([a-z_]+)', summary)
    assert listed == ["channel", "received_date", "recorder_name", "school", "reason"]
    on_the_page = page.split("<form", 2)[-1]
    assert [on_the_page.index(f'name="{name}"') for name in listed] == sorted(on_the_page.index(f'name="{name}"') for name in listed)


def test_the_form_speaks_to_staff_about_the_family(coordinator: FlaskClient) -> None:
    page = coordinator.get("/desk/notices/new").get_data(as_text=True)
    assert [words for words in ("a device of your own", "your receipt page", "I am not sure") if words in page] == []
    assert [words for words in ("a device of the family's own", "Another place, or they are not sure") if words not in page] == []
