"""Logs hold ids and counts, never a person."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.notices import link_views
from meetrec.platform.logs import FORBIDDEN_KEYS, PersonalDataInLog, refuse_personal_data, write_logs


@pytest.mark.parametrize("key", ["name", "email", "student", "text", "reason", "password", "token"])
def test_personal_data_never_reaches_a_log(key: str) -> None:
    with pytest.raises(PersonalDataInLog):
        refuse_personal_data(None, "info", {"event": "x", key: "Mateo"})


def test_ids_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse_personal_data(None, "info", {"event": "job.started", "job": "17"})["job"] == "17"


def test_an_error_of_a_page_is_told_without_the_address_that_may_be_private(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("no idea")

    write_logs("info")
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setattr(link_views, "notice_of_link", break_down)
    assert client.get("/notice/receipt/a-private-token").status_code == 500
    told = "".join(capfd.readouterr())
    assert "request.failed" in told
    assert "a-private-token" not in told


LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_lines() -> list[tuple[str, set[str]]]:
    """Where the program writes a line of the log, and the keys it hands over."""
    found = []
    for file in sorted((Path(__file__).parents[2] / "meetrec").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            is_line = call.func.attr in LEVELS and ast.unparse(call.func.value) in ("log", "structlog.get_logger()")
            found += [(f"{file.name}:{call.lineno}", {keyword.arg or "" for keyword in call.keywords})] if is_line else []
    return found


def test_no_line_of_the_program_would_be_refused_where_it_runs() -> None:
    lines = log_lines()
    assert len(lines) > 40
    assert [(place, keys & FORBIDDEN_KEYS) for place, keys in lines if keys & FORBIDDEN_KEYS] == []
