"""A record's encrypted masters as one sound with a channel per microphone: decrypted and decoded in stream, never plain on a disk."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from meetrec.custody.models import StoredObject
from meetrec.custody.vault import Vault
from meetrec.transcripts.decoders import open_sound
from meetrec.transcripts.sound import MicrophonesSideBySide, SoundSource


@contextmanager
def sound_of(vault: Vault, masters: Sequence[StoredObject]) -> Iterator[SoundSource]:
    """The masters in the order of their microphones, at 16 kHz. Raises SoundError, DamagedObject and what the vault raises."""
    with ExitStack() as opened:
        readers = [opened.enter_context(vault.open(master)) for master in masters]
        tracks = [open_sound(reader, master.label or master.id) for reader, master in zip(readers, masters, strict=True)]  # type: ignore[arg-type]
        yield MicrophonesSideBySide(tracks)
