"""Joining: sample-exact on one clock, every missing stretch told, and one record of it in custody."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from meetrec.capture.pieces import RATE, Gap, Samples
from meetrec.custody.models import ObjectRole, StoredObject
from meetrec.custody.queries import objects_of
from meetrec.custody.vault import Vault
from meetrec.journal.models import JournalEntry
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise
from tests.recordings.what_stands import record_of

MakeRun = Callable[..., SealedRun]
Work = Callable[[], None]
SECOND = RATE


def master_sound(vault: Vault, master: StoredObject) -> Samples:
    with vault.open(master) as reader:
        samples, rate = soundfile.read(io.BytesIO(reader.readall()), dtype="int16")
    assert rate == RATE
    return np.asarray(samples)


def masters(database: Database, vault: Vault, recording_id: str) -> dict[str, Samples]:
    """The sound of each master by its seat."""
    return {str(one.label): master_sound(vault, one) for one in objects_of(record_of(database, recording_id), ObjectRole.MASTER)}


def ledger(database: Database, vault: Vault, recording_id: str) -> list[tuple[str, float, float, str]]:
    stored = objects_of(record_of(database, recording_id), ObjectRole.GAP_LEDGER)[0]
    gaps = json.loads(vault.read(stored))["gaps"]
    return [(gap["microphone"], round(gap["start"], 6), round(gap["end"], 6), gap["kind"]) for gap in gaps]


@pytest.mark.requirement("G5.b")
def test_pieces_are_joined_sample_for_sample(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    sounds = {"table-1": noise(3 * SECOND, 1), "table-2": noise(3 * SECOND, 2)}
    run = make_run({name: [Part(at, sound[at : at + SECOND]) for at in range(0, 3 * SECOND, SECOND)] for name, sound in sounds.items()})
    kiosk.deliver(run)
    work()
    stored = masters(database, vault, run.recording)
    assert np.array_equal(stored["Head of the table"], sounds["table-1"])
    assert np.array_equal(stored["Window"], sounds["table-2"])
    assert ledger(database, vault, run.recording) == []


def test_gaps_inside_a_run_are_exact_zeros_and_told(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    first, second, whole = noise(SECOND, 1), noise(SECOND, 2), noise(4 * SECOND, 3)
    pause = Gap(SECOND, 2 * SECOND, "pause", "the chair")
    run = make_run({"table-1": [Part(0, first), Part(3 * SECOND, second, (pause,))], "table-2": [Part(0, whole)]})
    kiosk.deliver(run)
    work()
    stored = masters(database, vault, run.recording)
    assert np.array_equal(stored["Head of the table"], np.concatenate([first, np.zeros(2 * SECOND, np.int16), second]))
    assert np.array_equal(stored["Window"], whole)
    assert ledger(database, vault, run.recording) == [("table-1", 1.0, 3.0, "pause")]


def test_gap_that_nobody_stated_is_told_too(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    half = Gap(SECOND, SECOND // 2, "stall", "the watchdog")
    run = make_run({"table-1": [Part(4800, noise(SECOND - 4800, 1)), Part(2 * SECOND, noise(SECOND, 2), (half,))]})
    kiosk.deliver(run)
    work()
    told = ledger(database, vault, run.recording)
    assert told == [("table-1", 0.0, 0.1, "undeclared"), ("table-1", 1.0, 1.5, "stall"), ("table-1", 1.5, 2.0, "undeclared")]
    assert len(masters(database, vault, run.recording)["Head of the table"]) == 3 * SECOND


def test_runs_lie_where_the_wall_clock_puts_them(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    before, after, late = noise(SECOND, 1), noise(SECOND, 2), noise(SECOND, 3)
    one = make_run({"table-1": [Part(0, before)]}, reason="interrupted")
    two = make_run({"table-1": [Part(0, after)], "table-2": [Part(0, late)]}, ordinal=2, started_at=START + timedelta(seconds=5, microseconds=250_000))
    kiosk.deliver(one, two)
    work()
    stored = masters(database, vault, one.recording)
    silence = np.zeros(int(4.25 * SECOND), np.int16)
    assert np.array_equal(stored["Head of the table"], np.concatenate([before, silence, after]))
    assert np.array_equal(stored["Window"], np.concatenate([np.zeros(int(5.25 * SECOND), np.int16), late]))
    told = ledger(database, vault, one.recording)
    assert sorted(told) == [("table-1", 1.0, 5.25, "interrupted"), ("table-2", 0.0, 5.25, "absent")]


@pytest.mark.requirement("G5.b")
def test_machine_that_was_switched_off_before_the_recording_was_closed_is_told_as_such(
    kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault
) -> None:
    run = make_run({"table-1": [Part(0, noise(SECOND, 1))], "table-2": [Part(0, noise(2 * SECOND, 2))]}, reason="interrupted", boot="a" * 64)
    kiosk.pieces(run)
    assert kiosk.close(run, boot="b" * 64).status_code == 200
    work()
    assert ledger(database, vault, run.recording) == [("table-1", 1.0, 2.0, "power"), ("table-2", 2.0, 2.0, "power")]


@pytest.mark.parametrize("step", [timedelta(seconds=-20), timedelta(days=-9000), timedelta(days=400)])
def test_clock_that_was_set_changes_no_order_and_is_told(
    step: timedelta, kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault
) -> None:
    sounds = [noise(SECOND, seed) for seed in (1, 2, 3)]
    one = make_run({"table-1": [Part(0, sounds[0])]}, reason="interrupted")
    two = make_run({"table-1": [Part(0, sounds[1])]}, ordinal=2, started_at=START + step)
    three = make_run({"table-1": [Part(0, sounds[2])]}, ordinal=3, started_at=START + step + timedelta(seconds=3))
    kiosk.deliver(one, three, two)
    work()
    joined = masters(database, vault, one.recording)["Head of the table"]
    assert np.array_equal(joined, np.concatenate([sounds[0], sounds[1], np.zeros(2 * SECOND, np.int16), sounds[2]]))
    assert ledger(database, vault, one.recording) == [("table-1", 1.0, 1.0, "clock"), ("table-1", 2.0, 4.0, "between_runs")]


def test_sound_card_that_counts_a_little_more_than_the_clock_is_no_wrong_clock(
    kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault
) -> None:
    one = make_run({"table-1": [Part(0, noise(3 * SECOND, 1))]})
    two = make_run({"table-1": [Part(0, noise(SECOND, 2))]}, ordinal=2, started_at=START + timedelta(seconds=2))
    kiosk.deliver(one, two)
    work()
    assert len(masters(database, vault, one.recording)["Head of the table"]) == 4 * SECOND
    assert ledger(database, vault, one.recording) == []


def test_open_journal_of_a_crash_is_finished_by_the_server(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    first, rest = noise(SECOND, 1), noise(SECOND + 7, 2)
    run = make_run({"table-1": [Part(0, first), Part(SECOND, rest, is_journal=True)]}, reason="interrupted")
    kiosk.deliver(run)
    work()
    assert np.array_equal(masters(database, vault, run.recording)["Head of the table"], np.concatenate([first, rest]))


def test_shorter_microphone_is_padded_to_the_same_length(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    run = make_run({"table-1": [Part(0, noise(SECOND, 1))], "table-2": [Part(0, noise(SECOND + 480, 2))]})
    kiosk.deliver(run)
    work()
    stored = masters(database, vault, run.recording)
    assert len(stored["Head of the table"]) == len(stored["Window"]) == SECOND + 480
    assert not stored["Head of the table"][SECOND:].any()
    assert ledger(database, vault, run.recording) == [("table-1", 1.0, 1.01, "uneven_end")]


@pytest.mark.requirement("G5.c")
def test_stored_recording_is_one_education_record_outside_any_iep_document(
    kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault, district: object
) -> None:
    run = make_run()
    kiosk.deliver(run)
    work()
    record = record_of(database, run.recording)
    assert (record.record_class, record.series, record.ferpa, record.idea_part_b, record.directory_eligible) == ("EDUCATION_RECORD", "RS-01", True, True, False)
    assert [pupil.relation for pupil in record.students] == ["focus"]
    assert sorted(one.role for one in record.objects) == sorted([*[ObjectRole.MASTER] * 2, ObjectRole.LISTENING_COPY, ObjectRole.PEAKS, ObjectRole.GAP_LEDGER])
    for one in record.objects:
        vault.verify(one)
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "record.stored")).one()
    assert record.objects[0].sha256 in told.body.decode()


def test_no_plain_sound_lies_anywhere(kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings) -> None:
    run = make_run()
    kiosk.deliver(run)
    work()
    files = [path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [content for content in files if b"fLaC" in content or noise(24_000, 0)[:16].tobytes() in content]


def test_peaks_and_listening_copy_span_the_whole_recording(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, vault: Vault) -> None:
    run = make_run({"table-1": [Part(0, noise(5 * SECOND, 1))], "table-2": [Part(0, noise(5 * SECOND, 2))]})
    kiosk.deliver(run)
    work()
    record = record_of(database, run.recording)
    peaks = json.loads(vault.read(objects_of(record, ObjectRole.PEAKS)[0]))
    assert peaks["duration"] == 5.0
    assert len(peaks["data"][0]) == 100
    assert 0.05 < max(peaks["data"][0]) <= 1
    copy = objects_of(record, ObjectRole.LISTENING_COPY)[0]
    samples, rate = soundfile.read(io.BytesIO(vault.read(copy)))
    assert copy.media_type == "audio/mpeg"
    assert len(samples) / rate == pytest.approx(5.0, abs=0.15)
