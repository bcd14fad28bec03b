"""`meetrec init` makes a real district or the demonstration, and never mixes them."""

import shutil
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from meetrec.capture.signing import KioskSigner
from meetrec.custody.keyring import Keyring
from meetrec.installation import actions
from meetrec.installation.account_commands import accounts
from meetrec.installation.commands import init, keys
from meetrec.installation.district import ACCOUNTS, small_district
from meetrec.installation.sign_ins import sign_ins
from meetrec.installation.student_commands import students
from meetrec.journal.models import JournalEntry
from meetrec.kiosk.places import signing_key_file
from meetrec.meetings.models import Kiosk
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import Account, Role, RoleGrant
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.settings import CONFIG_VARIABLE, Settings, load_settings

ANSWERS = ["Cedar Bend R-II", "", "", "{data}", "", "head@cedarbend.org", "Head of IT", "four words are enough", "four words are enough"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MEETREC_MODELS_DIR", raising=False)
    monkeypatch.setenv(CONFIG_VARIABLE, "set by init")
    return tmp_path


def real(folder: Path, answers: list[str]) -> Result:
    typed = "\n".join(answers).format(data=folder / "data")
    return CliRunner().invoke(init, ["--config", str(folder / "meetrec.toml")], input=typed)


def test_a_real_start_asks_makes_everything_and_prints_the_recovery_sheet(folder: Path) -> None:
    result = real(folder, ANSWERS)
    assert result.exit_code == 0, result.output
    settings = load_settings()
    assert settings.district.name == "Cedar Bend R-II"
    with Database(settings.database_url).reading() as session:
        account = session.query(Account).one()
        assert [role.name for role in account.roles] == ["administrator"]
    assert "KEY DISTRICT-KEY 32 BYTES" in result.output
    assert "four words" not in result.output


def test_the_recovery_sheet_brings_lost_keys_back(folder: Path) -> None:
    sheet = real(folder, ANSWERS).output
    settings = load_settings()
    before = load_district_key(settings.keyring_dir).private_bytes
    own = [settings.account_secrets_file.read_bytes(), settings.receipt_key_file.read_bytes()]
    for name in ("district-x25519.pem", "000001.wrapping-key", "account-secrets.key", "receipt-ed25519.key"):
        (settings.keyring_dir / name).unlink()
    printed = sheet[sheet.index("KEY-RECOVERY") :]
    assert CliRunner().invoke(keys, ["restore"], input=printed).exit_code == 0
    assert load_district_key(settings.keyring_dir).private_bytes == before
    assert [settings.account_secrets_file.read_bytes(), settings.receipt_key_file.read_bytes()] == own


@pytest.mark.parametrize(
    ("answer", "value", "sentence"),
    [
        (5, "coordinator@demonstration.example", "Demonstration accounts"),
        (5, "nobody", "give a real one"),
        (1, "Middle Earth", "time zone"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(folder: Path, answer: int, value: str, sentence: str) -> None:
    result = real(folder, [*ANSWERS[:answer], value, *ANSWERS[answer:]])
    assert sentence in result.output
    assert result.exit_code == 0, result.output
    assert value not in (folder / "meetrec.toml").read_text()


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize(("password", "sentence"), [("short", "at least 12 characters"), ("password1234567", "easy to guess")])
def test_a_password_that_the_pages_would_refuse_is_refused(folder: Path, password: str, sentence: str) -> None:
    result = real(folder, [*ANSWERS[:7], password, password])
    assert sentence in str(result.exception)
    assert list(folder.iterdir()) == []


def test_an_installation_is_never_set_up_twice(folder: Path) -> None:
    real(folder, ANSWERS)
    assert "exists already" in str(real(folder, ANSWERS).exception)


def demonstration(folder: Path) -> Result:
    return CliRunner().invoke(init, ["--demonstration", "--config", str(folder / "meetrec.toml"), "--data-dir", str(folder / "data")])


def test_the_demonstration_is_made_once_and_kept(folder: Path) -> None:
    assert demonstration(folder).exit_code == 0
    first = sign_ins(load_settings())
    assert demonstration(folder).exit_code == 0
    assert sign_ins(load_settings()) == first
    assert set(first) == {"coordinator", "custodian", "administrator", "site_custodian", "parent"}


def test_a_demonstration_from_before_kiosks_signed_gets_its_kiosk_enrolled(folder: Path) -> None:
    demonstration(folder)
    settings = load_settings()
    database = Database(settings.database_url)
    with database.writing() as session:
        session.query(Kiosk).one().public_key = None
    signing_key_file(settings).unlink()
    assert demonstration(folder).exit_code == 0
    token = sha256((folder / "data" / "kiosk-token").read_bytes()).hexdigest()
    with database.reading() as session:
        kiosk = session.query(Kiosk).filter_by(revoked_at=None).one()
        assert b64decode(kiosk.public_key or "") == KioskSigner.in_file(signing_key_file(settings)).public_bytes
        assert kiosk.token_hash == token
        assert session.query(Kiosk).count() == 2
    assert demonstration(folder).exit_code == 0
    assert sha256((folder / "data" / "kiosk-token").read_bytes()).hexdigest() == token


def test_a_demonstration_from_before_gets_the_accounts_and_the_training_it_lacks(folder: Path) -> None:
    demonstration(folder)
    settings = load_settings()
    password = sign_ins(settings)["coordinator"]["password"]
    database = Database(settings.database_url)
    with database.writing() as session:
        session.query(TrainingCompletion).update({TrainingCompletion.completed_on: TrainingCompletion.completed_on - timedelta(days=200)})
        site = session.query(Account).filter_by(email=ACCOUNTS["site_custodian"][0]).one()
        for model in (TrainingCompletion, RoleGrant):
            session.query(model).filter_by(account_id=site.id).delete()
        session.delete(site)
        session.query(Role).filter_by(name="site_custodian").delete()
    assert demonstration(folder).exit_code == 0
    assert sign_ins(settings)["site_custodian"] == {"address": ACCOUNTS["site_custodian"][0], "password": password}
    with database.reading() as session:
        made = session.query(Account).filter_by(email=ACCOUNTS["site_custodian"][0]).one()
        assert [role.name for role in made.roles] == ["site_custodian"]
        lately = session.query(TrainingCompletion).filter(TrainingCompletion.completed_on >= clock.now().date() - timedelta(days=1))
        assert lately.count() == len(ACCOUNTS) * len(TrainingModule)


def test_a_real_district_refuses_the_demonstration(folder: Path) -> None:
    real(folder, ANSWERS)
    assert "real district" in str(demonstration(folder).exception)


@pytest.mark.requirement("W-10")
def test_a_real_district_does_not_start_with_demonstration_accounts(settings: Settings, database: Database) -> None:
    small_district(database, settings, "a long enough password", datetime(2027, 3, 1, 16, 0, tzinfo=UTC))
    with database.reading() as session, pytest.raises(actions.InstallationError, match="demonstration accounts"):
        actions.require_no_demonstration(settings, session)


def test_an_interrupted_set_up_can_be_begun_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(actions, "install", interrupted)
        assert isinstance(real(folder, ANSWERS).exception, OSError)
    assert not (folder / "meetrec.toml").exists()
    result = real(folder, ANSWERS)
    assert result.exit_code == 0, result.output
    assert load_settings().district.name == "Cedar Bend R-II"


def test_an_interrupted_demonstration_can_be_begun_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(actions, "install", interrupted)
        assert isinstance(demonstration(folder).exception, OSError)
    assert demonstration(folder).exit_code == 0
    assert set(sign_ins(load_settings())) == {"coordinator", "custodian", "administrator", "site_custodian", "parent"}


def test_a_district_is_never_set_up_over_another(folder: Path) -> None:
    real(folder, ANSWERS)
    (folder / "meetrec.toml").unlink()
    assert "There is a district in" in str(real(folder, ANSWERS).exception)


def test_a_kiosk_enrolled_again_keeps_its_id_and_its_old_token_opens_nothing(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        kiosk, token = actions.enroll_kiosk(session, clock.now(), session.merge(district.room), district.kiosk_signer)
    assert kiosk.id == district.kiosk.id
    assert kiosk.token_hash == sha256(token.encode()).hexdigest() != district.kiosk.token_hash
    with database.reading() as session:
        assert session.query(Kiosk).count() == 1


@pytest.mark.requirement("W-10")
def test_a_new_password_is_told_and_ends_the_open_sessions(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        before = session.get_one(Account, district.coordinator.id).fs_uniquifier
        account = actions.set_password(session, clock.now(), district.coordinator.email, "another long sentence", district="Riverside")
        assert account.fs_uniquifier != before
    with database.reading() as session:
        assert session.query(JournalEntry).filter_by(verb="account.password_changed").count() == 1


def test_folders_given_relative_are_kept_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    typed = "\n".join([*ANSWERS[:3], *ANSWERS[4:]])
    result = CliRunner().invoke(init, ["--config", "meetrec.toml", "--data-dir", "data"], input=typed)
    assert result.exit_code == 0, result.output
    monkeypatch.chdir("/")
    settings = load_settings()
    assert (settings.data_dir, settings.keyring_dir) == (folder / "data", folder / "data" / "keyring")


def test_sheet_and_table_together_bring_back_a_lost_keyring(folder: Path) -> None:
    sheet = real(folder, ANSWERS).output
    settings = load_settings()
    table = (settings.keyring_dir / "000001.data-keys").read_bytes()
    shutil.rmtree(settings.keyring_dir)
    assert CliRunner().invoke(keys, ["restore"], input=sheet[sheet.index("KEY-RECOVERY") :]).exit_code == 0
    (settings.keyring_dir / "000001.data-keys").write_bytes(table)
    assert Keyring(settings.keyring_dir).generation == 1
    assert settings.secret_file.exists()


def test_a_pupil_is_entered_once(folder: Path) -> None:
    real(folder, ANSWERS)
    add = ["add", "--given-name", "Mateo", "--family-name", "Rivera", "--school", "Lincoln Elementary"]
    assert CliRunner().invoke(students, add).exit_code == 0
    assert "entered already" in str(CliRunner().invoke(students, add).exception)
    assert CliRunner().invoke(students, ["list"]).output == "Lincoln Elementary: Rivera, Mateo\n"


@pytest.mark.requirement("W-10")
def test_an_account_needs_a_real_address(folder: Path) -> None:
    real(folder, ANSWERS)
    create = ["create", "--email", "nonsense", "--name", "N", "--role", "coordinator", "--password", "a long enough sentence"]
    assert "give a real one" in str(CliRunner().invoke(accounts, create).exception)
