"""Typed settings from one TOML file and the environment, read once; what is wrong stops the start with one plain sentence."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from meetrec.platform.errors import SettingsError
from meetrec.platform.profiles import load_profile

CONFIG_VARIABLE = "MEETREC_CONFIG"
CONFIG_PLACES = (Path("meetrec.toml"), Path("/etc/meetrec/meetrec.toml"))


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"“{name}” is not a time zone such as America/Chicago") from error
    return name


class Section(BaseModel):
    """One table of the TOML file. Unknown keys are refused, so that a misspelt setting is noticed at start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class District(Section):
    """Whose recordings these are."""

    name: str = "Our school district"
    zone: Annotated[str, AfterValidator(_known_zone)] = "America/Chicago"
    state_profile: str = "missouri"
    demonstration: bool = False  # set by `meetrec init --demonstration`, never by hand


class Server(Section):
    """The web interfaces."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    interfaces: tuple[Literal["parent", "staff", "kiosk"], ...] = ("parent", "staff", "kiosk")
    threads: int = Field(default=32, ge=4, le=256)
    certificate: Path | None = None  # PEM; HTTPS by MeetRec itself
    certificate_key: Path | None = None
    behind_proxy: bool = False  # a proxy in front speaks HTTPS and sets X-Forwarded-*

    @property
    def is_loopback(self) -> bool:
        """Whether the server can be reached from this machine alone."""
        return self.host == "localhost" or (_is_address(self.host) and ip_address(self.host).is_loopback)

    @property
    def speaks_https(self) -> bool:
        """Whether browsers reach the pages over HTTPS."""
        return self.behind_proxy or self.certificate is not None


class Transcription(Section):
    """How the worker turns sound into a draft."""

    engine: Literal["faster-whisper", "openai-whisper"] = "faster-whisper"
    model: str = "base"
    cpu_threads: int = Field(default=2, ge=1, le=64)


class Uploads(Section):
    """Recordings made on other devices, uploaded as the district's copy."""

    largest_megabytes: int = Field(default=3000, ge=1, le=100_000)  # two hours of stereo WAV at 24 bit have about 2,100


class MicrophoneSeat(Section):
    """A microphone of the room, and who sits at it. What is given here wins over the microphone's profile."""

    seat: Annotated[str, Field(max_length=120)]  # as long as the room's log takes a name
    device: str | None = None  # its name in `meetrec capture microphones`
    usb: Annotated[str, Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")] | None = None  # vendor:product
    card: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,15}$")] | None = None  # the name that a udev rule gives to whatever is in a socket
    channels: Annotated[int, Field(ge=1, le=64)] | None = None
    channel: Annotated[int, Field(ge=1, le=64)] | None = None  # counted from 1
    rate: Annotated[int, Field(ge=8000, le=192_000)] | None = None  # Hz, where the device refuses 48000
    gain: Annotated[int, Field(ge=0, le=100)] | None = None  # percent
    gain_control: str | None = None

    @model_validator(mode="after")
    def _names_one_microphone(self) -> Self:
        if sum(named is not None for named in (self.device, self.usb, self.card)) != 1:
            raise ValueError(f"the seat “{self.seat}” must name its microphone by exactly one of device, usb and card")
        if self.gain_control is not None and self.gain is None:
            raise ValueError(f"the seat “{self.seat}” names a gain_control but no gain")
        return self


class Kiosk(Section):
    """The touch screen in the room."""

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=1, le=65535)
    server_url: str = "http://127.0.0.1:8000"
    server_authority: Path | None = None  # PEM of the authority asked at enrolment, if it is the district's own
    token_file: Path | None = None  # the token that `meetrec kiosk enroll` was given
    outbox: Path = Path("kiosk-outbox")
    microphones: tuple[MicrophoneSeat, ...] = ()  # none named: every attached microphone
    room_file: Path | None = None  # the seats in a file of their own, in place of `microphones`
    microphone_profiles: Path | None = None  # a folder with the district's own profiles; they win over the product's
    demonstration_player: Path | None = None  # plays the bundled meeting into demonstration microphones


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
    for name, path in files.items():
        if path and not path.is_file():
            raise SettingsError(f"The setting {name} names {path}, and there is no such file.")
    if not server.is_loopback and not server.speaks_https:
        raise SettingsError(
            "server.host is reachable from outside, so HTTPS is needed: set server.certificate and server.certificate_key, or server.behind_proxy."
        )


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


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
