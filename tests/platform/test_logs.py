"""Logs hold ids and counts, never a person."""

import pytest

from meetrec.platform.logs import PersonalDataInLog, refuse_personal_data


@pytest.mark.parametrize("key", ["name", "email", "student", "text", "reason", "password", "token"])
def test_personal_data_never_reaches_a_log(key: str) -> None:
    with pytest.raises(PersonalDataInLog):
        refuse_personal_data(None, "info", {"event": "x", key: "Mateo"})


def test_ids_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse_personal_data(None, "info", {"event": "job.started", "job": "17"})["job"] == "17"
