"""What a delivery must hold, and the stage that a page tells."""

from uuid import uuid4

import pytest

from meetrec.recordings.rules import ChainEnd, Stage, chains_of_closing, first_contradiction, is_complete, pieces_missing, stage_of

RUN = str(uuid4())
HASH, OTHER = "a" * 64, "b" * 64


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
    assert stage_of(state, kiosk_state, is_closed=is_closed, job_state=job_state) is stage
