"""A settings file that people edit keeps everything but the keys that are put into it."""

import re
import stat
import tomllib
from pathlib import Path

import pytest

from meetrec.platform.errors import SettingsError
from meetrec.platform.settings_file import put_in_settings_file, with_values

VALUES = {"server_url": "https://records.example.org", "token_file": Path("/var/lib/meetrec/kiosk/token")}
BY_HAND = """# our own remark
data_dir = "/var/lib/meetrec"

[kiosk]  # the room
server_url = "http://127.0.0.1:8000" # old
microphones = [
  {device = "a", seat = "Table"},
]

[server]
port = 8001
"""


def test_only_the_keys_change() -> None:
    after = with_values(BY_HAND, "kiosk", VALUES)
    said = tomllib.loads(after)
    assert said["kiosk"] == {
        "server_url": "https://records.example.org", "token_file": "/var/lib/meetrec/kiosk/token", "microphones": [{"device": "a", "seat": "Table"}],
    }  # fmt: skip
    assert (said["data_dir"], said["server"]) == ("/var/lib/meetrec", {"port": 8001})
    assert "# our own remark" in after
    assert "[kiosk]  # the room" in after
    assert with_values(after, "kiosk", VALUES) == after


def test_table_that_is_missing_is_added_at_the_end() -> None:
    assert tomllib.loads(with_values('data_dir = "/x"\n', "kiosk", VALUES)) == {"data_dir": "/x", "kiosk": {key: str(value) for key, value in VALUES.items()}}


@pytest.mark.parametrize("form", ['kiosk = {server_url = "http://127.0.0.1"}\n', 'kiosk.server_url = "http://127.0.0.1"\n', "[kiosk\n"])
def test_file_of_a_form_that_cannot_be_changed_safely_stands_and_the_lines_are_told(tmp_path: Path, form: str) -> None:
    file = tmp_path / "meetrec.toml"
    file.write_text(form)
    with pytest.raises(SettingsError, match=re.escape('Write into it by hand:\n\n[kiosk]\nserver_url = "https://records.example.org"')):
        put_in_settings_file(file, "kiosk", VALUES)
    assert file.read_text() == form


def test_mode_of_the_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "meetrec.toml"
    file.write_text(BY_HAND)
    file.chmod(0o640)
    put_in_settings_file(file, "kiosk", VALUES)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
