"""The vault, and that nobody else opens stored objects."""

import ast
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.custody.errors import DamagedObject, ObjectExists, WrongKey
from meetrec.custody.models import ObjectRole, StoredObject
from meetrec.custody.vault import Vault
from meetrec.platform.settings import Settings

MEETREC = Path(__file__).parents[2] / "meetrec"
# The store itself, and the two modules that only it uses, may touch stored bytes.
THE_DOOR = {"custody/store.py", "custody/sealed_reader.py", "custody/sealed_writer.py"}
WHO_KNOWS_THE_FOLDER = {"platform/settings.py", "custody/vault.py"}  # the vault hands it to the store, nothing else


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault.of(settings)


def row(record_id: str, object_id: str, sha256: str) -> StoredObject:
    return StoredObject(id=object_id, record_id=record_id, role=ObjectRole.MASTER, sha256=sha256)


def test_what_was_put_comes_back_and_another_record_cannot_open_it(vault: Vault) -> None:
    one, two, object_id = str(uuid4()), str(uuid4()), str(uuid4())
    vault.prepare(one)
    vault.prepare(two)
    stored = vault.put(one, object_id, [b"sound ", b"bytes"])
    assert vault.read(row(one, object_id, stored.sha256)) == b"sound bytes"
    assert vault.describe(one, object_id) == stored
    with pytest.raises(WrongKey):
        vault.read(row(two, object_id, stored.sha256))


def test_preparing_twice_keeps_the_key(vault: Vault) -> None:
    record_id, object_id = str(uuid4()), str(uuid4())
    vault.prepare(record_id)
    stored = vault.put(record_id, object_id, [b"x"])
    vault.prepare(record_id)
    assert vault.read(row(record_id, object_id, stored.sha256)) == b"x"
    with pytest.raises(ObjectExists):
        vault.put(record_id, object_id, [b"y"])


@pytest.mark.requirement("G5.b")
def test_object_that_is_not_the_rows_is_refused(vault: Vault) -> None:
    record_id, object_id = str(uuid4()), str(uuid4())
    vault.prepare(record_id)
    vault.put(record_id, object_id, [b"x"])
    with pytest.raises(DamagedObject):
        vault.open(row(record_id, object_id, "0" * 64))


def test_only_the_store_decrypts_stored_objects_and_knows_their_folder() -> None:
    decryptors, folders, constructors = set(), set(), set()
    for path in MEETREC.rglob("*.py"):
        name = path.relative_to(MEETREC).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom | ast.Import) and "cobblestone" in ast.unparse(node).lower():
                decryptors.add(name)
            if getattr(node, "attr", None) == "store_dir" or getattr(node, "name", None) == "store_dir":
                folders.add(name)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Store", "SealedReader"):
                constructors.add((name, node.func.id))
    assert decryptors <= THE_DOOR
    assert "custody/sealed_reader.py" in decryptors  # the search finds what it looks for
    assert folders == WHO_KNOWS_THE_FOLDER
    assert constructors == {("custody/vault.py", "Store"), ("custody/store.py", "SealedReader")}
