"""What a page says of gaps and of the microphones' clocks, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal

from meetrec.recordings.gaps import GapRow
from meetrec.recordings.sentences import _


def reason_of_gap(kind: str) -> str:
    """Why a stretch is missing, as the gap ledger's kind says it."""
    return {
        "pause": _("paused by the chair"),
        "off_the_record": _("off the record"),
        "device_lost": _("the microphone was unplugged or failed"),
        "stall": _("the microphone stood still"),
        "overflow": _("the machine could not keep up"),
        "late_start": _("the microphone started late"),
        "power": _("the kiosk’s machine was switched off or restarted"),
        "interrupted": _("the kiosk was interrupted"),
        "damaged": _("what was written on the kiosk’s disk cannot be read"),
        "between_runs": _("stopped, then started again"),
        "uneven_end": _("the microphone ended before the others"),
        "absent": _("the microphone was not there"),
        "clock": _("the kiosk’s clock was set wrong: how long the break was is not known"),
    }.get(kind, _("the kiosk gave no reason"))


def stated_gap(row: GapRow, start: str, end: str) -> str:
    """What stands between two lines of a transcript, so that nobody takes them for whole; `start` and `end` as clock times."""
    if row.kind == "off_the_record":
        return _("Off the record from %(start)s to %(end)s", start=start, end=end)
    if row.kind == "pause":
        return _("Paused from %(start)s to %(end)s", start=start, end=end)
    if start == end:
        return _("Sound is missing at %(start)s: %(reason)s", start=start, reason=reason_of_gap(row.kind))
    return _("No sound from %(start)s to %(end)s: %(reason)s", start=start, end=end, reason=reason_of_gap(row.kind))


def mark_of_gap(kind: str) -> str:
    """The few words that stand on the waveform."""
    return {"pause": _("Paused"), "off_the_record": _("Off the record"), "between_runs": _("Break"), "clock": _("Break")}.get(kind, _("No sound"))


def how_noticed(noticed_by: str) -> str:
    """How it was noticed, out of the ledger's own words."""
    return {
        "chair": _("the chair pressed the button"),
        "first sample": _("the first sound came after the start"),
        "finished callback": _("the microphone’s stream ended"),
        "no first block": _("opened, but no sound came for two seconds"),
        "no callback for 1 s": _("no sound came for one second"),
        "frames fewer than the time that passed": _("less sound came than time passed"),
        "PortAudio's overflow flag": _("the sound driver reported an overflow"),
        "process restarted": _("the microphone’s program had to be started again"),
        "process did not answer": _("the microphone’s program did not answer"),
        "disk full": _("the kiosk’s disk was full"),
        "server": _("seen when the pieces were joined"),
        "run order": _("the clock did not fit the order of the parts"),
    }.get(noticed_by, _("the kiosk noticed it"))


def where(row: GapRow) -> str:
    """Which microphones."""
    return _("All microphones") if row.is_everywhere else ", ".join(row.seats)


def length_of(seconds: float) -> str:
    """“0.2 s”, “12 s”, “4 min 5 s” or “2 h 5 min”; the signs of the units are the same in all our languages."""
    if seconds < 10:
        return f"{format_decimal(seconds, '0.#' if seconds >= 0.1 else '0.00#')} s"
    whole = round(seconds)
    if whole >= 3600:
        whole -= whole % 60
    parts = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def clock_sentence(clock: Mapping[str, Any]) -> str:
    """How one microphone's clock ran against the room's, from the ledger's `clocks`."""
    if clock.get("not_believed"):
        return _("Its clock strayed so far that it is not believed: its sound begins where it was heard, and stays as it was captured.")
    if clock["parts_per_million"] is None:
        return _("Its clock was not measured: no stretch of its sound is two minutes long.")
    span, stray = length_of(clock["seconds"]), format_decimal(abs(clock["ahead"]), "0.0##" if abs(clock["ahead"]) < 0.1 else "0.0#")
    if not clock["put_in"] + clock["left_out"]:
        return _("Its clock kept time.")
    if clock["ahead"] < 0:
        return _("This microphone’s clock ran %(stray)s s slow in %(span)s; corrected.", stray=stray, span=span)
    return _("This microphone’s clock ran %(stray)s s fast in %(span)s; corrected.", stray=stray, span=span)


def is_any_corrected(ledger: Mapping[str, Any]) -> bool:
    """Whether samples were put in or left out in any master."""
    return any(clock["put_in"] + clock["left_out"] for clock in ledger.get("clocks", ()))
