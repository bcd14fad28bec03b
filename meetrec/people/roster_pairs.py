"""New pupils of a roster who bear the name of somebody entered by hand at the same school: a person says of each pair whether it is one pupil.

Their names stand in the layout alone, which goes when the roster is applied, and never in the report that is kept (B-08).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from meetrec.people.roster_staging import Staging
from meetrec.platform.errors import MeetRecError


class PairRefused(MeetRecError):
    """What was said of a pair cannot be; the sentence says why."""


@dataclass(frozen=True)
class PupilPair:
    """A pupil of the roster, and one entered by hand under the same name at the same school."""

    line: int  # of users.csv
    here_id: str
    name: str
    school_id: str
    birth_said: date | None  # by the roster
    birth_here: date | None
    is_same: bool | None  # None: nobody said yet

    @property
    def key(self) -> tuple[int, str]:
        """What names the pair."""
        return self.line, self.here_id

    @property
    def field(self) -> str:
        """What the page's form calls it."""
        return f"pair-{self.line}-{self.here_id}"

    @property
    def differs(self) -> bool:
        """Whether both birth dates are known and they are not the same."""
        return None not in (self.birth_said, self.birth_here) and self.birth_said != self.birth_here


def pairs_of(staging: Staging) -> list[PupilPair]:
    """The pairs of the latest comparison that were not made one, by name."""
    rows = staging.rows(
        "SELECT line, here_id, given || ' ' || family, school_id, birth_said, birth_here, is_same FROM pupil_pair ORDER BY family, given, line, here_id"
    )
    return [
        PupilPair(line, here_id, name, school_id, _day(said), _day(here), None if is_same is None else bool(is_same))
        for line, here_id, name, school_id, said, here, is_same in rows
    ]


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def keep_decisions(staging: Staging, said: Mapping[tuple[int, str], bool]) -> None:
    """Keep what was said of the pairs. Raises `PairRefused` where two would be the same third one, or the birth dates differ."""
    same = [pair for pair in pairs_of(staging) if said.get(pair.key)]
    if len({pair.line for pair in same}) < len(same) or len({pair.here_id for pair in same}) < len(same):
        raise PairRefused(_("One entry cannot be the same as two others. Look at the pairs again."))
    if any(pair.differs for pair in same):
        raise PairRefused(_("Where the birth dates differ, mend the one entered by hand first, and check the package again."))
    rows = [(*pair.key, said[pair.key]) for pair in pairs_of(staging) if pair.key in said]
    staging.connection.executemany("INSERT OR REPLACE INTO decided VALUES (?, ?, ?)", rows)
