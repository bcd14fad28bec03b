"""Settings are read once, from one file and the environment, and fail at start with a plain sentence."""

from pathlib import Path

import pytest

from meetrec.platform.errors import SettingsError
from meetrec.platform.settings import CONFIG_VARIABLE, load_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "meetrec.toml"
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    monkeypatch.delenv("MEETREC_MODELS_DIR", raising=False)
    return path


def test_relative_folders_lie_under_the_data_folder(config: Path, tmp_path: Path) -> None:
    config.write_text(f'data_dir = "{tmp_path}/data"\nkeyring_dir = "/media/keys"\n')
    settings = load_settings()
    assert settings.models_dir == tmp_path / "data" / "models"
    assert settings.keyring_dir == Path("/media/keys")
    assert settings.database_url == f"sqlite:///{tmp_path}/data/meetrec.db"


def test_the_environment_wins_over_the_file_and_keeps_the_rest_of_its_table(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('[district]\nname = "Cedar"\nzone = "America/Denver"\n')
    monkeypatch.setenv("MEETREC_DISTRICT__ZONE", "America/Chicago")
    settings = load_settings()
    assert (settings.district.name, settings.district.zone) == ("Cedar", "America/Chicago")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[district]\nzone = "Middle Earth"\n', "district.zone"),
        ("[server]\nprot = 8000\n", "server.prot is not known"),
        ("[server]\nport = 99999\n", "server.port cannot be used"),
        ('colour = "red"\n', "colour is not known"),
        ("[server\n", "cannot be read"),
        ('[district]\nstate_profile = "texas"\n', "no state profile “texas”"),
        ('[server]\ncertificate = "/nowhere.pem"\n', "belong together"),
        ('[server]\ncertificate = "/nowhere.pem"\ncertificate_key = "/nowhere.key"\n', "there is no such file"),
        ('[kiosk]\nserver_authority = "/nowhere.pem"\n', "there is no such file"),
        ('[mail]\nauthority = "/nowhere.pem"\n', "there is no such file"),
        ('[mail]\nhost = "mail.cedarbend.org"\n', "mail.sender is missing"),
        ('[mail]\nhost = "mail.cedarbend.org"\nsender = "meetings@cedarbend.org"\nsecurity = "none"\n', "mail.security"),
        ('[sign_in]\noidc_issuer = "https://login.cedarbend.org"\n', "both oidc_issuer and oidc_client_id"),
        ('[sign_in]\noidc_issuer = "http://login.cedarbend.org"\noidc_client_id = "meetrec"\n', "sign_in.oidc_issuer cannot be used"),
        ("[sign_in]\nlock_after = 0\n", "sign_in.lock_after cannot be used"),
        ('[server]\npublic_address = "meetings.cedarbend.org"\n', "server.public_address cannot be used"),
        ('[training]\ncontent = "allow"\n', "training.content cannot be used"),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(config: Path, text: str, sentence: str) -> None:
    config.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.requirement("W-02")
def test_a_server_that_others_reach_must_speak_https(config: Path) -> None:
    config.write_text('[server]\nhost = "0.0.0.0"\n')
    with pytest.raises(SettingsError, match="HTTPS is needed"):
        load_settings()
    config.write_text('[server]\nhost = "0.0.0.0"\nbehind_proxy = true\n')
    assert load_settings().server.speaks_https


def test_addresses_of_the_web_stand_without_a_stroke_at_the_end_and_plain_http_is_for_this_machine(config: Path) -> None:
    config.write_text('[server]\npublic_address = "https://meetings.cedarbend.org/"\n[sign_in]\noidc_issuer = "http://localhost:9400"\noidc_client_id = "x"\n')
    settings = load_settings()
    assert (settings.server.public_address, settings.sign_in.oidc_issuer) == ("https://meetings.cedarbend.org", "http://localhost:9400")


@pytest.mark.requirement("W-10")
def test_secrets_come_from_the_environment_and_are_not_shown(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("")
    monkeypatch.setenv("MEETREC_MAIL__PASSWORD", "the mail server's word")
    settings = load_settings()
    assert settings.mail.password.get_secret_value() == "the mail server's word"
    assert "the mail server's word" not in repr(settings)


def test_a_named_file_that_is_not_there_is_said(config: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such file"):
        load_settings()


def test_two_loads_do_not_share_their_paths(config: Path, tmp_path: Path) -> None:
    config.write_text("")
    first, second = load_settings(data_dir=tmp_path / "one"), load_settings(data_dir=tmp_path / "two")
    assert (first.kiosk.outbox, second.kiosk.outbox) == (tmp_path / "one" / "kiosk-outbox", tmp_path / "two" / "kiosk-outbox")
