"""The kiosk process with real microphones: it seals, survives SIGTERM and kill -9, and delivers (peers 1, 4, 5)."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meetrec.capture.outbox import recordings_in
from meetrec.capture.room_entries import EntryHeader, open_entry, require_follows
from meetrec.capture.signing import public_key_of
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.serving import RunningKiosk, server_token
from meetrec.platform import clock
from meetrec.platform.settings import Settings, load_settings
from meetrec.platform.settings_sections import Kiosk
from tests.doubles.faulty_server import DISTRICT_KEY, FaultyServer, news
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.fixtures.kiosk_process import TOKEN_VALUE, KioskProcess, wait_until
from tests.fixtures.microphones import VirtualMicrophones


@pytest.fixture
def kiosk(virtual_microphones: VirtualMicrophones, district_server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KioskProcess]:
    """A running kiosk with four microphones; the server knows one meeting, and takes pieces."""
    monkeypatch.chdir(tmp_path)
    district_server.news = news(KIOSK, [armed(MATEO, clock.now())])
    kiosk = KioskProcess(tmp_path, district_server.address)
    yield kiosk
    if kiosk.process.poll() is None:
        kiosk.end()


def delivered_log(district_server: FaultyServer) -> list[EntryHeader]:
    """The headers of the log at the server, once the chain holds and every entry opens."""
    public_key = public_key_of(json.loads(next(body for path, body in district_server.taken.items() if path.split("/")[-2] == "runs"))["signer"])
    before, headers = None, []
    entries = {int(path.split("/")[-1]): body for path, body in district_server.taken.items() if "/room/" in path}
    for index in range(len(entries)):
        headers.append(require_follows(before, entries[index], public_key))
        open_entry(entries[index], DISTRICT_KEY)
        before = entries[index]
    return headers


@pytest.mark.requirement("G5.a", "G6.a")
def test_meeting_is_recorded_paused_stopped_and_delivered(kiosk: KioskProcess, district_server: FaultyServer) -> None:
    kiosk.begin()
    assert len(kiosk.status()["microphones"]) == 4
    time.sleep(1)
    assert kiosk.press("/recording/pause").status_code == 200
    assert kiosk.status()["state"] == "paused"
    assert kiosk.press("/recording/resume").status_code == 200
    assert kiosk.press("/recording/stop", held_ms=100).status_code == 409
    assert kiosk.status()["state"] == "recording"
    saved = kiosk.stop()
    wait_until(lambda: "Delivered. The district’s copy is safe" in kiosk.get(saved).text)
    assert recordings_in(kiosk.outbox) == []
    assert sum("/runs/" in path for path in district_server.taken) >= 9  # the statement, and two pieces for each of four microphones
    told = delivered_log(district_server)
    assert [header.kind for header in told] == ["opening", "preflight", "started", "paused", "resumed", "stopped", "closing", "end"]
    assert [header.elapsed is None for header in told] == [True] + [False] * 7
    started, paused = told[2], told[3]
    assert started.run == paused.run == json.loads(district_server.taken[f"/kiosk/api/recordings/{MATEO}/runs/{paused.run}"])["run"]
    assert started.elapsed is not None
    assert paused.elapsed is not None
    assert 0.9 < paused.elapsed - started.elapsed < 3
    assert {headers["Authorization"] for headers in district_server.headers} == {f"Bearer {TOKEN_VALUE}"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_recording_survives_the_end_of_the_program_and_goes_on(kiosk: KioskProcess, district_server: FaultyServer, number: int) -> None:
    kiosk.begin()
    time.sleep(1.5)
    assert kiosk.end(number) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    assert not (kiosk.outbox / MATEO / "closing.json").exists()
    kiosk.start()
    wait_until(lambda: kiosk.status()["state"] == "recording")  # nobody touches anything
    wait_until(lambda: [one["kind"] for one in kiosk.status()["faults"]] == ["interruption"])
    (banner,) = kiosk.status()["faults"]
    assert "Nothing was recorded for 0:00:" in banner["sentence"]
    assert banner["sentence"] in kiosk.get("/recording").text.replace("&#39;", "'")
    assert kiosk.press(f"/faults/{banner['number']}/answer").status_code == 200
    assert kiosk.status()["faults"] == []
    time.sleep(0.5)
    saved = kiosk.stop()
    wait_until(lambda: "Delivered." in kiosk.get(saved).text)
    closing = json.loads(district_server.taken[f"/kiosk/api/recordings/{MATEO}/closing"])
    assert len(closing["runs"]) == 2
    told = delivered_log(district_server)
    spoken = ["opening", "preflight", "started", "started", "alarm", "alarm_answered", "stopped", "closing", "end"]  # nothing was asked twice
    assert [header.kind for header in told] == spoken
    assert {told[2].run, told[3].run} == closing["runs"].keys()
    again = next(body for path, body in district_server.taken.items() if path.endswith("/room/3"))
    assert open_entry(again, DISTRICT_KEY) == {"after_interruption": True}


@pytest.mark.parametrize("button", ["/recording/pause", "/recording/off-the-record"])
def test_paused_recording_waits_for_a_person_after_a_kill(kiosk: KioskProcess, button: str) -> None:
    kiosk.begin()
    time.sleep(0.5)
    assert kiosk.press(button).status_code == 200
    kiosk.end(signal.SIGKILL)
    kiosk.start()
    wait_until(lambda: all(one["kind"] != "trouble" for one in kiosk.status()["microphones"].values()) and len(kiosk.status()["microphones"]) == 4)
    time.sleep(3)
    assert kiosk.status()["state"] == "idle"
    assert "The recording of M. R. was interrupted at" in kiosk.get("/").text
    assert kiosk.press(f"/recordings/{MATEO}/continue").status_code == 200
    assert kiosk.status()["state"] == "recording"


def test_kiosk_starts_and_lists_its_meetings_with_the_server_gone(kiosk: KioskProcess, district_server: FaultyServer) -> None:
    assert "M. R." in kiosk.get("/").text
    kiosk.end()
    district_server.close()
    kiosk.start()
    wait_until(lambda: not kiosk.status()["is_connected"])
    assert "M. R." in kiosk.get("/").text
    assert "Recording works all the same" in kiosk.status()["texts"]["server"]
    kiosk.begin()
    time.sleep(0.5)
    saved = kiosk.stop()
    assert "kept on this machine" in kiosk.get(saved).text


def test_second_program_on_the_same_outbox_is_refused_before_it_touches_anything(kiosk: KioskProcess, settings: Settings) -> None:
    kiosk.begin()
    time.sleep(0.5)
    before = {path for path in kiosk.outbox.rglob("*.piece")}
    token = kiosk.outbox.parent / "token"
    with pytest.raises(KioskError, match="Another kiosk program is running"):
        RunningKiosk.of(with_kiosk(settings, outbox=kiosk.outbox, token_file=token))
    assert {path for path in kiosk.outbox.rglob("*.piece")} == before
    assert kiosk.status()["state"] == "recording"


def test_recording_whose_statement_does_not_read_is_put_back_or_named_and_keeps_no_kiosk_from_starting(kiosk: KioskProcess) -> None:
    kiosk.begin()
    time.sleep(1)
    kiosk.press("/recording/pause")  # it is not to go on by itself
    kiosk.end()
    (statement,), (copy,) = kiosk.outbox.rglob("run.json"), kiosk.outbox.rglob("run.copy.json")
    whole = statement.read_bytes()
    statement.write_bytes(b"{")
    kiosk.start()
    assert "One of its files cannot be read" not in kiosk.get("/").text
    assert statement.read_bytes() == whole
    kiosk.end()
    statement.write_bytes(b"{")
    copy.write_bytes(b"{")
    kiosk.start()
    assert "One of its files cannot be read" in kiosk.get("/").text
    assert statement.read_bytes() == b"{"


def with_kiosk(settings: Settings, **values: object) -> Settings:
    return load_settings(data_dir=settings.data_dir, kiosk=Kiosk(**values))


def test_kiosk_without_its_token_says_how_to_get_one(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(KioskError, match="meetrec kiosk enroll"):
        server_token(with_kiosk(settings))
    with pytest.raises(KioskError, match="cannot be read"):
        server_token(with_kiosk(settings, token_file=tmp_path / "missing"))


@pytest.mark.parametrize("content", ["", "\n", "two words", "línea", "one\ntwo"])
def test_token_file_with_something_else_is_refused(settings: Settings, tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)
    with pytest.raises(KioskError, match="does not hold one token"):
        server_token(with_kiosk(settings, token_file=tmp_path / "token"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "kiosk.example.org", "::"])  # noqa: S104
def test_screen_is_never_bound_to_the_network(settings: Settings, host: str) -> None:
    with pytest.raises(KioskError, match="this machine alone"):
        RunningKiosk.of(with_kiosk(settings, host=host))
