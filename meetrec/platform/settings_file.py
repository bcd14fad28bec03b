"""Write the TOML settings file of a new installation, and put single values into one that exists without touching the rest."""

import json
import re
import tomllib
from pathlib import Path
from stat import S_IMODE
from typing import Any

from meetrec.platform.durable_files import write_durably, write_new_durably
from meetrec.platform.errors import SettingsError

HEADING = "# Settings of MeetRec. Every key is explained in docs/administrator/settings.md; a key that is not known stops the start.\n"


def write_settings_file(path: Path, values: dict[str, Any]) -> None:
    """Write top-level keys, then one table per section. Raises FileExistsError rather than replace a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, dict)]
    tables = [_table(name, table) for name, table in values.items() if isinstance(table, dict)]
    write_new_durably(path, "\n".join([HEADING, *plain, *tables, ""]).encode())


def put_in_settings_file(path: Path, section: str, values: dict[str, Any]) -> None:
    """Set keys of one table in a file that people edit: comments, order and everything else stay as they are.

    Raises SettingsError with the lines to write by hand when the file cannot be changed safely; it then stands as it was.
    """
    after = require_changeable(path, section, values)
    try:
        mode = S_IMODE(path.stat().st_mode)
        write_durably(path, after.encode())
        path.chmod(mode)
    except OSError as error:
        raise _unchangeable(path, section, values, error) from error


def require_changeable(path: Path, section: str, values: dict[str, Any]) -> str:
    """What the file would say with these keys set. Raises SettingsError as put_in_settings_file does; nothing is written."""
    try:
        return with_values(path.read_text(encoding="utf-8"), section, values)
    except (OSError, ValueError) as error:
        raise _unchangeable(path, section, values, error) from error


def with_values(text: str, section: str, values: dict[str, Any]) -> str:
    """The TOML text with these keys of a table set. Raises ValueError when what comes out would not say exactly that."""
    said = tomllib.loads(text)
    wanted = {**said, section: {**said.get(section, {}), **{key: json.loads(_toml(value)) for key, value in values.items()}}}
    lines = text.splitlines()
    for key, value in values.items():
        lines = _with_line(lines, section, key, f"{key} = {_toml(value)}")
    result = "\n".join(lines) + "\n"
    if tomllib.loads(result) != wanted:
        raise ValueError("its form is not one that a program can change")
    return result


def _unchangeable(path: Path, section: str, values: dict[str, Any], error: Exception) -> SettingsError:
    return SettingsError(f"The settings file {path} could not be changed ({error}). Write into it by hand:\n{_table(section, values)}")


def _with_line(lines: list[str], section: str, key: str, line: str) -> list[str]:
    """Replace the key's line in its table, or add one below the table's heading, or the table at the end."""
    header = next((number for number, text in enumerate(lines) if re.match(rf"\s*\[{re.escape(section)}\]", text)), None)
    if header is None:
        return [*lines, "", f"[{section}]", line]
    end = next((number for number in range(header + 1, len(lines)) if lines[number].lstrip().startswith("[")), len(lines))
    place = next((number for number in range(header + 1, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[number])), None)
    if place is None:
        return [*lines[: header + 1], line, *lines[header + 1 :]]
    return [*lines[:place], line, *lines[place + 1 :]]


def _table(name: str, table: dict[str, Any]) -> str:
    return "\n".join([f"\n[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())])


def _toml(value: Any) -> str:
    """Strings, booleans and numbers are written alike in JSON and TOML."""
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
