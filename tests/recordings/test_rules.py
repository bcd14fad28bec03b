"""What a delivery must hold, and the stage that a page tells."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from meetrec.recordings.rules import (
    ChainEnd,
    RecordingState,
    Stage,
    chains_of_closing,
    first_contradiction,
    has_district_copy,
    is_complete,
    is_kiosk_silent,
    pieces_missing,
    stage_of,
)

RUN = str(uuid4())
HASH, OTHER = "a" * 64, "b" * 64
NOW = datetime(2026, 10, 14, 20, tzinfo=UTC)


def test_closing_names_the_end_of_every_chain() -> None:
    closing = {"runs": {RUN: {"table-1": {"pieces": 3, "last": HASH}}}}
    assert chains_of_closing(closing) == {(RUN, "table-1"): ChainEnd(3, HASH)}


@pytest.mark.parametrize(
    "closing",
    [{}, {"runs": []}, {"runs": {"no-uuid": {"a": {"pieces": 1, "last": HASH}}}}, {"runs": {RUN: {"a": {"pieces": 0, "last": HASH}}}},
     {"runs": {RUN: {"a": {"pieces": True, "last": HASH}}}}, {"runs": {RUN: {"a": {"pieces": 1, "last": "x"}}}}, {"runs": {RUN: {"a": 1}}},
     {"runs": {"../../../../etc/evil": {}}}, {"runs": {RUN: {"a": {"pieces": 1, "last": HASH}}, "../x": {}}}, {"runs": {RUN.upper(): {}}},
     {"runs": {f"{{{RUN}}}": {"a": {"pieces": 1, "last": HASH}}}}, {"runs": {RUN: {"../a": {"pieces": 1, "last": HASH}}}}, {"runs": {RUN: 3}}],
)  # fmt: skip
def test_closing_that_lacks_something_is_no_closing(closing: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        chains_of_closing(closing)


@pytest.mark.parametrize(
    ("delivered", "contradicts"),
    [({}, False), ({(RUN, "a"): ChainEnd(1, OTHER)}, False), ({(RUN, "a"): ChainEnd(2, HASH)}, False),
     ({(RUN, "a"): ChainEnd(2, OTHER)}, True), ({(RUN, "a"): ChainEnd(3, HASH)}, True), ({(RUN, "b"): ChainEnd(1, HASH)}, True)],
)  # fmt: skip
def test_delivery_contradicts_only_what_it_can_no_longer_become(delivered: dict[tuple[str, str], ChainEnd], contradicts: bool) -> None:
    assert bool(first_contradiction({(RUN, "a"): ChainEnd(2, HASH)}, delivered)) is contradicts


def test_complete_means_every_chain_with_its_very_end() -> None:
    promised = {(RUN, "a"): ChainEnd(2, HASH), (RUN, "b"): ChainEnd(3, HASH)}
    assert is_complete(promised, dict(promised))
    assert not is_complete(promised, {(RUN, "a"): ChainEnd(2, HASH)})
    assert pieces_missing(promised, {(RUN, "a"): ChainEnd(2, HASH)}) == 3


@pytest.mark.parametrize(
    ("facts", "stage"),
    [(("armed", None, False, None), Stage.ARMED), (("recording", None, False, None), Stage.RECORDING), (("recording", "paused", False, None), Stage.PAUSED),
     (("recording", "stopped", False, None), Stage.DELIVERING), (("recording", "paused", True, None), Stage.DELIVERING),
     (("delivered", "stopped", True, "queued"), Stage.WAITING_TO_JOIN), (("delivered", "stopped", True, "running"), Stage.JOINING),
     (("delivered", "stopped", True, "failed"), Stage.JOINING_FAILED), (("stored", "stopped", True, "done"), Stage.STORED),
     (("broken", "stopped", True, "failed"), Stage.BROKEN)],
)  # fmt: skip
def test_stage_follows_from_state_kiosk_and_job(facts: tuple[str, str | None, bool, str | None], stage: Stage) -> None:
    state, kiosk_state, is_closed, job_state = facts
    assert stage_of(state, kiosk_state, is_closed=is_closed, is_silent=False, job_state=job_state) is stage


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("kiosk_state", [None, "recording", "paused", "stopped"])
def test_recording_that_a_silent_kiosk_never_closed_is_not_heard_from(kiosk_state: str | None) -> None:
    assert stage_of(RecordingState.RECORDING, kiosk_state, is_closed=False, is_silent=True, job_state=None) is Stage.NOT_HEARD_FROM
    assert stage_of(RecordingState.RECORDING, kiosk_state, is_closed=True, is_silent=True, job_state=None) is Stage.DELIVERING
    assert stage_of(RecordingState.ARMED, kiosk_state, is_closed=False, is_silent=True, job_state=None) is Stage.ARMED
    assert stage_of(RecordingState.STORED, kiosk_state, is_closed=True, is_silent=True, job_state="done") is Stage.STORED


@pytest.mark.parametrize(("over", "silence", "is_silent"), [(30, 600, False), (31, 10, False), (31, 11, True), (600, 9, False), (-5, 600, False)], ids=str)
def test_kiosk_is_silent_half_an_hour_after_the_meeting_and_ten_minutes_without_a_sign(over: int, silence: int, is_silent: bool) -> None:
    planned_end, heard_at = NOW - timedelta(minutes=over), NOW - timedelta(minutes=silence)
    assert is_kiosk_silent(planned_end=planned_end, heard_at=heard_at, now=NOW) is is_silent


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("stage", "within_a_day", "later"),
    [(Stage.STORED, True, True), (Stage.JOINING, True, True), (Stage.DELIVERING, True, False), (Stage.RECORDING, True, False), (Stage.PAUSED, True, False),
     (Stage.NOT_HEARD_FROM, False, False), (Stage.ARMED, False, False), (Stage.BROKEN, False, False)],
)  # fmt: skip
def test_undelivered_pieces_count_as_a_copy_for_one_day_only(stage: Stage, within_a_day: bool, later: bool) -> None:
    day = timedelta(days=1)
    assert has_district_copy(stage, planned_end=NOW - day, now=NOW) is within_a_day
    assert has_district_copy(stage, planned_end=NOW - day - timedelta(seconds=1), now=NOW) is later
