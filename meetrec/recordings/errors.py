"""What the server refuses of a kiosk or cannot do with a recording, each as a sentence a person can act on."""

from meetrec.capture.errors import CaptureError, ChainBroken, SignatureRefused
from meetrec.platform.errors import MeetRecError

REFUSALS = ("wrong_signature", "out_of_order", "damaged", "other_bytes", "other_district_key", "no_kiosk_key", "closed", "does_not_fit")
REASON_OF = {SignatureRefused: "wrong_signature", ChainBroken: "out_of_order"}


class ArmingRefused(MeetRecError):
    """A room is armed only by a parent's notice that was matched to the meeting (A-05)."""


class DeliveryRefused(MeetRecError):
    """What the kiosk sent does not fit what was delivered before; nothing of it was kept, the kiosk keeps its copy.

    `reason` is the word for the journal and the page: one of REFUSALS.
    """

    def __init__(self, sentence: str, reason: str = "does_not_fit") -> None:
        super().__init__(sentence)
        self.reason = reason

    @classmethod
    def by(cls, error: CaptureError, sentence: str | None = None) -> "DeliveryRefused":
        """What capture refused; its own sentence, unless another says more."""
        reason = next((word for kind, word in REASON_OF.items() if isinstance(error, kind)), "damaged")
        return cls(sentence or str(error), reason)


class ReserveRefused(MeetRecError):
    """The reserve's copy cannot take the place of the main one's as asked."""


class KioskUnknown(MeetRecError):
    """The request carries no token of an enrolled kiosk."""


class NoRoomLeft(MeetRecError):
    """The server's disk is full; the piece stays on the kiosk."""


class AssemblyFailed(MeetRecError):
    """The pieces do not fit together or do not open; nothing was deleted."""


class KioskRevoked(MeetRecError):
    """The kiosk was revoked by an administrator; what it still holds stays on it."""


class EnrolmentRefused(MeetRecError):
    """A machine may not become a kiosk. `reason` is the word for the journal, `invitation` the id of the one it spoke of, if there is one."""

    def __init__(self, sentence: str, reason: str, invitation: str | None = None) -> None:
        super().__init__(sentence)
        self.reason, self.invitation = reason, invitation


class InvitationRefused(MeetRecError):
    """An administrator asked for a code or a revocation that cannot be; nothing was changed."""


class UploadRefused(MeetRecError):
    """A recording made on another device cannot be taken as the district's copy; nothing of it was kept. In the reader's language."""


class CopyAnswerRefused(MeetRecError):
    """The task of a missing copy cannot be answered this way; nothing was changed. In the reader's language."""
