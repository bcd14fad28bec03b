"""Until when a parent's notice is in time, by either reading of “24 hours before” (G1.b, A-01, X-1, L-60; RN-01 to RN-04). Pure: no clock, no database."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetrec.platform.profiles import NoticeRule

FULL_NOTICE = timedelta(hours=24)


def deadline_for(start: datetime, zone: ZoneInfo, rule: NoticeRule) -> datetime:
    """The last moment that is still in time (UTC, whole seconds). 24 hours are elapsed hours, also over a change of clocks."""
    counted_from = start if rule is NoticeRule.START_TIME else _midnight_beginning(start, zone)
    return instant(counted_from) - FULL_NOTICE


def instant(moment: datetime) -> datetime:
    """In UTC, because Python subtracts two times of one zone by the wall clock; to the second (RN-03)."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _midnight_beginning(start: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of the meeting's date at the school, whatever offset the start was given with (RN-01)."""
    # fold=0: where midnight exists twice the date begins with the first; where it is skipped, this is the moment of the skip.
    return datetime.combine(start.astimezone(zone).date(), time.min, tzinfo=zone)
