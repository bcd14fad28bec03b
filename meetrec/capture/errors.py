"""Capture's own errors: each carries one sentence that a person can act on."""


class CaptureError(Exception):
    """Base of every error capture raises on purpose; `str(error)` is the sentence for the page, the log and the command line."""

    exit_code = 1


class PieceRefused(CaptureError):
    """These bytes are not a piece of the named run, or were altered, or the key is another one."""


class ChainBroken(CaptureError):
    """A piece is well formed but does not stand where the chain says."""


class RunKeyRefused(CaptureError):
    """A run key could not be sealed or opened: another district key, or an altered opening statement."""


class SignatureRefused(CaptureError):
    """Something is not signed, was altered after it was signed, or another kiosk signed it."""


class SignerUnusable(CaptureError):
    """This kiosk's signing key is missing, damaged, open to others, or not the one that a run was begun with."""


class MicrophoneUnusable(CaptureError):
    """A microphone is missing or cannot be opened."""


class ProfileUnusable(CaptureError):
    """A microphone profile does not read, or says what cannot be."""


class DiskFull(CaptureError):
    """No room is left; what was recorded so far has been sealed."""


class RecordingRefused(CaptureError):
    """The recorder cannot do this now: no microphone, already recording, nothing to stop."""


class OutboxUnusable(CaptureError):
    """A file of the outbox is missing or does not read as what it should be."""


class EntryRefused(CaptureError):
    """These bytes are not an entry of a room's log, were altered, or say what no such entry says."""
