"""The writer: every sample sealed, never a plain one on the disk, and the chain goes on after a kill."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from meetrec.capture.chain import verify_chain
from meetrec.capture.errors import CaptureError
from meetrec.capture.outbox import journal_path
from meetrec.capture.pieces import PIECE_FRAMES, RATE, Gap
from meetrec.capture.reading import sound_of
from meetrec.capture.writer import BLOCK_FRAMES
from tests.capture.sealed_runs import MICROPHONE, SealedRun, sound

pytestmark = pytest.mark.requirement("G5.b")


@pytest.fixture
def run(tmp_path: Path) -> SealedRun:
    return SealedRun(tmp_path)


def all_sound(run: SealedRun) -> np.ndarray:
    return np.concatenate([stretch.samples for stretch in sound_of(run.pieces(), run.run_key)])


def test_every_ten_seconds_a_piece_is_closed_and_all_samples_are_there(run: SealedRun) -> None:
    heard, writer = sound(2 * PIECE_FRAMES + 12_345), run.writer()
    for block in np.array_split(heard, 97):
        writer.write(block)
    writer.finish(writer.next_frame, ())
    headers = verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)
    assert [(header.kind, header.frames) for header in headers] == [
        ("flac", PIECE_FRAMES), ("flac", PIECE_FRAMES), ("flac", 12_345), ("end", None),
    ]  # fmt: skip
    assert np.array_equal(all_sound(run), heard)
    assert [path.suffix for path in sorted((run.folder / MICROPHONE).iterdir())] == [".piece"] * 4


def test_no_file_ever_holds_plain_sound(run: SealedRun) -> None:
    heard, writer = sound(3 * RATE), run.writer()
    writer.write(heard)
    plain = heard.astype("<i2").tobytes()
    for path in [path for path in run.outbox.rglob("*") if path.is_file()]:
        assert plain[1000:1064] not in path.read_bytes()
        assert b"fLaC" not in path.read_bytes()


@pytest.mark.parametrize("cut", [0, 1, 700])
def test_a_killed_writer_leaves_all_it_wrote_and_the_chain_goes_on(run: SealedRun, cut: int) -> None:
    heard, dead = sound(4 * RATE), run.writer()
    dead.write(heard)
    journal = journal_path(run.folder / MICROPHONE, 0)
    os.truncate(journal, journal.stat().st_size - cut)  # the last block may be torn
    kept = 4 * RATE if cut == 0 else 4 * RATE - BLOCK_FRAMES
    writer = run.writer()
    assert writer.next_frame == kept
    writer.begin_at(5 * RATE, (Gap(kept, 5 * RATE - kept, "interrupted", "process restarted"),))
    writer.write(sound(RATE, 2))
    writer.finish(writer.next_frame, ())
    headers = verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)
    assert [header.kind for header in headers] == ["journal", "flac", "end"]
    assert headers[1].gaps[0].kind == "interrupted"
    assert np.array_equal(all_sound(run), np.concatenate([heard[:kept], sound(RATE, 2)]))


def test_a_kill_between_rename_and_clearing_up_leaves_one_piece(run: SealedRun) -> None:
    writer = run.writer()
    writer.write(sound(RATE))
    left = journal_path(run.folder / MICROPHONE, 0)
    journal = left.read_bytes()
    writer.close_piece()
    left.write_bytes(journal)
    (run.folder / MICROPHONE / "000001.piece.part").write_bytes(b"half a piece")
    assert run.writer().next_frame == RATE
    assert [path.name for path in (run.folder / MICROPHONE).iterdir()] == ["000000.piece"]


def test_an_ended_chain_is_not_continued(run: SealedRun) -> None:
    run.writer().finish(0, ())
    with pytest.raises(CaptureError, match="continues in a new run"):
        run.writer()


def test_a_gap_closes_the_piece_and_stands_in_the_next_one(run: SealedRun) -> None:
    writer = run.writer()
    writer.write(sound(100))
    writer.begin_at(500, (Gap(100, 400, "pause", "chair"),))
    writer.write(sound(50))
    writer.finish(900, (Gap(550, 350, "device_lost", "finished callback"),))
    headers = verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)
    assert [(header.first_frame, header.frames) for header in headers] == [(0, 100), (500, 50), (900, None)]
    assert [[gap.kind for gap in header.gaps] for header in headers] == [[], ["pause"], ["device_lost"]]


FILL_A_SMALL_DISK = """
import sys
from pathlib import Path
import numpy as np
from meetrec.capture.ballast import Ballast
from meetrec.capture.chain import verify_chain
from meetrec.capture.errors import DiskFull
from meetrec.capture.reading import sound_of
from tests.capture.sealed_runs import MICROPHONE, SealedRun, sound

