"""A kiosk says which boot of its machine it is, without naming the machine (G5.b)."""

import json
from pathlib import Path

import pytest

from meetrec.capture import boot
from meetrec.capture.boot import BOOT_ID, boot_of, is_boot
from meetrec.capture.outbox import runs_of, statement_of
from meetrec.capture.pieces import RATE
from meetrec.capture.recovery import finish, recover
from tests.capture.sealed_runs import SealedRun, sound

pytestmark = pytest.mark.requirement("G5.b")


@pytest.fixture
def other_boot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "boot_id"
    file.write_text("6f1c2b1e-0000-4000-8000-000000000001\n")
    monkeypatch.setattr(boot, "BOOT_ID", file)
    return file


def test_boot_is_the_same_until_the_machine_starts_anew(other_boot: Path) -> None:
    before = boot_of("kiosk")
    assert before == boot_of("kiosk")
    other_boot.write_text("6f1c2b1e-0000-4000-8000-000000000002\n")
    assert boot_of("kiosk") != before
    assert is_boot(before)


def test_boot_names_no_machine_and_two_kiosks_of_one_machine_say_different_ones() -> None:
    assert boot_of("one") != boot_of("another")
    assert BOOT_ID.read_text().strip() not in json.dumps([boot_of("one"), boot_of("another")])


def test_machine_that_tells_no_boot_states_none(other_boot: Path) -> None:
    other_boot.unlink()
    assert boot_of("kiosk") is None


@pytest.mark.parametrize("stated", ["", "A" * 64, "a" * 63, 7, ["a" * 64]])
def test_anything_else_is_no_boot(stated: object) -> None:
    assert not is_boot(stated)


def test_closing_written_after_a_restart_of_the_machine_states_another_boot_than_the_run(tmp_path: Path, other_boot: Path) -> None:
    run = SealedRun(tmp_path / "outbox", kiosk="kiosk", boot=boot_of("kiosk"))
    run.writer().write(sound(RATE))
    other_boot.write_text("6f1c2b1e-0000-4000-8000-000000000002\n")
    recover(run.outbox, run.signer)
    closing = finish(run.outbox, run.recording, run.signer)
    (folder,) = runs_of(run.outbox / run.recording)
    assert closing["boot"] == boot_of(closing["kiosk"])
    assert closing["boot"] != statement_of(folder)["boot"]
