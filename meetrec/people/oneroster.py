"""Reading a OneRoster 1.2 package: its manifest, and its files row by row, taking out of each row only the columns that are asked for (B-13, W-01)."""

import csv
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from flask_babel import gettext as _

from meetrec.platform.errors import MeetRecError

VERSION = "1.2"
BULK, DELTA, ABSENT = "bulk", "delta", "absent"  # a whole roster, only what changed, no such file
NEEDED_IN_BULK = ("orgs", "users", "roles", "enrollments")
FILES = (*NEEDED_IN_BULK, "demographics")
LARGEST_FILE = 512 * 2**20  # bytes unpacked; a file larger than this is no roster of a district
LARGEST_PACKAGE = 1024 * 2**20  # bytes unpacked, all files together
LARGEST_MANIFEST = 64 * 2**10  # bytes; it is read whole
MOST_PACKED = 200  # times; rosters pack ten to twenty times, a file made to fill a disk a thousand times
SMALL_ENOUGH = 2**20  # bytes; below that nobody asks how tightly a file is packed
MOST_ROWS = 5_000_000  # of one file; a district of half a million pupils has fewer
ROOM_FOR_EACH_BYTE = 3  # on the disk while it is laid out: the rows, and what finds them
READ_AT_ONCE = 2**20  # bytes


class PackageRefused(MeetRecError):
    """The package as a whole cannot be read as OneRoster 1.2; the sentence says why."""


@dataclass(frozen=True)
class Package:
    """One package: a zip file or a folder. `mode` is bulk or delta, `files` those of `FILES` that it brings, `sha256` is of the content as it came."""

    path: Path
    folder_inside: str  # of a zip: "" or "roster/"
    mode: str
    files: tuple[str, ...]
    sha256: str
    source_system: str | None


class Row(NamedTuple):
    """One row: the line on which it begins, the columns asked for in their order, and whether it had as many cells as the heading."""

    line: int
    values: tuple[str, ...]
    is_whole: bool


def read_package(path: Path) -> Package:
    """Check the manifest of a zip file or folder. Raises `PackageRefused` when it is not OneRoster 1.2, or lacks a file that it needs."""
    if not path.exists():
        raise PackageRefused(_("There is no %(name)s.", name=path.name))
    if not path.is_dir() and not zipfile.is_zipfile(path):
        raise PackageRefused(_("This is neither a zip file nor a folder. Export the roster as OneRoster 1.2 CSV, in one zip file."))
    inside = _folder_with_manifest(path)
    _require_bounds(path, inside)
    said = _manifest_of(path, inside)
    version = said.get("oneroster.version", "")
    if version != VERSION and not version.startswith(f"{VERSION}."):
        told = version or _("no version")
        raise PackageRefused(
            _("The manifest says OneRoster %(version)s. Only 1.2 can be read: earlier versions do not tell parents and guardians apart.", version=told)
        )
    mode, files = _mode_and_files(said)
    _require_files(path, inside, files)
    return Package(path, inside, mode, files, _sha256_of(path, inside, files), said.get("source.systemname") or None)


def rows_of(package: Package, name: str, columns: Sequence[str], needed: Iterable[str] = ()) -> Iterator[Row]:
    """The rows of one file, one at a time. A column that the file lacks reads as empty.

    Raises `PackageRefused` when a needed column is missing, or the file is not UTF-8 or not CSV.
    """
    with _opened(package.path, f"{package.folder_inside}{name}.csv") as stream:
        reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
        try:
            heading = [cell.strip() for cell in next(reader, [])]
            places = [heading.index(column) if column in heading else None for column in columns]
            if missing := [column for column in needed if column not in heading]:
                raise PackageRefused(_("%(file)s lacks the column %(column)s.", file=f"{name}.csv", column=", ".join(missing)))
            yield from _taken_out(reader, places, len(heading))
        except UnicodeDecodeError as error:
            told = _("%(file)s is not UTF-8 text after line %(line)s. Export it anew as UTF-8.", file=f"{name}.csv", line=reader.line_num)
            raise PackageRefused(told) from error
        except (csv.Error, zipfile.BadZipFile, OSError) as error:
            raise PackageRefused(_("%(file)s cannot be read after line %(line)s.", file=f"{name}.csv", line=reader.line_num)) from error


def _taken_out(reader: Any, places: Sequence[int | None], width: int) -> Iterator[Row]:
    """Only what is asked for leaves the line; nobody sees the rest."""
    before = reader.line_num
    take = itemgetter(*(width if place is None else place for place in places), width)  # behind the last cell stands an empty one
    for number, cells in enumerate(reader):
        if number >= MOST_ROWS:
            raise PackageRefused(_("A file of the package has more rows than a roster can have."))
        line, before = before + 1, reader.line_num
        if cells:
            is_whole = len(cells) == width
            even = [*cells[:width], *[""] * (width + 1 - len(cells[:width]))]
            yield Row(line, tuple(map(str.strip, take(even)[:-1])), is_whole)