outbox = Path(sys.argv[1])
run = SealedRun(outbox)
assert Ballast(outbox, MICROPHONE).take_on()
writer, heard, written = run.writer(), sound(48_000 * 60), 0
try:
    for block in np.array_split(heard, 600):
        writer.write(block)
        written += len(block)
except DiskFull as error:
    print(error)
assert 0 < written < len(heard), written
writer.finish(writer.next_frame, ())
headers = verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)
assert headers[-1].reason == "stopped" and headers[-2].kind == "flac", [header.kind for header in headers]
kept = np.concatenate([stretch.samples for stretch in sound_of(run.pieces(), run.run_key)])
assert len(kept) >= written and np.array_equal(kept, heard[:len(kept)]), (len(kept), written)
print("kept", len(kept), "of", written)
"""


FREE_A_FULL_DISK = """
import sys, time
from pathlib import Path
from tests.capture.sealed_runs import SealedRun
from tests.capture.test_take import BEGAN, Microphone, gaps, headers, take_for

outbox = Path(sys.argv[1])
run, filler = SealedRun(outbox), outbox / "filler"
filler.write_bytes(bytes(26 * 1024 * 1024))
take, microphone = take_for(run), Microphone(BEGAN - 1)
take.attach(microphone.clock)
while take.state != "disk_full":
    microphone.feed(take, microphone.since + microphone.count / 48_000 + 1)
    assert microphone.count < 48_000 * 3600
full_at = microphone.since + microphone.count / 48_000
assert "recording goes on by itself" in take.sentence
microphone.feed(take, full_at + 5)
take.attend(time.monotonic() + 2)
assert take.state == "disk_full"
filler.unlink()
take.attend(time.monotonic() + 10)
microphone.feed(take, full_at + 8)
assert take.state == "recording", take.state
take.end_stretch(full_at + 8, "stop")
microphone.feed(take, full_at + 9)
(gap,) = gaps(run)
assert (gap.kind, gap.noticed_by) == ("interrupted", "disk full"), gap
assert 4.9 < gap.frames / 48_000 < 6.2, gap
assert headers(run)[-1].reason == "stopped"
"""


def on_a_small_disk(script: str, size: str, folder: Path) -> str:
    """Run `script` with a real small file system, in a mount namespace of its own; what it printed."""
    mount = f'mount -t tmpfs -o size={size} tmpfs {folder} && exec {sys.executable} -c "$0" {folder}/outbox'
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system, so a full disk cannot be made")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([*unshare, "sh", "-c", mount, script], capture_output=True, text=True, cwd=root, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_on_a_full_disk_everything_taken_in_is_sealed_and_the_chain_still_ends(tmp_path: Path) -> None:
    assert "The disk is full. Everything up to now is sealed and kept" in on_a_small_disk(FILL_A_SMALL_DISK, "8m", tmp_path)


def test_when_there_is_room_again_recording_goes_on_and_states_what_is_missing(tmp_path: Path) -> None:
    on_a_small_disk(FREE_A_FULL_DISK, "32m", tmp_path)
