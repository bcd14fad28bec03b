"""Room kept on the disk so that the last piece can always be sealed, also when the disk is full."""

import errno
import os
from pathlib import Path

from meetrec.capture.files import make_folder

BALLAST_BYTES = 4 * 1024 * 1024
GO_ON_BYTES = 16 * 1024 * 1024
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Ballast:
    """A file of BALLAST_BYTES in the outbox, one for each microphone, deleted when room is needed."""

    def __init__(self, outbox: Path, microphone: str) -> None:
        self._outbox = outbox
        self._path = outbox / f".ballast-{microphone}"

    def take_on(self) -> bool:
        """Reserve the room; False when the disk does not have it."""
        make_folder(self._outbox)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self.drop()
            return False
        finally:
            os.close(descriptor)
        return True

    def drop(self) -> None:
        """Give the room back to whoever is sealing."""
        self._path.unlink(missing_ok=True)

    def can_go_on(self) -> bool:
        """Whether there is room again for some minutes of sound; takes the ballast on anew if so."""
        return room_in(self._outbox) >= GO_ON_BYTES + BALLAST_BYTES and self.take_on()


def room_in(folder: Path) -> int:
    """Free bytes on the disk of `folder`."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