def _mode_and_files(said: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    modes = {name: said.get(f"file.{name}", ABSENT).lower() for name in FILES}
    brought = tuple(name for name in FILES if modes[name] in (BULK, DELTA))
    kinds = {modes[name] for name in brought}
    if not kinds:
        raise PackageRefused(_("The manifest names no file that can be read here."))
    if len(kinds) > 1:
        raise PackageRefused(_("The manifest mixes whole files (bulk) and changes (delta). Export one or the other."))
    mode = kinds.pop()
    missing = [f"{name}.csv" for name in NEEDED_IN_BULK if name not in brought] if mode == BULK else []
    if missing:
        raise PackageRefused(_("The manifest leaves out %(files)s. Without it nobody can be entered.", files=", ".join(missing)))
    return mode, brought


def _folder_with_manifest(path: Path) -> str:
    """Where in the package the manifest lies: at its top, or in its only folder."""
    if path.is_dir():
        names = ["manifest.csv"] if (path / "manifest.csv").exists() else []
    else:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.split("/")[-1] == "manifest.csv" and name.count("/") <= 1]
    if len(names) != 1:
        raise PackageRefused(_("The package holds no manifest.csv. It belongs to every OneRoster export."))
    return names[0].removesuffix("manifest.csv")


def _manifest_of(path: Path, inside: str) -> dict[str, str]:
    """Property name, in lower case, → value."""
    package = Package(path, inside, BULK, (), "", None)
    return {row.values[0].lower(): row.values[1] for row in rows_of(package, "manifest", ("propertyName", "value"), ("propertyName", "value"))}


def _require_bounds(path: Path, inside: str) -> None:
    """No file of ours larger than a roster can be, none packed so tightly that it only fills a disk, and all together within bounds."""
    sizes = packed = _sizes(path, inside)
    if not path.is_dir():
        with zipfile.ZipFile(path) as archive:
            packed = {name: archive.getinfo(f"{inside}{name}.csv").compress_size for name in sizes}
    for name, size in sizes.items():
        is_too_tight = size > SMALL_ENOUGH and size > MOST_PACKED * packed[name]
        if size > (LARGEST_MANIFEST if name == "manifest" else LARGEST_FILE) or is_too_tight:
            raise PackageRefused(_("%(file)s is larger than a roster can be.", file=f"{name}.csv"))
    if sum(sizes.values()) > LARGEST_PACKAGE:
        raise PackageRefused(_("The files of the package are together larger than a roster can be."))


def require_room(package: Package, folder: Path) -> None:
    """Raise `PackageRefused` where the disk of the folder has not room enough to lay the package out."""
    if shutil.disk_usage(folder).free < ROOM_FOR_EACH_BYTE * sum(_sizes(package.path, package.folder_inside).values()):
        raise PackageRefused(_("The server has not room enough for this roster. Tell whoever looks after the server. Nothing was changed."))


def _sizes(path: Path, inside: str) -> dict[str, int]:
    """The files of ours that the package holds, by name, with their bytes unpacked."""
    if path.is_dir():
        return {name: (path / f"{name}.csv").stat().st_size for name in ("manifest", *FILES) if (path / f"{name}.csv").is_file()}
    with zipfile.ZipFile(path) as archive:
        held = set(archive.namelist())
        return {name: archive.getinfo(f"{inside}{name}.csv").file_size for name in ("manifest", *FILES) if f"{inside}{name}.csv" in held}


def _require_files(path: Path, inside: str, files: Sequence[str]) -> None:
    for name in files:
        with _opened(path, f"{inside}{name}.csv"):
            pass


def _sha256_of(path: Path, inside: str, files: Sequence[str]) -> str:
    """Of a zip file its bytes; of a folder the names and hashes of the files that are read."""
    if not path.is_dir():
        return _hash_of(path)
    told = "\n".join(f"{name} {_hash_of(path / f'{name}.csv')}" for name in ("manifest", *sorted(files)))
    return hashlib.sha256(told.encode()).hexdigest()


def _hash_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(READ_AT_ONCE):
            found.update(block)
    return found.hexdigest()


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    missing = PackageRefused(_("The manifest names %(file)s, but the package does not hold it.", file=name.split("/")[-1]))
    if path.is_dir():
        if not (path / name).is_file():
            raise missing
        with (path / name).open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            raise missing
        if archive.getinfo(name).file_size > LARGEST_FILE:
            raise PackageRefused(_("%(file)s is larger than a roster can be.", file=name.split("/")[-1]))
        with archive.open(name) as stream:
            yield stream  # type: ignore[misc]
