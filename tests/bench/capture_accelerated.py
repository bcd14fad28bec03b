"""Two hours of four microphones as fast as the machine allows: the real meter, voice detector, take and writer, real sealing, real disk.

Each microphone has a process of its own, as in the room; only PortAudio is left out, and the blocks carry the times they would have
come at. Then `meetrec recordings assemble` joins the two hours, and every sample is compared. MEETREC_BENCH_MINUTES=N makes it N/15 as long.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from meetrec.capture.meter import Meter
from meetrec.capture.outbox import RUN_STATEMENT
from meetrec.capture.pieces import RATE, sha256_hex
from meetrec.capture.run_keys import new_run_key, run_statement
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.signing import KioskSigner
from meetrec.capture.stream import Block, StreamClock
from meetrec.capture.take import Take
from meetrec.capture.voice import VoiceDetector
from tests.bench.capture_in_real_time import MINUTES
from tests.bench.figures import ROOT, Figure, peak_megabytes_of, run_measured
from tests.bench.processes import Memory, memory_of

SECONDS = round(7_200 * min(1.0, MINUTES / 15)) // 10 * 10
NAMES = ("chair", "parent", "teacher", "psychologist")
BLOCK = RATE // 20
LOUDNESS = 300.0  # of a quiet room: two hours of full noise would fill the disk instead of showing anything
RECORDING, RUN, KIOSK = "6f0d3f4e-58e5-4c1c-a5b7-25d4d5fb8c01", "6f0d3f4e-58e5-4c1c-a5b7-25d4d5fb8c02", "6f0d3f4e-58e5-4c1c-a5b7-25d4d5fb8c03"


def measure(folder: Path) -> list[Figure]:
    """Feed, join, compare."""
    district, run = X25519PrivateKey.generate(), folder / "outbox" / RECORDING / RUN
    run.mkdir(parents=True)
    key_file = folder / "district.pem"
    key_file.touch(0o600)
    key_file.write_bytes(district.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    order = _order(run, district)
    began = time.monotonic()
    fed = _fed(folder, order)
    feeding = time.monotonic() - began
    assembled = folder / "joined.flac"
    command = ["recordings", "assemble", str(run), "--district-key", str(key_file), "--out", str(assembled)]
    joining = run_measured([sys.executable, "-m", "meetrec", *command], cwd=ROOT)
    said = f"accelerated, {SECONDS / 60:g} min, 4 microphones"
    early, late = ([Memory(**one[moment]) for one in fed] for moment in ("early", "late"))
    return [
        Figure("capture", f"{said}: samples lost or different, of {4 * SECONDS * RATE:,}", float(_different(assembled)), "", "0"),
        Figure("capture", f"{said}: times real time", SECONDS / feeding, "×"),
        Figure("capture", f"{said}: largest process at 10 % (PSS)", max(one.pss for one in early), "MB", "< 150 MB"),
        Figure("capture", f"{said}: largest process at 100 % (PSS)", max(one.pss for one in late), "MB", "< 150 MB"),
        Figure("capture", f"{said}: growth of one process, 10 % to 100 % (USS)", max(b.uss - a.uss for a, b in zip(early, late, strict=True)), "MB", "flat"),
        Figure("capture", f"{said}: most memory ever in one process (RSS)", max(one["peak"] for one in fed), "MB"),
        Figure("capture", f"{said}: recordings assemble, time", joining.seconds, "s"),
        Figure("capture", f"{said}: recordings assemble, peak memory (RSS)", joining.megabytes, "MB", "< 150 MB"),
    ]


def _order(run: Path, district: X25519PrivateKey) -> RunOrder:
    signer, key = KioskSigner.new(), new_run_key()
    microphones = [{"id": name, "label": name, "seat": name, "device": name} for name in NAMES]
    statement = run_statement(
        district.public_key().public_bytes_raw(), key, signer, recording=RECORDING, kiosk=KIOSK, run=RUN, ordinal=1, rate=RATE,
        started_at="2026-10-13T14:00:00.000000Z", microphones=microphones,
    )  # fmt: skip
    (run / RUN_STATEMENT).write_bytes(statement)
    return RunOrder(RECORDING, RUN, run, sha256_hex(statement), 1.0, (Stretch(1.0),), run_key=key, signing_key=signer.private_bytes)


def _fed(folder: Path, order: RunOrder) -> list[dict]:
    """Four processes at once, each told over its standard input what to write; what each reports."""
    command = [sys.executable, "-m", "tests.bench.capture_accelerated"]
    running = []
    for channel in range(len(NAMES)):
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = {"outbox": str(folder / "outbox"), "channel": channel, "statement": order.statement_sha256}
        assert process.stdin is not None
        process.stdin.write(json.dumps({**told, "run_key": order.run_key.hex(), "signing_key": order.signing_key.hex()}))
        process.stdin.close()
        running.append(process)
    reports = [process.stdout.read() for process in running if process.stdout is not None]
    if any(process.wait() for process in running):
        raise RuntimeError("a microphone's process failed; its message stands above")
    return [json.loads(report) for report in reports]


def sound_of(channel: int) -> Iterator[np.ndarray]:
    """What is played into one microphone, ten seconds at a time; never the same twice."""
    for start in range(0, SECONDS, 10):
        source = np.random.default_rng([channel, start])
        yield (source.standard_normal(10 * RATE, np.float32) * np.float32(LOUDNESS)).astype(np.int16)


def feed(told: dict) -> dict:
    """What a microphone's process does with every block, and its memory after a tenth and at the end."""
    run, channel = Path(told["outbox"]) / RECORDING / RUN, told["channel"]
    keys = {"run_key": bytes.fromhex(told["run_key"]), "signing_key": bytes.fromhex(told["signing_key"])}
    order = RunOrder(RECORDING, RUN, run, told["statement"], 1.0, (Stretch(1.0),), **keys)
    take, clock, meter, voice = Take(order, NAMES[channel], Path(told["outbox"])), StreamClock(), Meter(), VoiceDetector()
    take.attach(clock)
    early: Memory | None = None
    heard = 0
    for ten_seconds in sound_of(channel):
        for first in range(0, len(ten_seconds), BLOCK):
            samples = ten_seconds[first : first + BLOCK]
            block = Block(samples, heard, 1.0 + (heard + len(samples)) / RATE, overflowed=False)
            heard += len(samples)
            meter.read(samples)
            take.hear(block, clock.observe(block))
            voice.listen(samples)
        if early is None and heard >= SECONDS * RATE / 10:
            early = memory_of(_own())
    late = memory_of(_own())
    take.end_stretch(1.0 + SECONDS, "stop")
    take.attend(10.0 + SECONDS)
    if not take.has_stopped:
        raise RuntimeError("the take did not end")
    take.leave()
    assert early is not None
    return {"early": vars(early), "late": vars(late), "peak": peak_megabytes_of(os.getpid())}


def _own() -> int:
    return int(Path("/proc/self").readlink().name)


def _different(assembled: Path) -> int:
    """Samples of the joined file that are missing, too many, or not what was played."""
    with soundfile.SoundFile(assembled) as joined:
        different = 4 * abs(joined.frames - SECONDS * RATE)
        for blocks in zip(*(sound_of(channel) for channel in range(len(NAMES))), strict=True):
            found = joined.read(10 * RATE, dtype="int16")
            played = np.stack(blocks, axis=1)[: len(found)]
            different += int(np.count_nonzero(found != played))
    return different


if __name__ == "__main__":
    print(json.dumps(feed(json.load(sys.stdin))))
