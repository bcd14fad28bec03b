"""When something in the room happened, by the server's clock. Pure."""

from datetime import UTC, datetime, timedelta

from meetrec.capture.room_entries import EntryHeader


def kiosk_time(header: EntryHeader) -> datetime:
    """The moment of an entry (UTC) as the kiosk's clock said."""
    return datetime.fromisoformat(header.at).astimezone(UTC)


def room_time(header: EntryHeader) -> datetime:
    """The moment of an entry (UTC) corrected by how far the kiosk's clock was from the server's; uncorrected where it never measured that."""
    try:
        return kiosk_time(header) + timedelta(seconds=header.clock_offset or 0.0)
    except OverflowError:  # no clock is that far off: the kiosk's own word is all there is
        return kiosk_time(header)
