"""Logs hold ids and counts, never a person."""

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from meetrec.notices import queries
from meetrec.platform.logs import PersonalDataInLog, refuse_personal_data, write_logs


@pytest.mark.parametrize("key", ["name", "email", "student", "text", "reason", "password", "token"])
def test_personal_data_never_reaches_a_log(key: str) -> None:
    with pytest.raises(PersonalDataInLog):
        refuse_personal_data(None, "info", {"event": "x", key: "Mateo"})


def test_ids_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse_personal_data(None, "info", {"event": "job.started", "job": "17"})["job"] == "17"


def test_an_error_of_a_page_is_told_without_the_address_that_may_be_private(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("no idea")

    write_logs("info")
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setattr(queries, "notice_by_token", break_down)
    assert client.get("/notice/receipt/a-private-token").status_code == 500
    told = "".join(capfd.readouterr())
    structlog.reset_defaults()
    assert "request.failed" in told
    assert "a-private-token" not in told
