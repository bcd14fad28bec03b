"""Holds the requirement rows to the tests that show them: a row that code names, or that a finished capability builds, needs a test or a written reason."""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"\b(G\d{1,2}(?:\.[a-z\d])?|NOTE\.\d|[DBSW]-\d{2}[a-z]?(?:\.[a-z])?)\b")
NUMBERED_HERE = re.compile(r"(G\d|NOTE\.|[DBSWX]-)")  # rows of the law and of the ambiguities are counted elsewhere
EXEMPTIONS = ROOT / "tests" / "requirement_exemptions.txt"
INDEX = ROOT / "tests" / "requirement_index.toml"


def rows_in_code() -> dict[str, set[str]]:
    """Row → files under meetrec/, templates/ and hardware/ that name it."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder, pattern in (("meetrec", "*.py"), ("meetrec", "*.toml"), ("templates", "*.html"), ("templates", "*.txt")):
        for path in (ROOT / folder).rglob(pattern):
            for row in ROW.findall(path.read_text()):
                found[row].add(str(path.relative_to(ROOT)))
    return found


def rows_in_tests() -> set[str]:
    """Rows named by a `requirement` marker."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
                found.update(str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))
    return found


def exempt_rows() -> set[str]:
    """Rows that need no test; each line of the list gives the row and the reason."""
    return {line.split()[0] for line in EXEMPTIONS.read_text().splitlines() if line and not line.startswith("#")}


def rows_that_stand() -> dict[str, str]:
    """Row → capability, of every capability that is finished."""
    index = tomllib.loads(INDEX.read_text())
    return {row: entry["capability"] for row, entry in index["rows"].items() if index["capabilities"][entry["capability"]]}


def all_rows() -> set[str]:
    """Every row of the requirements."""
    return set(tomllib.loads(INDEX.read_text())["rows"])


def faults() -> list[str]:
    """What is missing or wrong, each in a sentence."""
    code, tests, exempt, known = rows_in_code(), rows_in_tests(), exempt_rows(), all_rows()
    groups = {row.partition(".")[0] for row in known}
    missing = [f"{row} is named in {', '.join(sorted(files))} and in no test" for row, files in sorted(code.items()) if row not in tests | exempt]
    unshown = [f"{row} belongs to “{name}”, which stands, and has no test" for row, name in rows_that_stand().items() if row not in tests | exempt]
    done = [f"{row} has a test now: take it off {EXEMPTIONS.name}" for row in sorted(exempt & tests)]
    unknown = [f"{row} is no row of {INDEX.name}" for row in sorted(tests | exempt) if NUMBERED_HERE.match(row) and row not in known | groups]
    return [*missing, *unshown, *done, *unknown]


def main() -> int:
    """Print what is missing; 1 if anything is."""
    found, standing = faults(), rows_that_stand()
    for fault in found:
        print(fault)
    print(f"{len(all_rows())} requirement rows, {len(standing)} of capabilities that stand; {len(rows_in_tests())} in tests, {len(exempt_rows())} exempt")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
