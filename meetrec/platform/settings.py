"""Typed settings from one TOML file and the environment, read once; what is wrong stops the start with one plain sentence."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from meetrec.platform.errors import SettingsError
from meetrec.platform.profiles import load_profile
from meetrec.platform.settings_sections import District, Kiosk, Mail, Section, Server, SignIn, Training, Transcription, Uploads, is_loopback

CONFIG_VARIABLE = "MEETREC_CONFIG"
CONFIG_PLACES = (Path("meetrec.toml"), Path("/etc/meetrec/meetrec.toml"))


class Settings(BaseSettings):
    """Every setting of the program. Paths that are not absolute lie under `data_dir`."""

    model_config = SettingsConfigDict(env_prefix="MEETREC_", env_nested_delimiter="__", extra="forbid", frozen=True, nested_model_default_partial_update=True)

    data_dir: Path = Path("/var/lib/meetrec")
    keyring_dir: Path = Path("keyring")
    models_dir: Path = Path("models")
    model_sources: tuple[Path, ...] = ()  # folders with model files, tried before the registries
    database_url: str = ""
    # made anew each time, since `model_post_init` makes their paths absolute
    district: District = Field(default_factory=District)
    server: Server = Field(default_factory=Server)
    sign_in: SignIn = Field(default_factory=SignIn)
    training: Training = Field(default_factory=Training)
    mail: Mail = Field(default_factory=Mail)
    transcription: Transcription = Field(default_factory=Transcription)
    uploads: Uploads = Field(default_factory=Uploads)
    kiosk: Kiosk = Field(default_factory=Kiosk)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())

    def model_post_init(self, context: Any) -> None:
        """Make every relative path absolute under the data folder."""
        base = self.data_dir.absolute()
        object.__setattr__(self, "data_dir", base)
        for name in ("keyring_dir", "models_dir"):
            object.__setattr__(self, name, base / getattr(self, name))
        object.__setattr__(self.kiosk, "outbox", base / self.kiosk.outbox)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{base / 'meetrec.db'}")

    @property
    def store_dir(self) -> Path:
        """Where the encrypted objects lie."""
        return self.data_dir / "store"

    @property
    def incoming_dir(self) -> Path:
        """Where delivered pieces wait, still sealed, until their recording is assembled. Never in a backup."""
        return self.data_dir / "incoming"

    @property
    def queue_file(self) -> Path:
        """What wakes the worker; the truth about a job is its row."""
        return self.data_dir / "queue.db"

    @property
    def secret_file(self) -> Path:
        """The key that signs sessions."""
        return self.keyring_dir / "session-secret.key"

    @property
    def account_secrets_file(self) -> Path:
        """The key under which second factors and recovery codes lie in the database."""
        return self.keyring_dir / "account-secrets.key"

    @property
    def receipt_key_file(self) -> Path:
        """The district's Ed25519 key (raw) that signs receipts of notices."""
        return self.keyring_dir / "receipt-ed25519.key"


def config_file() -> Path | None:
    """The TOML file in force: `MEETREC_CONFIG`, else ./meetrec.toml, else /etc/meetrec/meetrec.toml, else none."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"{CONFIG_VARIABLE} names {named}, and there is no such file. Create it with “meetrec init” or correct the name.")
        return Path(named)
    return next((place for place in CONFIG_PLACES if place.is_file()), None)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings once. Raises `SettingsError` with one sentence that names the setting and what is wrong with it."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    except ValueError as error:  # a TOML file that is not TOML
        raise SettingsError(f"The settings file {config_file()} cannot be read: {error}.") from error
    _require_usable(settings)
    return settings


def _require_usable(settings: Settings) -> None:
    """What one value alone cannot tell: files that must be there, a profile that must exist, HTTPS where others can reach the server."""
    load_profile(settings.district.state_profile)
    server, kiosk = settings.server, settings.kiosk
    if (server.certificate is None) != (server.certificate_key is None):
        raise SettingsError("server.certificate and server.certificate_key belong together: set both or neither.")
    files = {"server.certificate": server.certificate, "server.certificate_key": server.certificate_key, "kiosk.server_authority": kiosk.server_authority}
    for name, path in {**files, "mail.authority": settings.mail.authority}.items():
        if path and not path.is_file():
            raise SettingsError(f"The setting {name} names {path}, and there is no such file.")
    _require_usable_mail(settings.mail)
    if not server.is_loopback and not server.speaks_https:
        raise SettingsError(
            "server.host is reachable from outside, so HTTPS is needed: set server.certificate and server.certificate_key, or server.behind_proxy."
        )


def _require_usable_mail(mail: Mail) -> None:
    if not mail.host:
        return
    if not mail.sender:
        raise SettingsError("The setting mail.sender is missing: name the address that mails come from.")
    if mail.security == "none" and not is_loopback(mail.host):
        raise SettingsError("mail.security may be “none” only when the mail server runs on this machine; use “starttls” or “tls”.")


def check_section(section: type[Section], name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values again if that table of the settings file could hold them, else `SettingsError`: for whoever writes the file."""
    try:
        section(**values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, name)) from error
    return values


def _sentence(error: ValidationError, *section: str) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in (*section, *first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"The setting {name} is not known. Check its spelling in {config_file() or 'the environment'}."
    return f"The setting {name} cannot be used: {first['msg'].removeprefix('Value error, ')}."
