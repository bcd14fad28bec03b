"""The demonstration's mother signs in at the parents' door and sees her child's meeting."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from meetrec.app import create_app
from meetrec.installation.commands import init
from meetrec.installation.demonstration_family import ADDRESS
from meetrec.installation.sign_ins import sign_ins
from meetrec.people.models import Account
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.platform.database import Database
from meetrec.platform.settings import load_settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEETREC_CONFIG", str(tmp_path / "meetrec.toml"))
    return tmp_path


def demonstration(folder: Path) -> None:
    made = CliRunner().invoke(init, ["--demonstration", "--config", str(folder / "meetrec.toml"), "--data-dir", str(folder / "data")])
    assert made.exit_code == 0, made.output


def test_the_mother_sees_her_childs_meeting_in_spanish(folder: Path) -> None:
    demonstration(folder)
    app = create_app(load_settings())
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    entry = sign_ins(load_settings())["parent"]
    assert entry["address"] == ADDRESS
    answer = client.post("/sign-in", data={"email": entry["address"], "password": entry["password"]}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.request.path == "/family"
    assert '<html lang="es">' in page
    assert "Mateo" in page
    assert client.get("/desk").status_code == 403


def test_a_demonstration_of_before_gets_its_family_once(folder: Path) -> None:
    demonstration(folder)
    database = Database(load_settings().database_url)
    with database.writing() as session:
        session.query(Guardianship).delete()
        session.query(Guardian).delete()
        session.query(Account).filter_by(email=ADDRESS).delete()
    demonstration(folder)
    demonstration(folder)
    with database.reading() as session:
        assert [session.query(model).count() for model in (Guardian, Guardianship)] == [1, 1]
        assert session.query(Account).filter_by(email=ADDRESS).count() == 1
