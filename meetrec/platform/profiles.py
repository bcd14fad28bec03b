"""State profiles: what differs from state to state, as dated and versioned TOML data, checked when it is loaded."""

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meetrec.platform.errors import SettingsError

PROFILE_FOLDER = Path(__file__).parent / "profiles"


class ProfileError(SettingsError):
    """A state profile does not exist or does not hold what it must."""


class NoticeRule(StrEnum):
    """From what the 24 hours of a parent's notice are counted back (A-01, X-1)."""

    START_TIME = "start_time"
    DATE = "date"


class LatePolicy(StrEnum):
    """What becomes of a late notice (A-04); it is never refused."""

    ACCEPT = "accept"
    REVIEW = "review"


class MultiStudentRule(StrEnum):
    """What a parent may see of an item in which other pupils cannot be separated (X-6)."""

    FERPA_WHOLE_ITEM = "ferpa_whole_item"
    OWN_CHILD_ONLY = "own_child_only"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoticePolicy(_Section):
    """How a parent's recording notice is held against the clock."""

    rule: NoticeRule = NoticeRule.START_TIME
    late_policy: LatePolicy = LatePolicy.ACCEPT


class RecordingPolicy(_Section):
    """Who may start the district's own recording."""

    staff_may_start_alone: bool
    parent_objection_stops_district_initiated: bool


class DaysClock(_Section):
    """A deadline: so many days after the day of receipt."""

    days: int = Field(ge=1)
    counted: Literal["business", "calendar"]


class StateProfile(_Section):
    """One state's profile. `version` rises with every change; `effective` is the day from which this version may be used."""

    name: str = Field(min_length=1)
    state: str = Field(pattern=r"^[A-Z]{2}$")
    version: int = Field(ge=1)
    effective: date
    multi_student_rule: MultiStudentRule
    notice: NoticePolicy
    recording: RecordingPolicy
    public_records_clock: DaysClock
    inspection_clock: DaysClock

    def require_in_force(self, today: date) -> None:
        """Raise ProfileError when this version may not be used yet."""
        if today < self.effective:
            raise ProfileError(f"The state profile of {self.name} (version {self.version}) is in force from {self.effective}, not today.")


@cache
def load_profile(name: str, folder: Path = PROFILE_FOLDER) -> StateProfile:
    """The profile of `<name>.toml`. Raises ProfileError, naming the file and what is wrong with it."""
    path = folder / f"{name}.toml"
    if name not in profile_names(folder):
        raise ProfileError(f"There is no state profile “{name}”. Choose one of: {', '.join(profile_names(folder))}.")
    try:
        return StateProfile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise ProfileError(f"The state profile {path.name} cannot be used: {_first_fault(error)}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"The state profile {path.name} cannot be read: {error}.") from error


def profile_names(folder: Path = PROFILE_FOLDER) -> tuple[str, ...]:
    """The names that `load_profile` knows."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
