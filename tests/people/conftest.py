"""What tests of people share: rosters on a fixed morning, and the second step of the sign-in."""

from tests.fixtures.roster_taking import a_morning_in_october, at_lincoln, check, take
from tests.fixtures.second_factor import telephone

__all__ = ["a_morning_in_october", "at_lincoln", "check", "take", "telephone"]
