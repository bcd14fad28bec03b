"""From delivered runs to what custody keeps: one FLAC master per microphone on a common clock, a listening copy, peaks, the gap ledger.

Memory stays flat whatever the length: one piece of each microphone at a time. No plain sound touches a disk: masters go straight
into the store's encryption. Each is read back from the store and compared with the joined pieces, sample for sample (G5.b).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.pieces import Samples
from meetrec.custody.actions import NewObject
from meetrec.custody.errors import DamagedObject, WrongKey
from meetrec.custody.models import ObjectRole
from meetrec.custody.store import Stored
from meetrec.custody.vault import Vault
from meetrec.recordings import listening_copy
from meetrec.recordings.delivered_runs import Boot, open_run
from meetrec.recordings.flac_stream import SoundFacts, flac_stream
from meetrec.recordings.listening_copy import MastersReadBack
from meetrec.recordings.rules import ChainEnd, chains_of_closing, lost_runs
from meetrec.recordings.timeline import Timeline, Track, timeline_of

FLAC, JSON = "audio/flac", "application/json"
MASTERS_AT_ONCE = 2
READ_BYTES = 1 << 20
MASTERS_SHARE = 0.6  # of the whole work, for the progress shown

log = structlog.get_logger()

Tell = Callable[[float], None]  # how much of the work is done, 0 to 1


@dataclass(frozen=True)
class Assembled:
    """What was put into the store, and the timeline it was made by."""

    timeline: Timeline
    objects: tuple[NewObject, ...]


@dataclass(frozen=True)
class Place:
    """Where objects are put: the vault, the record, and the kiosk whose copy they are, so that two copies of equal sound stay two."""

    vault: Vault
    record_id: str
    kiosk_id: str

    def put_once(self, role: ObjectRole, content: str, source: Iterable[bytes]) -> tuple[str, Stored]:
        """The id and facts of an object. The same content of the same copy has the same id, so a repeated attempt finds what an earlier
        one stored; if that was damaged since, it is left as it lies and the object gets another id.
        """
        attempt = 0
        while self.vault.has(object_id := self._object_id(role, content, attempt)):
            try:
                return object_id, self._known(object_id)
            except (DamagedObject, WrongKey):
                log.warning("object.damaged_before_its_record", object=object_id)
                attempt += 1
        return object_id, self.vault.put(self.record_id, object_id, source)

    def _object_id(self, role: ObjectRole, content: str, attempt: int) -> str:
        named = [self.kiosk_id, role.value, content, str(attempt or "")]
        return str(uuid5(UUID(self.record_id), "/".join(part for part in named if part)))

    def _known(self, object_id: str) -> Stored:
        with self.vault.open_unlisted(self.record_id, object_id) as reader:
            while reader.read(READ_BYTES):
                continue
        return self.vault.describe(self.record_id, object_id)


def open_delivery(folder: Path, closing: Mapping[str, Any], district_key: X25519PrivateKey, kiosk_keys: Mapping[str, bytes]) -> Timeline:
    """Verify everything a recording's folder holds against the kiosk's closing statement and lay it on one clock.

    `kiosk_keys` are the raw public keys that the server knows of the kiosks, by run: every signature is held against them once more.
    Raises AssemblyFailed naming what does not fit.
    """
    promised: dict[str, dict[str, ChainEnd]] = {}
    for (run, microphone), end in chains_of_closing(closing).items():  # a run of which no chain is promised has nothing to join
        promised.setdefault(run, {})[microphone] = end
    opened = [open_run(folder / run, district_key, ends, kiosk_keys.get(run, b"")) for run, ends in promised.items()]
    cut = [run for run in sorted(lost_runs(closing)) if (folder / run).is_dir()]  # what arrived before the kiosk lost its statement
    opened += [replace(open_run(folder / run, district_key, None, kiosk_keys.get(run, b"")), is_cut=True) for run in cut]
    return timeline_of(opened, Boot.stated_in(closing))


def assemble(timeline: Timeline, vault: Vault, record_id: str, tell: Tell, room_log: Mapping[str, Any] | None = None, kiosk_id: str = "") -> Assembled:
    """Put all objects of the record into the store, `room_log` (JSON) among them. Repeated after a cut, it goes on with what is there already.

    `kiosk_id` is the kiosk whose copy it is, empty where no kiosk made it.
    Raises AssemblyFailed when what lies in the store does not decode to the joined sound; StoreUnwritable on a full disk.
    """
    place = Place(vault, record_id, kiosk_id)
    facts, masters = _mastered(timeline, place, tell)
    derived = _derived(timeline, facts, masters, place, lambda share: tell(MASTERS_SHARE + share * (1 - MASTERS_SHARE)))
    return Assembled(timeline, (*masters, *derived, _json_object(place, ObjectRole.GAP_LEDGER, timeline.ledger()), *_noted(place, room_log)))


def assemble_beside(timeline: Timeline, place: Place, tell: Tell, room_log: Mapping[str, Any] | None, beside: Mapping[str, Any]) -> Assembled:
    """Another kiosk's copy of a meeting that is stored already: its masters, gap ledger and room log, and nothing mixed or derived (G5.b).

    `beside` (JSON) goes into the ledger: next to which kiosk's copy this one lies, and how far their beginnings are apart. Raises as `assemble`.
    """
    facts, masters = _mastered(timeline, place, tell)
    with _read_back(timeline, masters, place) as read_back:
        for _block in _told(read_back.mixed(), timeline.frames, lambda share: tell(MASTERS_SHARE + share * (1 - MASTERS_SHARE))):
            continue  # only the proof is wanted
    read_back.require([known.sha256 for known in facts])
    ledger = _json_object(place, ObjectRole.GAP_LEDGER, {**timeline.ledger(), "beside": dict(beside)})
    return Assembled(timeline, (*masters, ledger, *_noted(place, room_log)))


def facts_of(sound: Iterable[Samples]) -> SoundFacts:
    """Length and hashes of a track's joined sound."""
    frames, md5, sha256 = 0, hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for block in sound:
        plain = np.ascontiguousarray(block, "<i2").tobytes()
        frames += len(block)
        md5.update(plain)
        sha256.update(plain)
    return SoundFacts(frames, md5.digest(), sha256.hexdigest())


