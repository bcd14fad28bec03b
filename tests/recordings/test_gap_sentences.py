"""What a page says of gaps and clocks, in both languages."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from meetrec.capture.pieces import GAP_KINDS
from meetrec.recordings import gap_sentences as words
from meetrec.recordings.gaps import GapRow

KINDS = (*GAP_KINDS, "damaged", "clock", "uneven_end", "between_runs", "absent")
NOTICED_BY = (
    "chair", "first sample", "finished callback", "no first block", "no callback for 1 s", "frames fewer than the time that passed",
    "PortAudio's overflow flag", "process restarted", "process did not answer", "disk full", "server", "run order",
)  # fmt: skip


def clock(ahead: float, *, put_in: int = 0, left_out: int = 0, parts_per_million: float | None = 1.0) -> dict[str, Any]:
    return {"seat": "Window", "seconds": 7200.0, "ahead": ahead, "parts_per_million": parts_per_million, "put_in": put_in, "left_out": left_out}


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_and_every_way_of_noticing_has_its_own_words(language: str, app: Flask) -> None:
    with app.test_request_context(), force_locale(language):
        reasons = [words.reason_of_gap(kind) for kind in KINDS]
        noticed = [words.how_noticed(one) for one in NOTICED_BY]
        assert len(set(reasons)) == len(KINDS)
        assert words.reason_of_gap("undeclared") not in reasons
        assert len(set(noticed)) == len(NOTICED_BY)
        assert words.how_noticed("something new") not in noticed


def test_spanish_words_are_not_the_english_ones(app: Flask) -> None:
    told = {}
    for language in ("en", "es"):
        with app.test_request_context(), force_locale(language):
            told[language] = [
                *map(words.reason_of_gap, KINDS),
                *map(words.how_noticed, NOTICED_BY),
                *map(words.mark_of_gap, ("pause", "off_the_record", "stall")),
            ]
    assert not [one for one, other in zip(told["en"][:-3], told["es"][:-3], strict=True) if one == other]
    assert told["es"][-2] != told["en"][-2]


def test_clock_is_told_in_plain_words(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert words.clock_sentence(clock(-0.4, put_in=19_200)) == "This microphone’s clock ran 0.4 s slow in 2 h; corrected."
        assert words.clock_sentence(clock(0.036, left_out=1_728)) == "This microphone’s clock ran 0.036 s fast in 2 h; corrected."
        assert words.clock_sentence(clock(0.001)) == "Its clock kept time."
        not_believed = {**clock(0.0, parts_per_million=None), "not_believed": True}
        assert words.clock_sentence(not_believed).startswith("Its clock strayed so far that it is not believed")
        assert words.clock_sentence(clock(0.0, parts_per_million=None)) == "Its clock was not measured: no stretch of its sound is two minutes long."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.02, "0.02 s"), (0.25, "0.2 s"), (9.5, "9.5 s"), (12.4, "12 s"), (7.0, "7 s"), (60, "1 min"), (245, "4 min 5 s"), (3599.7, "1 h"), (7500, "2 h 5 min")],
)
def test_lengths_are_told_as_people_say_them(seconds: float, said: str, app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert words.length_of(seconds) == said


def test_row_names_all_microphones_together(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert words.where(GapRow(0, 1, "pause", "chair", ("Door", "Wall"), is_everywhere=True)) == "All microphones"
        assert words.where(GapRow(0, 1, "pause", "chair", ("Door", "Wall"))) == "Door, Wall"


def test_what_stands_between_a_transcripts_lines_names_the_loss_and_its_reason(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        told = [words.stated_gap(GapRow(67, 74.8, kind, "server", ("Door",)), "1:07", "1:14") for kind in ("pause", "off_the_record", "interrupted")]
        assert told == [
            "Paused from 1:07 to 1:14",
            "Off the record from 1:07 to 1:14",
            "No sound from 1:07 to 1:14: the kiosk was interrupted",
        ]
        assert (
            words.stated_gap(GapRow(67.1, 67.3, "overflow", "server", ("Door",)), "1:07", "1:07") == "Sound is missing at 1:07: the machine could not keep up"
        )
