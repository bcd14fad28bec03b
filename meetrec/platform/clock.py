"""The one clock: now in UTC, and the district's zone for showing it. Rules never call it; they are handed `now`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def in_zone(moment: datetime, zone: str) -> datetime:
    """The same moment on the wall clock of an IANA zone such as `America/Chicago`."""
    return moment.astimezone(ZoneInfo(zone))
