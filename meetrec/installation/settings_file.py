"""Write the TOML settings file of a new installation."""

import json
from pathlib import Path
from typing import Any

from meetrec.platform.durable_files import write_new_durably

HEADING = "# Settings of MeetRec. Every key is explained in docs/administrator/settings.md; a key that is not known stops the start.\n"


def write_settings_file(path: Path, values: dict[str, Any]) -> None:
    """Write top-level keys, then one table per section. Raises FileExistsError rather than replace a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, dict)]
    tables = [_table(name, table) for name, table in values.items() if isinstance(table, dict)]
    write_new_durably(path, "\n".join([HEADING, *plain, *tables, ""]).encode())


def _table(name: str, table: dict[str, Any]) -> str:
    return "\n".join([f"\n[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())])


def _toml(value: Any) -> str:
    """Strings, booleans and numbers are written alike in JSON and TOML."""
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
