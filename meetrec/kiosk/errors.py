"""What can go wrong between the room and the district's server, and what a person may not do at the screen: each with its own name."""

from enum import StrEnum

from meetrec.platform.errors import MeetRecError


class KioskError(MeetRecError):
    """Base of the kiosk's own errors; `str(error)` is the sentence for the screen, the log and the command line."""


class ActionRefused(KioskError):
    """The screen asked for something that cannot be done now; nothing was changed."""


class Trouble(StrEnum):
    """Why a talk with the server failed. The sentences a person reads are in kiosk/sentences.py, in both languages."""

    NO_ANSWER = "no_answer"
    HALF_ANSWER = "half_answer"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - the name of a trouble
    REVOKED = "revoked"
    UNTRUSTED_SERVER = "untrusted_server"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    SERVER_FAULT = "server_fault"
    REFUSED = "refused"
    WRONG_HASH = "wrong_hash"
    NOT_DURABLE = "not_durable"
    OTHER_DISTRICT_KEY = "other_district_key"
    UNREADABLE_PIECE = "unreadable_piece"


# Troubles of the whole connection: trying the next piece would meet them again at once.
WITH_THE_CONNECTION = frozenset({Trouble.NO_ANSWER, Trouble.HALF_ANSWER, Trouble.WRONG_TOKEN, Trouble.REVOKED, Trouble.UNTRUSTED_SERVER, Trouble.SERVER_FAULT})


class ServerTrouble(KioskError):
    """A talk with the server failed; nothing was deleted here."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"The server could not be used ({trouble}). Everything recorded is kept on this machine.")
        self.trouble = trouble
