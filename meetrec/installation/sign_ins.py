"""The demonstration's sign-ins, in a private file beside its data. Light: it loads no tables."""

import json

from meetrec.platform.durable_files import read_private_file, write_durably
from meetrec.platform.settings import Settings

FILE_NAME = "demonstration-sign-ins.json"


def write_sign_ins(settings: Settings, addresses: dict[str, str], password: str) -> None:
    """Keep who signs in with what: account → address, and the one password of all."""
    entries = {account: {"address": address, "password": password} for account, address in addresses.items()}
    write_durably(settings.data_dir / FILE_NAME, json.dumps(entries, indent=1).encode())


def sign_ins(settings: Settings) -> dict[str, dict[str, str]]:
    """Account → address and password."""
    found: dict[str, dict[str, str]] = json.loads(read_private_file(settings.data_dir / FILE_NAME))
    return found
