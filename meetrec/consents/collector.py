"""When everybody who can be heard has agreed to a parent's passing their own copy on, and what counts as a signature (NOTE.3, D-43.c). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What somebody said to the request."""

    SIGNED = "signed"
    REFUSED = "refused"  # no reason is asked
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """How somebody said it."""

    ON_PAPER = "on_paper"
    SIGNED_IN = "signed_in"
    BY_LINK = "by_link"
    AT_THE_OFFICE = "at_office"  # a signature is taken back there at any time; nothing is signed so


class SignsAs(StrEnum):
    """Who signs, seen from the person who can be heard. For a pupil it is the rights holder of the day (D-13)."""

    THEMSELF = "themself"
    RIGHTS_HOLDER = "rights_holder"
    ELIGIBLE_STUDENT = "eligible_student"


@dataclass(frozen=True)
class SpeakerFacts:
    """Somebody who can be heard, by id, with their answers, the oldest first."""

    id: str
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class CollectorStanding:
    """Where a request stands: ids by their newest answer. It says nothing about the district's recording (A-03)."""

    signed: tuple[str, ...]
    asked: tuple[str, ...]  # no answer yet
    refused: tuple[str, ...]
    withdrawn: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Only when there is somebody, and everybody's newest answer is a signature."""
        return bool(self.signed) and not (self.asked or self.refused or self.withdrawn)

    @property
    def everybody(self) -> int:
        """How many can be heard."""
        return len(self.signed) + len(self.asked) + len(self.refused) + len(self.withdrawn)


def standing_of(speakers: Sequence[SpeakerFacts]) -> CollectorStanding:
    """Hold everybody's newest answer against the rule."""
    newest = {speaker.id: speaker.answers[-1] if speaker.answers else None for speaker in speakers}

    def those(wanted: Answer | None) -> tuple[str, ...]:
        return tuple(who for who, answer in newest.items() if answer is wanted)

    return CollectorStanding(those(Answer.SIGNED), those(None), those(Answer.REFUSED), those(Answer.WITHDRAWN))


@dataclass(frozen=True)
class ElectronicSignature:
    """What is known of a signature that is not on paper (D-43.c, L-22)."""

    is_identified: bool  # it names one particular person
    is_authenticated: bool  # that person signed in, or somebody who had seen who they are handed them the link
    is_affirmed: bool  # they chose “I agree” themselves


def what_is_missing(signature: ElectronicSignature) -> tuple[str, ...]:
    """Why it does not count, in words of the rule; empty when it counts. A name typed by whoever has a link is none of the three."""
    said = {"identified": signature.is_identified, "authenticated": signature.is_authenticated, "affirmed": signature.is_affirmed}
    return tuple(name for name, holds in said.items() if not holds)