def _all_facts(tracks: Sequence[Track]) -> Iterator[SoundFacts]:
    with ThreadPoolExecutor(MASTERS_AT_ONCE) as threads:
        yield from threads.map(lambda track: facts_of(track.sound()), tracks)


def _mastered(timeline: Timeline, place: Place, tell: Tell) -> tuple[list[SoundFacts], list[NewObject]]:
    place.vault.prepare(place.record_id)
    facts = list(_all_facts(timeline.tracks))
    return facts, list(_masters(timeline, facts, place, tell))


def _noted(place: Place, room_log: Mapping[str, Any] | None) -> list[NewObject]:
    """G7: what people wrote lies in the record's encryption alone."""
    return [_json_object(place, ObjectRole.ROOM_LOG, room_log)] if room_log else []


def _masters(timeline: Timeline, facts: Sequence[SoundFacts], place: Place, tell: Tell) -> Iterator[NewObject]:
    def master(position: int) -> NewObject:
        track, known = timeline.tracks[position], facts[position]
        object_id, stored = place.put_once(ObjectRole.MASTER, f"{position}/{known.sha256}", flac_stream(track.sound(), known))
        return NewObject(object_id, ObjectRole.MASTER, position, track.microphone.seat, FLAC, stored)

    with ThreadPoolExecutor(MASTERS_AT_ONCE) as threads:
        for number, one in enumerate(threads.map(master, range(len(timeline.tracks))), start=1):
            tell(MASTERS_SHARE * number / len(timeline.tracks))
            yield one


def _derived(timeline: Timeline, facts: Sequence[SoundFacts], masters: Sequence[NewObject], place: Place, tell: Tell) -> Iterator[NewObject]:
    """Listening copy and peaks, made from the masters as they lie in the store, which proves them."""
    name = hashlib.sha256("".join(known.sha256 for known in facts).encode()).hexdigest()
    with _read_back(timeline, masters, place) as read_back:
        sound = _told(read_back.mixed(), timeline.frames, tell)
        object_id, stored = place.put_once(ObjectRole.LISTENING_COPY, name, listening_copy.listening_copy(sound))
        for _block in sound:  # an earlier attempt stored the copy; the masters must still be proved
            continue
    read_back.require([known.sha256 for known in facts])
    yield NewObject(object_id, ObjectRole.LISTENING_COPY, 0, None, listening_copy.MEDIA_TYPE, stored)
    yield _json_object(place, ObjectRole.PEAKS, read_back.peaks.as_json())


@contextmanager
def _read_back(timeline: Timeline, masters: Sequence[NewObject], place: Place) -> Iterator[MastersReadBack]:
    with ExitStack() as opened:
        readers = [opened.enter_context(place.vault.open_unlisted(place.record_id, master.id)) for master in masters]
        yield MastersReadBack(readers, timeline.frames)  # type: ignore[arg-type]


def _told(sound: Iterable[Samples], frames: int, tell: Tell) -> Iterator[Samples]:
    done = 0
    for block in sound:
        yield block
        done += len(block)
        tell(done / frames)


def _json_object(place: Place, role: ObjectRole, content: Mapping[str, Any]) -> NewObject:
    encoded = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    object_id, stored = place.put_once(role, hashlib.sha256(encoded).hexdigest(), [encoded])
    return NewObject(object_id, role, 0, None, JSON, stored)
