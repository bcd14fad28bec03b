"""Imports run by the rule of the architecture page, and the rule sees every feature."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_run_by_the_rule() -> None:
    result = subprocess.run([str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_folder_of_the_program_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name.removeprefix("meetrec.") for contract in contracts if contract["type"] == "layers" for name in contract["layers"]}
    folders = {path.parent.name for path in (ROOT / "meetrec").glob("*/__init__.py")}
    assert folders <= layers
