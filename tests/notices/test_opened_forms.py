"""When a form was opened: nobody can make it up, and whoever was too quick gets through the second time."""

from datetime import UTC, datetime, timedelta

import pytest

from meetrec.notices.opened_forms import LEAST_TIME, OpenedForm

NOON = datetime(2026, 10, 13, 17, 0, tzinfo=UTC)
OPENED = OpenedForm("key", "n" * 40, NOON)


def test_form_that_was_open_long_enough_brings_its_nonce_back() -> None:
    back = OpenedForm("key", "o" * 40, NOON + timedelta(days=3)).sent_back(OPENED.text, NOON + LEAST_TIME)
    assert (back.nonce, back.opened_at, back.is_too_quick) == (OPENED.nonce, NOON, False)


def test_form_that_came_too_quickly_keeps_its_nonce_and_passes_the_second_time() -> None:
    now = NOON + LEAST_TIME - timedelta(milliseconds=1)
    quick = OpenedForm("key", "o" * 40, now).sent_back(OPENED.text, now)
    assert (quick.nonce, quick.is_too_quick) == (OPENED.nonce, True)
    assert not OPENED.sent_back(quick.text, now).is_too_quick


@pytest.mark.parametrize("text", [None, "", "x", "n" * 40, OpenedForm("another key", "n" * 40, NOON).text])
def test_made_up_opening_is_replaced_by_one_that_passes(text: str | None) -> None:
    made_up = OPENED.sent_back(text, NOON)
    assert made_up.is_too_quick
    assert not OPENED.sent_back(made_up.text, NOON).is_too_quick


def test_browser_without_a_nonce_gets_one_of_full_length() -> None:
    assert len(OpenedForm("key", "", NOON).sent_back(None, NOON).nonce) >= 32
