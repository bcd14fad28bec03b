"""Read the dates and times that people type, with or without a browser's own date field. Pure: no clock, no database."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_AMERICAN_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")  # month first, as families in the district write it
_CLOCK_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*([ap])?\.?\s*(m)?\.?")


def read_date(text: str) -> date | None:
    """`2026-10-14` or `10/14/2026`; None for anything else and for days that do not exist, such as 31 February."""
    text = text.strip()
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _AMERICAN_DATE.fullmatch(text):
        month, day, year = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """`14:00`, `2:00 PM`, `2 p. m.`; None for anything else. A bare hour such as `2` could be night or day, so it is not read."""
    match = _CLOCK_TIME.fullmatch(text.strip().lower())
    if match is None:
        return None
    hour, minute, half, has_m = int(match[1]), int(match[2] or 0), match[3], match[4]
    if bool(half) != bool(has_m) or (half is None and match[2] is None):
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def start_at(day: date, clock_time: time, zone: str) -> datetime:
    """The instant (UTC) of a meeting's local start.

    A time that exists twice or never, at a change of clocks, is read as the later instant, in favour of the parent (RN-04).
    """
    local = datetime.combine(day, clock_time, tzinfo=ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def day_begins(day: date, zone: str) -> datetime:
    """The first instant (UTC) of a day at the school."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
