"""The room's own microphones: seats from the settings or the room's file, profiles from the product and the district."""

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from meetrec.capture.devices import Microphone, has_card_number, list_microphones
from meetrec.capture.profiles import MicrophoneProfile, profiles_in, with_profile
from meetrec.kiosk.errors import KioskError
from meetrec.platform.errors import SettingsError
from meetrec.platform.places import folder
from meetrec.platform.settings import check_section
from meetrec.platform.settings_sections import Kiosk, MicrophoneSeat

PROFILES = "hardware/microphones"


def room_seats(kiosk: Kiosk) -> tuple[MicrophoneSeat, ...]:
    """The seats of this room; none when every attached microphone is recorded.

    Raises KioskError with the row that cannot be used: two rows that mean the same microphone are refused, since nobody could tell who
    sits at which.
    """
    if kiosk.room_file is not None and kiosk.microphones:
        raise KioskError("kiosk.room_file and kiosk.microphones both name the room's seats. Keep one of them.")
    seats = kiosk.microphones if kiosk.room_file is None else read_room_file(kiosk.room_file)
    _refuse_doubles(seats)
    return seats


def read_room_file(file: Path) -> tuple[MicrophoneSeat, ...]:
    """The rows `[[microphone]]` of the room's file. Raises KioskError with what is wrong in which row."""
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise KioskError(f"The room's file {file} cannot be read. Make it readable for the kiosk, or correct kiosk.room_file.") from None
    except tomllib.TOMLDecodeError as error:
        raise KioskError(f"The room's file {file} is not TOML: {error}.") from error
    rows = content.pop("microphone", None)
    if content or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise KioskError(f"The room's file {file} must hold rows that begin with [[microphone]], and nothing else.")
    return tuple(_seat_of(row, number, file) for number, row in enumerate(rows, 1))


def _seat_of(row: dict[str, Any], number: int, file: Path) -> MicrophoneSeat:
    try:
        return MicrophoneSeat(**check_section(MicrophoneSeat, f"microphone {number}", row))
    except SettingsError as error:
        raise KioskError(f"The room's file {file}: {error}") from error


def _refuse_doubles(seats: Sequence[MicrophoneSeat]) -> None:
    rows = Counter((seat.device, seat.usb, seat.card, seat.channel or 1) for seat in seats)
    doubled = next((place for place, times in rows.items() if times > 1), None)
    if doubled is None:
        return
    named = next(name for name in doubled[:3] if name)
    raise KioskError(
        f"Two seats name the same microphone, {named}. Give two equal microphones names by their sockets (hardware/README.md, step 6), "
        "or two inputs of one device a channel each."
    )


def room_profiles(kiosk: Kiosk) -> list[MicrophoneProfile]:
    """The product's profiles and the district's own, which win. Raises ProfileUnusable."""
    own = [kiosk.microphone_profiles] if kiosk.microphone_profiles is not None else []
    return profiles_in(folder(PROFILES), *own)


def attached_microphones(kiosk: Kiosk) -> Callable[[], list[Microphone]]:
    """Lists the microphones that may be the room's, each with what its profile says. Raises ProfileUnusable at once, MicrophoneUnusable when called."""
    return partial(_attached, room_profiles(kiosk), bool(room_seats(kiosk)))


def _attached(profiles: Sequence[MicrophoneProfile], has_seats: bool) -> list[Microphone]:
    """Without seats, a named input counts beside real cards only where its profile gives it a seat, as a conference line's does."""
    found = [with_profile(microphone, profiles) for microphone in list_microphones(also_named=True)]
    has_cards = any(has_card_number(one.device) for one in found)
    return [one for one in found if has_seats or not has_cards or has_card_number(one.device) or one.seat is not None]
