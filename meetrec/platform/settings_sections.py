"""The tables of the settings file, one class each: what they may hold, and what a key is when it is not there."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and no other can reach it by that name."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"“{name}” is not a time zone such as America/Chicago") from error
    return name


def _address_without_end(address: str) -> str:
    """An address of the web without a stroke at its end; plain http only on this machine itself."""
    found = urlsplit(address)
    schemes = ("http", "https") if is_loopback(found.hostname or "") else ("https",)
    if address and (not found.hostname or found.scheme not in schemes):
        raise ValueError(f"“{address}” is not an address such as https://meetrec.district.org")
    return address.rstrip("/")


class Section(BaseModel):
    """One table of the TOML file. Unknown keys are refused, so that a misspelt setting is noticed at start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class District(Section):
    """Whose recordings these are."""

    name: str = "Our school district"
    zone: Annotated[str, AfterValidator(_known_zone)] = "America/Chicago"
    state_profile: str = "missouri"
    demonstration: bool = False  # set by `meetrec init --demonstration`, never by hand
    # Where people turn to who cannot or may not go on here (W-33).
    office: str = ""
    telephone: str = ""


class Server(Section):
    """The web interfaces."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    interfaces: tuple[Literal["parent", "staff", "kiosk"], ...] = ("parent", "staff", "kiosk")
    threads: int = Field(default=32, ge=4, le=256)
    certificate: Path | None = None  # PEM; HTTPS by MeetRec itself
    certificate_key: Path | None = None
    behind_proxy: bool = False  # a proxy in front speaks HTTPS and sets X-Forwarded-*
    proxy_hops: int = Field(default=1, ge=1, le=5)  # how many proxies set X-Forwarded-*; counts with behind_proxy alone
    public_address: Annotated[str, AfterValidator(_address_without_end)] = ""  # https://… in mails and letters; empty: they name no link

    @property
    def is_loopback(self) -> bool:
        """Whether the server can be reached from this machine alone."""
        return is_loopback(self.host)

    @property
    def speaks_https(self) -> bool:
        """Whether browsers reach the pages over HTTPS."""
        return self.behind_proxy or self.certificate is not None


class SignIn(Section):
    """How people sign in (W-10)."""

    second_factor: Literal["offered", "required"] = "offered"
    lock_after: int = Field(default=10, ge=3, le=100)  # refused tries in a row
    lock_minutes: int = Field(default=15, ge=1, le=1440)
    oidc_issuer: Annotated[str, AfterValidator(_address_without_end)] = ""  # the district's own provider; empty: no single sign-on
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")  # best from the environment
    oidc_name: str = "School account"  # on the button

    @model_validator(mode="after")
    def _names_provider_and_itself(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("single sign-on needs both oidc_issuer and oidc_client_id")
        return self


class Training(Section):
    """What is closed to whom whose annual training is not current (W-20)."""

    content: Literal["block", "warn"] = "block"  # sound and transcripts
    pages: Literal["warn", "block"] = "warn"


class Mail(Section):
    """The mail server; without `host` nothing is sent, and the pages say so."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")  # best from the environment
    sender: str = ""  # the address mails come from
    authority: Path | None = None  # PEM of the authority behind the server's certificate, if it is the district's own


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
