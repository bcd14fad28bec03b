"""When a form was opened, signed into the form itself: what comes back faster than a person writes was filled in by a program."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from meetrec.notices.references import LEAST_NONCE, new_nonce

LEAST_TIME = timedelta(seconds=2)  # nobody answers the questions in less
SALT = "opened-form"


@dataclass(frozen=True)
class OpenedForm:
    """One opening of a form: the nonce that makes two sendings one notice, and since when it is open. `key` signs both."""

    key: str
    nonce: str
    opened_at: datetime  # aware
    is_too_quick: bool = False

    @property
    def text(self) -> str:
        """What the form carries, hidden."""
        return _serializer(self.key).dumps([self.nonce, int(self.opened_at.timestamp() * 1000)])

    def sent_back(self, text: str | None, now: datetime) -> "OpenedForm":
        """The opening that a sent form carries.

        Sent too quickly, or with nothing we can read: it comes back once, open for long enough, so that sending it again succeeds.
        """
        try:
            nonce, milliseconds = _serializer(self.key).loads(text or "")
            opened_at = datetime.fromtimestamp(milliseconds / 1000, UTC)
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            return OpenedForm(self.key, _long_enough(self.nonce), now - LEAST_TIME, is_too_quick=True)
        if now - opened_at < LEAST_TIME:
            return OpenedForm(self.key, nonce, now - LEAST_TIME, is_too_quick=True)
        return OpenedForm(self.key, nonce, opened_at)


def _long_enough(nonce: str) -> str:
    return nonce if len(nonce) >= LEAST_NONCE else new_nonce()


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=SALT)
