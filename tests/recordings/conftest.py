"""The tests of recordings share an armed recording, its kiosk and a worker with those of transcripts."""

from tests.fixtures.recordings import kiosk, make_run, notice, recording_id, vault, work

__all__ = ["kiosk", "make_run", "notice", "recording_id", "vault", "work"]
