"""What running processes cost, from /proc: processor time, and memory counted three ways."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """MB: `pss` shares common pages among their users, `uss` is what only this process has, `rss` counts everything it can see."""

    pss: float
    uss: float
    rss: float


def family_of(process_id: int) -> list[int]:
    """The process and all its descendants, in the order in which they were started."""
    found = [process_id]
    for task in Path(f"/proc/{process_id}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family_of(int(child))
    return found


def processor_seconds(process_id: int) -> float:
    """User and system time that the process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(process_id: int) -> Memory:
    """The process's memory now."""
    sizes: dict[str, int] = {}
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()[1:]:
        name, size, *_ = line.split()
        sizes[name] = int(size)
    return Memory(sizes["Pss:"] / 1024, (sizes["Private_Clean:"] + sizes["Private_Dirty:"]) / 1024, sizes["Rss:"] / 1024)


def is_tracker(process_id: int) -> bool:
    """Whether it is multiprocessing's resource tracker, which does nothing."""
    return b"resource_tracker" in Path(f"/proc/{process_id}/cmdline").read_bytes()
