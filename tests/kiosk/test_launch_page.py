"""How the screen is opened: by a private page under systemd, by the printed address at a terminal; the token stands in no log."""

from pathlib import Path

import pytest

from meetrec.kiosk.launch_page import PAGE, announced

ADDRESS = "http://127.0.0.1:8100/?launch=the-secret&x=1"
pytestmark = pytest.mark.requirement("G5.a")


def test_at_a_terminal_the_address_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with announced(ADDRESS, {}, tmp_path):
        assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == f"The room's screen: {ADDRESS}\n"


def test_where_the_output_may_be_kept_a_page_in_the_kiosks_own_folder_holds_the_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / PAGE
    with announced(ADDRESS, {}, tmp_path):
        assert "launch=the-secret" in page.read_text()
        assert page.stat().st_mode & 0o007 == 0
    assert not page.exists()
    assert str(page) in (said := "".join(capsys.readouterr()))
    assert "the-secret" not in said


def test_under_systemd_a_page_for_the_kiosks_group_holds_the_address_and_the_log_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / PAGE
    with announced(ADDRESS, {"RUNTIME_DIRECTORY": str(tmp_path), "NOTIFY_SOCKET": str(tmp_path / "nobody listens")}, tmp_path / "own"):
        assert page.stat().st_mode & 0o777 == 0o640
        assert "launch=the-secret&amp;x=1" in page.read_text()
    assert not page.exists()
    assert "the-secret" not in "".join(capsys.readouterr())


def test_a_service_without_a_folder_keeps_the_token_to_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with announced(ADDRESS, {"NOTIFY_SOCKET": str(tmp_path / "nobody listens")}, tmp_path):
        pass
    assert "RuntimeDirectory=" in (said := "".join(capsys.readouterr()))
    assert "the-secret" not in said
