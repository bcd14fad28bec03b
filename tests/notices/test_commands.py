"""`meetrec notices check`: the specification's cases through the real command, and silence on standard output for bad facts."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from meetrec.notices.commands import notices
from meetrec.notices.facts import NoticeFactsError

CASES_FILE = Path(__file__).parents[2].parent / "shared" / "spec" / "notice_cases.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(CASES_FILE.read_text("utf-8")) if CASES_FILE.is_file() else []
FACTS = "meeting: {start: '2026-10-14T10:00:00'}\nnotice: {received_at: '2026-10-13T10:00:01', reason: private}\n"


def checked(facts: str, folder: Path) -> dict[str, str]:
    (folder / "facts.yaml").write_text(facts, "utf-8")
    result = CliRunner().invoke(notices, ["check", "--facts", str(folder / "facts.yaml")], catch_exceptions=False)
    assert result.exit_code == 0
    answer: dict[str, str] = json.loads(result.stdout)
    return answer


@pytest.mark.skipif(not CASES, reason=f"the specification's cases are not beside this checkout ({CASES_FILE.name})")
def test_there_are_cases_and_none_is_left_out() -> None:
    assert len(CASES) >= 42
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.requirement("G1.b")
@pytest.mark.parametrize("case", CASES or [pytest.param(None, marks=pytest.mark.skip("notice_cases.yaml is not beside this checkout"))])
def test_case_of_the_specification(case: dict[str, Any], tmp_path: Path) -> None:
    quoted = yaml.safe_dump(case["facts"])
    assert checked(quoted, tmp_path) == case["expect"], case["title"]
    unquoted = re.sub(r"'(20[^']+)'", r"\1", quoted)
    assert checked(unquoted, tmp_path) == case["expect"], f"{case['title']} (unquoted times)"


def test_answer_has_four_keys_and_tells_nothing_of_the_reason(tmp_path: Path) -> None:
    answer = checked(FACTS, tmp_path)
    assert list(answer) == ["status", "deadline", "deadline_start_rule", "deadline_date_rule"]
    assert "private" not in json.dumps(answer)


def test_bad_facts_raise_the_error_whose_exit_code_is_two(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("rule: noon\n" + FACTS, "utf-8")
    result = CliRunner().invoke(notices, ["check", "--facts", str(tmp_path / "facts.yaml")])
    assert isinstance(result.exception, NoticeFactsError)
    assert result.stdout == ""


@pytest.mark.parametrize("content", ["rule: noon\n" + FACTS, None, "\xff\xfe broken"])
def test_the_meetrec_command_exits_with_two_and_prints_nothing_on_standard_output(content: str | None, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    if content is not None:
        facts.write_bytes(content.encode("latin-1"))
    ran = subprocess.run([sys.executable, "-m", "meetrec", "notices", "check", "--facts", facts], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.strip()) > 20
    assert "Traceback" not in ran.stderr
