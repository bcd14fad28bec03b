"""Tests of one group run in one process, one after the other: a machine that listens in real time to two rooms at once hears neither well."""

import subprocess
import sys
from pathlib import Path

GROUPED = """
import os, time
from pathlib import Path
import pytest

@pytest.mark.xdist_group("real time")
@pytest.mark.parametrize("number", range(6))
def test_that_listens(number):
    time.sleep(0.1)
    (Path(__file__).parent / f"{os.environ['PYTEST_XDIST_WORKER']}-{number}").touch()
"""


def test_what_belongs_to_one_group_runs_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_grouped.py").write_text(GROUPED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    workers = {path.name.split("-")[0] for path in tmp_path.glob("gw*")}
    assert len(workers) == 1
