"""The gain of a microphone, set through ALSA's mixer each time its stream is opened, so that a re-plugged one has it again."""

import re
import subprocess

from meetrec.capture.errors import MicrophoneUnusable

PATIENCE_SECONDS = 2.0
_CONTROL = re.compile(r"^Simple mixer control '(.+)',(\d+)$")


class GainNotSet(MicrophoneUnusable):
    """The mixer did not take the gain. The microphone records all the same, with the gain it had."""


def set_gain(label: str, mixer: str, percent: int, control: str | None = None) -> None:
    """Set a capture control of `mixer` ("hw:2", or a name in ALSA's configuration) to `percent` and unmute it; all of them without a name.

    Raises GainNotSet with a sentence that names `label`.
    """
    known = capture_controls(_amixer(label, mixer, "scontents"))
    wanted = {name: has_switch for name, has_switch in known.items() if control is None or name.partition(",")[0] == control}
    if not wanted:
        named = f"has no capture control “{control}”" if control else "has no capture control"
        raise GainNotSet(f"{label} {named}, so its gain was not set. It records with the gain it has.")
    for name, has_switch in wanted.items():
        _amixer(label, mixer, "sset", name, f"{percent}%", *(["cap"] if has_switch else []))


def capture_controls(contents: str) -> dict[str, bool]:
    """The controls ("Mic,0") with a capture volume in what `amixer scontents` prints, and whether each can be switched off."""
    controls: dict[str, bool] = {}
    name = ""
    for line in contents.splitlines():
        found = _CONTROL.match(line)
        name = f"{found[1]},{found[2]}" if found else name
        able = line.strip().removeprefix("Capabilities:").split() if line.strip().startswith("Capabilities:") else []
        if any(word.startswith(("cvolume", "volume")) for word in able):
            controls[name] = any(word.startswith(("cswitch", "switch")) for word in able)
    return controls


def _amixer(label: str, mixer: str, *words: str) -> str:
    try:
        command = ["amixer", "-D", mixer, *words]
        return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE_SECONDS, check=True).stdout
    except FileNotFoundError:
        raise GainNotSet(f"The gain of {label} was not set: the program amixer is missing. Install the package alsa-utils.") from None
    except subprocess.TimeoutExpired:
        raise GainNotSet(f"The gain of {label} was not set: its mixer does not answer. It records with the gain it has.") from None
    except OSError as error:
        raise GainNotSet(f"The gain of {label} was not set: amixer cannot be run ({error.strerror}). It records with the gain it has.") from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["unknown reason"])[-1].removeprefix("amixer: ")
        raise GainNotSet(f"The gain of {label} was not set: {reason}. It records with the gain it has.") from error
