"""Takes the bytes of an upload in: sealed as they come, then listened to whole. Whatever is refused or breaks off leaves nothing behind (G5.a, G5.b)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from meetrec.custody.models import StoredObject
from meetrec.custody.store import Stored
from meetrec.custody.vault import Vault
from meetrec.platform.database import Database, new_id
from meetrec.recordings.district_copy_models import UploadUnderWay
from meetrec.recordings.uploads_check import SoundHeard, listen_through
from meetrec.recordings.uploads_formats import HEAD_BYTES, format_of

LONGEST_UPLOAD = timedelta(hours=24)  # one that began earlier lost its process

log = structlog.get_logger()


@dataclass(frozen=True)
class Arrived:
    """An upload whose bytes lie sealed in the store and were listened to; no record names them yet."""

    record_id: str
    object_id: str
    stored: Stored
    sound_format: str
    heard: SoundHeard


def take_in(database: Database, vault: Vault, now: datetime, chunks: Iterable[bytes]) -> Arrived:
    """Seal everything and listen to it. Raises UploadRefused, StoreUnwritable and what the chunks raise; then nothing of it is kept."""
    waiting = iter(chunks)
    head = _head_of(waiting)
    sound_format = format_of(head)
    record_id, object_id = new_id(), new_id()
    with database.writing() as session:
        session.add(UploadUnderWay(record_id=record_id, object_id=object_id, began_at=now))
    try:
        vault.prepare(record_id)
        stored = vault.put(record_id, object_id, _again(head, waiting))
        with vault.open_unlisted(record_id, object_id) as file:
            heard = listen_through(file, sound_format)  # type: ignore[arg-type]
    except BaseException:
        take_back(database, vault, record_id, object_id)
        raise
    return Arrived(record_id, object_id, stored, sound_format, heard)


def take_back(database: Database, vault: Vault, record_id: str, object_id: str) -> None:
    """Undo what `take_in` stored: sealed bytes, key and row. What a record names is left alone."""
    with database.writing() as session:
        under_way = session.get(UploadUnderWay, record_id)
        is_named: StoredObject | None = session.get(StoredObject, object_id)
        if under_way is None or is_named:
            return
        vault.take_back(record_id, object_id)
        session.delete(under_way)


def clear_broken_off(database: Database, vault: Vault, now: datetime) -> int:
    """For the timetable: take back what uploads left whose process was killed; how many."""
    with database.reading() as session:
        left = session.scalars(select(UploadUnderWay).where(UploadUnderWay.began_at < now - LONGEST_UPLOAD)).all()
    for one in left:
        take_back(database, vault, one.record_id, one.object_id)
        log.warning("upload.taken_back", record=one.record_id)
    return len(left)


def _head_of(chunks: Iterator[bytes]) -> bytes:
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head)


def _again(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest
