"""The kiosk application loads no SQLAlchemy: it must start on a machine that has only a screen and microphones."""

import subprocess
import sys

import pytest

LOADED = "import sys, importlib; importlib.import_module(sys.argv[1]); print([name for name in sys.modules if name.startswith('sqlalchemy')])"


@pytest.mark.parametrize("module", ["meetrec.kiosk.app", "meetrec.kiosk.serving", "meetrec.kiosk.commands"])
def test_kiosk_leaves_the_database_library_unloaded(module: str) -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED, module], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
