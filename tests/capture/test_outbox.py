"""Where things lie in the outbox, and in which order runs count."""

from pathlib import Path

import pytest

from meetrec.capture.inspection import inspect_folder
from meetrec.capture.outbox import next_ordinal, runs_of
from tests.capture.sealed_runs import SealedRun


@pytest.mark.requirement("G5.b")
def test_runs_stand_in_the_order_they_were_made_also_when_the_clock_went_back(tmp_path: Path) -> None:
    recording = tmp_path / "0c2fd7a8-8c4c-4c0e-9a94-1f3f1f8a9b11"
    assert next_ordinal(recording) == 1
    first = SealedRun(tmp_path, recording.name, ordinal=1)
    assert next_ordinal(recording) == 2
    after_power_cut = SealedRun(tmp_path, recording.name, ordinal=2, started_at="1970-01-01T00:00:09.000000Z")
    assert next_ordinal(recording) == 3
    assert runs_of(recording) == [first.folder, after_power_cut.folder]
    assert [run.run for run in inspect_folder(tmp_path)] == [first.run, after_power_cut.run]
