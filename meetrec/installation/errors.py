"""What can go wrong while MeetRec is set up."""

from meetrec.platform.errors import MeetRecError


class InstallationError(MeetRecError):
    """What was asked for cannot be set up; the sentence says why and what to do."""
