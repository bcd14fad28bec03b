"""Holds the requirement rows that the program names to the tests that show them: a row named in code without a test is an error."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"\b(G\d{1,2}(?:\.[a-z\d])?|NOTE\.\d|[DBSW]-\d{2}[a-z]?(?:\.[a-z])?)\b")
EXEMPTIONS = ROOT / "tests" / "requirement_exemptions.txt"


def rows_in_code() -> dict[str, set[str]]:
    """Row → files under meetrec/, templates/ and hardware/ that name it."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder, pattern in (("meetrec", "*.py"), ("meetrec", "*.toml"), ("templates", "*.html")):
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
    """Rows that code names for orientation only; each line of the list gives the row and the reason."""
    return {line.split()[0] for line in EXEMPTIONS.read_text().splitlines() if line and not line.startswith("#")}


def main() -> int:
    """Print what is missing; 1 if anything is."""
    code, tests, exempt = rows_in_code(), rows_in_tests(), exempt_rows()
    missing = {row: files for row, files in code.items() if row not in tests | exempt}
    for row, files in sorted(missing.items()):
        print(f"{row} is named in {', '.join(sorted(files))} and in no test")
    for row in sorted(exempt & tests):
        print(f"{row} has a test now: take it off {EXEMPTIONS.name}")
    print(f"{len(code)} requirement rows named in code, {len(set(code) & tests)} of them in tests, {len(exempt)} exempt")
    return 1 if missing or exempt & tests else 0


if __name__ == "__main__":
    sys.exit(main())
