"""How much sound the parts of a recording before the running one hold."""

from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.kiosk.parts import EarlierParts
from tests.kiosk.sealed_recordings import SealedRun


@pytest.mark.requirement("G5.a")
def test_an_earlier_part_that_a_kill_left_counts_its_open_journal_too(tmp_path: Path) -> None:
    recording = str(uuid4())
    earlier = SealedRun(tmp_path, recording)
    earlier.hear(12.5)
    assert EarlierParts(tmp_path).seconds(recording) == 0.0
    SealedRun(tmp_path, recording).hear(12.5)  # whichever comes first by its name
    assert EarlierParts(tmp_path).seconds(recording) == pytest.approx(12.5)
