"""The collector governs the parent's own copy alone: nothing of the district's recording asks it, and it asks nothing of the district's (A-03, X-3, NOTE.3)."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from meetrec.custody.access import RULES
from meetrec.meetings.coverage import NOTE_SCOPE
from meetrec.platform.database import Base
from meetrec.platform.tables import load_tables

PACKAGE = Path(__file__).parents[2] / "meetrec"
COLLECTOR = ("dissemination_request", "recorded_person", "speaker_answer")
DISTRICTS_OWN = ("recording", "record", "kiosk_copy", "district_copy_answer", "transcript")


@pytest.mark.requirement("X-3")
@pytest.mark.requirement("NOTE.3")
def test_no_other_feature_reads_the_collector() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if "consents" not in file.relative_to(PACKAGE).parts and "versions" not in file.parts]
    reading = {
        str(file.relative_to(PACKAGE))
        for file in files
        if re.search(r"meetrec[. ]+consents|DisseminationRequest|SpeakerAnswer|RecordedPerson", file.read_text())
    }
    assert reading == {"app.py", "platform/tables.py"}  # wiring: its pages, its tables


@pytest.mark.requirement("X-3")
@pytest.mark.requirement("NOTE.2")
def test_the_collector_reads_nothing_of_the_districts_recordings() -> None:
    told = [line for file in (PACKAGE / "consents").glob("*.py") for line in file.read_text().splitlines() if re.match(r"(from|import) meetrec\.", line)]
    assert len(told) > 50
    assert [line for line in told if re.search(r"meetrec\.(custody|recordings|transcripts|capture|kiosk)\b", line)] == []
    assert NOTE_SCOPE == "PARENT_PERSONAL_UNDERSTANDING"


@pytest.mark.requirement("X-3")
@pytest.mark.requirement("NOTE.3")
def test_no_table_ties_the_collector_to_a_recording() -> None:
    load_tables()
    pointed_at = {key.column.table.name for name in COLLECTOR for key in Base.metadata.tables[name].foreign_keys}
    assert pointed_at.isdisjoint(DISTRICTS_OWN)
    pointing = {table.name for table in Base.metadata.tables.values() for key in table.foreign_keys if key.column.table.name in COLLECTOR}
    assert pointing <= set(COLLECTOR)


@pytest.mark.requirement("X-3")
def test_no_rule_of_access_asks_for_a_consent(district: SimpleNamespace) -> None:
    assert [rule.__name__ for rule in RULES if re.search("consent|dissemin|speaker", rule.__name__)] == []
