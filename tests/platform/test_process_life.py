"""Children end with their parent, and one folder has one parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meetrec.platform.process_life import CHILD_VARIABLE, COLLECT_AFTER, RunsAlready, hold_alone

ROOT = Path(__file__).parents[2]
CHILD = "from meetrec.platform.process_life import end_with_parent; import time; end_with_parent(); print('ready', flush=True); time.sleep(60)"
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, env={**os.environ, sys.argv[2]: "yes"})
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, CHILD_VARIABLE], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def test_a_folder_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    with hold_alone(tmp_path / "data"), pytest.raises(RunsAlready, match="runs already"):
        hold_alone(tmp_path / "data")
    hold_alone(tmp_path / "data").close()


def test_what_a_server_has_loaded_is_not_looked_through_again() -> None:
    program = (
        "import gc; from meetrec.platform.process_life import keep_what_stands; keep_what_stands(); print(gc.get_freeze_count() > 1000, gc.get_threshold())"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert told.stdout.strip() == f"True {COLLECT_AFTER}"
