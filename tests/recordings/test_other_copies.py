"""The reserve's copy on the recording's page: to be listened to by itself, told where the main one has a gap, used by a button with a reason (G5.a, G5.b)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.capture.pieces import RATE, Gap
from meetrec.capture.signing import KioskSigner
from meetrec.custody.models import ObjectRole
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.installation.actions import enroll_kiosk
from meetrec.meetings.models import Room
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.gaps import GapRow
from meetrec.recordings.kiosk_clocks import Beginning, Distance, distance
from meetrec.recordings.other_copies import OtherCopy, who_has
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import RoomLog, deliver_log

MakeRun = Callable[..., SealedRun]
MakeLog = Callable[..., RoomLog]
SignIn = Callable[[SimpleNamespace], FlaskClient]
WHOLE, PART = "The reserve recorder has this stretch.", "The reserve recorder has a part of this stretch."


def reserve_with(*gaps: dict[str, Any], seconds: float = 0.0, uncertainty: float | None = 1.0, microphones: int = 1) -> OtherCopy:
    clocks = [{"microphone": f"m{number}"} for number in range(microphones)]
    ledger = {"duration": 100.0, "gaps": list(gaps), "clocks": clocks, "beside": {"kiosk": "main", "seconds": seconds, "uncertainty": uncertainty}}
    return OtherCopy(1, True, (), None, ledger, (), None)  # type: ignore[arg-type]


def gap(start: float, end: float, microphone: str = "m0") -> dict[str, Any]:
    return {"microphone": microphone, "start": start, "end": end}


def row(start: float, end: float) -> GapRow:
    return GapRow(start, end, "device_lost", "finished callback", ("Window",))


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize(
    ("copy", "said"),
    [
        (reserve_with(), [WHOLE]),
        (reserve_with(gap(0, 30)), []),
        (reserve_with(gap(0, 15)), [PART]),
        (reserve_with(gap(20.5, 21)), [PART]),  # within what the two clocks may be wrong: not claimed to be whole
        (reserve_with(gap(22, 30)), [WHOLE]),
        (reserve_with(gap(0, 30), microphones=2), [WHOLE]),
        (reserve_with(seconds=15.0), [PART]),
        (reserve_with(seconds=30.0), []),
        (reserve_with(seconds=-85.0), [PART]),
        (reserve_with(uncertainty=None), []),
    ],
)
def test_gap_row_says_what_the_reserve_has_as_far_as_the_clocks_allow(app: Flask, copy: OtherCopy, said: list[str]) -> None:
    with app.test_request_context():
        assert who_has(row(10, 20), [copy]) == said
        assert who_has(row(10, 10), [copy]) == []  # how long it was nobody knows


@pytest.mark.requirement("G5.b")
def test_distance_of_two_beginnings_comes_from_the_clocks_with_their_offsets_and_says_how_wrong_it_may_be() -> None:
    early, late = START - timedelta(minutes=1), START + timedelta(minutes=30)
    main = Beginning(START, [(early, 10.0), (late, 12.0)])
    reserve = Beginning(START + timedelta(seconds=5), [(START, -1.0)])
    assert main.by_the_server == START + timedelta(seconds=10)
    assert distance(main, reserve) == Distance(-6.0, 4.0)
    assert distance(main, Beginning(START, [])) == Distance(-10.0, None)


@pytest.fixture
def reserve(app: Flask, database: Database, district: SimpleNamespace) -> SimpleNamespace:
    signer = KioskSigner.new()
    with database.writing() as session:
        kiosk, token = enroll_kiosk(session, clock.now(), session.get_one(Room, district.room.id), signer, is_reserve=True)
        return SimpleNamespace(client=KioskClient(app.test_client(), token), facts={"kiosk": kiosk.id, "signer": signer})


def deliver_with_log(client: KioskClient, run: SealedRun, log: RoomLog) -> None:
    for kind, content in (("started", {}), ("note", {"text": f"A note at {run.kiosk}."}), ("stopped", {}), ("end", {"confirmed": False})):
        log.add(kind, content, elapsed=0.5, run=run.run)
    deliver_log(client, log)
    client.deliver(run)


@pytest.mark.requirement("G5.b")
def test_page_offers_both_named_and_says_where_the_reserve_has_the_stretch(
    kiosk: KioskClient, reserve: SimpleNamespace, make_run: MakeRun, make_log: MakeLog, work: Callable[[], None], database: Database,
    sign_in: SignIn, district: SimpleNamespace,
) -> None:  # fmt: skip
    lost = Gap(10 * RATE, 10 * RATE, "device_lost", "finished callback")
    run = make_run({"table-1": [Part(0, noise(10 * RATE, 1)), Part(20 * RATE, noise(10 * RATE, 2), (lost,))]})
    other = make_run({"table-2": [Part(0, noise(30 * RATE, 3))]}, **reserve.facts)
    deliver_with_log(kiosk, run, make_log(run.recording))
    deliver_with_log(reserve.client, other, make_log(run.recording, **reserve.facts))
    work()
    work()
    client = sign_in(district.coordinator)
    page = client.get(f"/recordings/{run.recording}").text
    assert WHOLE in page
    assert "Reserve: Window" in page
    assert "It begins 0 s after the other, by the clocks of the two kiosks; that may be wrong by 2 s." in page
    assert page.index(f"A note at {run.kiosk}.") < page.index(f"A note at {reserve.facts['kiosk']}.")
    with database.reading() as session:
        record = record_of_recording(session, run.recording)
        assert record is not None
        (master,) = objects_of(record, ObjectRole.MASTER, 1)
    assert client.get(f"/recordings/{run.recording}/sound/{master.id}").status_code == 200
    assert "the reserve" not in client.get("/recordings").text.lower() or "Reserve recorder" in client.get("/recordings").text


@pytest.mark.requirement("G5.a")
def test_coordinator_uses_the_reserve_by_a_button_with_a_reason_and_the_page_says_so(
    kiosk: KioskClient, reserve: SimpleNamespace, make_run: MakeRun, work: Callable[[], None], sign_in: SignIn, district: SimpleNamespace
) -> None:
    run = make_run(**reserve.facts)
    kiosk.open(make_run())
    reserve.client.deliver(run)
    client = sign_in(district.coordinator)
    address = f"/recordings/{run.recording}"
    page = client.get(address).text
    assert "Everything of the reserve recorder has arrived." in page
    assert client.post(f"{address}/use-reserve", data={"reason": ""}).status_code == 409
    assert client.post(f"{address}/use-reserve", data={"reason": "The main kiosk’s disk broke."}).status_code == 303
    work()
    page = client.get(address).text
    assert "The listening copy and the transcript come from the reserve recorder, in place of the main kiosk." in page
    assert "The main kiosk’s disk broke." in page
    assert "Reserve: Head of the table" in page
    assert "Use the reserve recorder’s copy" not in page
