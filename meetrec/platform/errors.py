"""Our own errors: each carries one sentence that a person can act on."""


class MeetRecError(Exception):
    """Base of every error we raise on purpose. `str(error)` is the sentence shown on the page, in the log and on the command line."""

    exit_code = 1


class SettingsError(MeetRecError):
    """A setting is missing or cannot be used; found at start, before anything runs."""

    exit_code = 2
