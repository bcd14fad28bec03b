"""What the build fetches is held to hashes, and the wheel is whole: templates, style sheets, fonts, Spanish texts."""

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]


def test_lock_holds_hashes_and_no_registry_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert "://" not in "".join(package.get("resolved", "") for package in packages)


def test_front_end_packages_are_pinned_exactly() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values()), wanted


def test_wheel_needs_no_checkout(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT], check=True, timeout=240)
    [wheel] = tmp_path.glob("meetrec-*.whl")
    inside = set(ZipFile(wheel).namelist())
    own = [file for folder in ("templates", "static", "hardware/microphones") for file in (ROOT / folder).rglob("*") if file.is_file()]
    assert {f"meetrec/{file.relative_to(ROOT)}" for file in own} <= inside
    assert "meetrec/translations/es/LC_MESSAGES/messages.mo" in inside
    assert "meetrec/static/vendor/uswds/css/uswds.min.css" in inside
    assert "meetrec/static/vendor/wavesurfer/wavesurfer.esm.js" in inside
    assert not [name for name in inside if name.startswith(("tests/", "node_modules/"))]
