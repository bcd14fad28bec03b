"""Model weights on this machine: install, list and verify. Nothing is used before the SHA-256 of every file fits."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meetrec.platform.errors import MeetRecError
from meetrec.platform.settings import config_file, load_settings
from meetrec.transcripts.known_models import KNOWN_MODELS, FileIdentity, KnownModel, known_model

READ_BYTES = 1 << 20


class WeightsError(MeetRecError):
    """Weights are missing, incomplete or not the ones they should be."""


class ModelNotInstalled(WeightsError):
    """The model's folder is not there, or not all of its files are."""


class WrongWeights(WeightsError):
    """A file's bytes are not the model's: it is refused."""


class SourceCannotSupply(WeightsError):
    """A source has no such model, or could not be reached; the next one is tried."""


class WeightsSource(Protocol):
    """A place that may have a model's files."""

    @property
    def name(self) -> str:
        """What a person calls this place."""

    def fetch(self, model: KnownModel, into: Path) -> None:
        """Put the model's files into the empty folder `into`; SourceCannotSupply with the reason if it cannot."""


@dataclass(frozen=True)
class InstalledModel:
    """A verified model: its folder, the source it came from (None: it was here already), and why earlier sources failed."""

    model: KnownModel
    folder: Path
    source: str | None
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelState:
    """What `list` shows of one known model; `problem` is a sentence, or None when every file fits."""

    model: KnownModel
    folder: Path
    is_present: bool
    problem: str | None


def models_directory() -> Path:
    """The folder of installed models: MEETREC_MODELS_DIR, else what the settings file says, else the user's data folder."""
    named = os.environ.get("MEETREC_MODELS_DIR")
    if named:
        return Path(named)
    return load_settings().models_dir if config_file() else Path.home() / ".local" / "share" / "meetrec" / "models"


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read piecewise."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def verify(name: str, models_dir: Path) -> Path:
    """The folder of an installed model after every file was hashed; ModelNotInstalled or WrongWeights otherwise."""
    model = known_model(name)
    folder = models_dir / name
    if not folder.is_dir():
        raise ModelNotInstalled(f"The model “{name}” is not installed in {models_dir}. Install it with: meetrec models install {name}")
    check_files(model, folder)
    return folder


def check_files(model: KnownModel, folder: Path) -> None:
    """Raise unless the folder holds every file of the model with exactly its bytes."""
    missing = [name for name in model.files if not (folder / name).is_file()]
    if missing:
        raise ModelNotInstalled(
            f"The model “{model.name}” in {folder} is incomplete: {', '.join(missing)} missing. Install it again with: meetrec models install {model.name}"
        )
    for name, identity in model.files.items():
        _check_file(model, folder / name, identity)


def _check_file(model: KnownModel, path: Path, expected: FileIdentity) -> None:
    got = sha256_of(path)
    if got != expected.sha256:
        raise WrongWeights(
            f"The file {path.name} is not that of the model “{model.name}” and was refused: "
            f"expected SHA-256 {expected.sha256}, got {got} ({path.stat().st_size} of {expected.size} bytes)."
        )


def installed_models(models_dir: Path) -> list[ModelState]:
    """Every known model with its state in this folder; hashes all files, so it takes about a second per model."""
    return [_state_of(model, models_dir) for model in KNOWN_MODELS.values()]


def _state_of(model: KnownModel, models_dir: Path) -> ModelState:
    folder = models_dir / model.name
    try:
        verify(model.name, models_dir)
    except WeightsError as problem:
        return ModelState(model, folder, folder.is_dir(), str(problem))
    return ModelState(model, folder, True, None)


def install(name: str, models_dir: Path, sources: Sequence[WeightsSource]) -> InstalledModel:
    """Install a model from the first source whose files are all right; WeightsError lists why each source failed."""
    model = known_model(name)
    try:
        return InstalledModel(model, verify(name, models_dir), source=None)
    except WeightsError:
        pass  # absent, half-present or damaged: it is fetched anew
    refusals: list[str] = []
    for source in sources:
        try:
            folder = _install_from(source, model, models_dir)
        except WeightsError as refusal:
            refusals.append(f"{source.name}: {refusal}")
        else:
            return InstalledModel(model, folder, source.name, tuple(refusals))
    reasons = "".join(f"\n  - {refusal}" for refusal in refusals) or "\n  - no source was given"
    raise WeightsError(f"The model “{name}” could not be installed:{reasons}")


def _install_from(source: WeightsSource, model: KnownModel, models_dir: Path) -> Path:
    """Fetch beside the target, verify, then rename into place: the target is never half-written."""
    waiting = _waiting_folder(model, models_dir)
    try:
        source.fetch(model, waiting)
        _keep_only_known_files(model, waiting)
        check_files(model, waiting)
        return _move_into_place(waiting, models_dir / model.name)
    except OSError as problem:
        raise SourceCannotSupply(f"the files could not be written to {models_dir}: {problem}") from problem
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _waiting_folder(model: KnownModel, models_dir: Path) -> Path:
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{model.name}-", dir=models_dir))
    except OSError as problem:
        raise WeightsError(f"The models folder {models_dir} cannot be written: {problem.strerror}.") from problem


def _keep_only_known_files(model: KnownModel, folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name not in model.files:
            entry.unlink()


def _move_into_place(waiting: Path, target: Path) -> Path:
    waiting.chmod(0o755)
    if target.exists():
        # Renamed first, removed after: a crash in between leaves an odd folder, never a mixed one.
        outgoing = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
        target.rename(outgoing / target.name)
        waiting.rename(target)
        shutil.rmtree(outgoing, ignore_errors=True)
    else:
        waiting.rename(target)
    return target
