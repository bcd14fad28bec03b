"""Real small disks: an ext4 file system in a file, mounted over a loop device. What cannot be mounted skips its test with the reason."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from meetrec.capture.ballast import room_in
from meetrec.capture.files import write_all


@dataclass(frozen=True)
class SmallDisk:
    """`image` is the file that plays the disk, `folder` is where it is mounted."""

    image: Path
    folder: Path

    @property
    def free(self) -> int:
        """Bytes that still fit."""
        return room_in(self.folder)

    @property
    def filler(self) -> Path:
        return self.folder / "somebody-elses-file"

    def fill(self, leaving: int = 0) -> None:
        """Another program takes the disk, until at most `leaving` bytes are free. Its last bytes are taken one block at a time."""
        descriptor = os.open(self.filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while self.free > leaving:
                write_all(descriptor, bytes(min(1 << 20, max(1024, self.free - leaving))))
        except OSError:
            assert leaving == 0  # this is the full disk that was wanted
        finally:
            os.close(descriptor)

    def make_room(self) -> None:
        """The other program's file is deleted."""
        self.filler.unlink()

    def image_now(self, copy: Path) -> Path:
        """What a power cut at this moment would leave: the blocks that reached the disk, and nothing of what the kernel still holds."""
        subprocess.run(["cp", "--sparse=always", self.image, copy], check=True)
        return copy


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A new ext4 disk, mounted; unmounted in the end whatever happens."""
    folder.mkdir()
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small disk could be made here: {made.stderr.strip()}")
    with mounted(image, folder / "mounted") as place:
        yield SmallDisk(image, place)


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """Mount the image over a loop device, as after a power cut: the file system's own journal is replayed."""
    place.mkdir()
    done = subprocess.run(["mount", "-o", "loop", image, place], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"loop mounts are impossible here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=False)
        if os.path.ismount(place):
            subprocess.run(["umount", "--lazy", place], check=True)
