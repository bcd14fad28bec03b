"""Microphone profiles: each of ours reads, a wrong one is refused in a sentence, and the closest one is taken."""

import pytest

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import ProfileUnusable
from meetrec.capture.profiles import profile_for, profiles_in, read_profile, with_profile
from meetrec.platform.places import folder

HEAD = 'name = "A"\nsource = "B"\n'
JABRA = 'name = "Jabra"\nsource = "s"\n[match]\nusb = ["0b0e:0420"]\nnames = ["Jabra SPEAK*"]\n[capture]\nrate = 16000\nseat = "Table"\n'
SPEAK_510 = 'name = "Jabra 510"\nsource = "s"\n[match]\nnames = ["Jabra SPEAK 510*"]\n'
ANY = 'name = "Any"\nsource = "s"\n[match]\nnames = ["*"]\n'
pytestmark = pytest.mark.requirement("G5.a")


def microphone(label: str, usb: str | None = None, seat: str | None = None) -> Microphone:
    return Microphone("one", label, f"{label} (hw:1,0)", seat, usb)


def test_usb_id_wins_over_any_name_and_a_longer_pattern_over_a_shorter_one() -> None:
    profiles = [read_profile(text, "f") for text in (ANY, SPEAK_510, JABRA)]
    assert profile_for(microphone("Something else", "0b0e:0420"), profiles).name == "Jabra"
    assert profile_for(microphone("jabra speak 510 usb: USB Audio"), profiles).name == "Jabra 510"
    assert profile_for(microphone("Jabra SPEAK 750"), profiles).name == "Jabra"
    assert profile_for(microphone("Built-in"), profiles).name == "Any"
    assert profile_for(microphone("Built-in"), profiles[1:]) is None


def test_a_profile_gives_what_the_microphone_does_not_carry_already() -> None:
    profiles = [read_profile(JABRA, "f")]
    assert with_profile(microphone("Jabra SPEAK 510"), profiles) == Microphone("one", "Jabra SPEAK 510", "Jabra SPEAK 510 (hw:1,0)", "Table", rate=16_000)
    assert with_profile(microphone("Jabra SPEAK 510", seat="Parent"), profiles).seat == "Parent"
    assert with_profile(microphone("Built-in"), profiles) == microphone("Built-in")


def test_conference_line_of_the_product_is_silent_while_nobody_is_on_it_and_no_other_microphone_is() -> None:
    profiles = profiles_in(folder("hardware/microphones"))
    line = with_profile(microphone("Conference line"), profiles)
    assert (line.seat, line.silent_when_idle) == ("On the line", True)
    assert [profile.name for profile in profiles if profile.silent_when_idle] == ["Conference line"]
    assert with_profile(microphone("Jabra SPEAK 510"), profiles).silent_when_idle is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "is not TOML"),
        (HEAD, "fits no microphone: give usb or names"),
        (f"{HEAD}colour = 1\n", "“colour” is not known"),
        (f'{HEAD}[match]\nusb = ["0B0E:0420"]\n', "must look like 0b0e:0420, in small letters"),
        (f'{HEAD}[match]\nusb = "0b0e:0420"\n', "usb must be a list of texts"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\nrate = 4000\n', "rate must be a whole number from 8000 to 192000"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\ngain = true\n', "gain must be a whole number from 0 to 100"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\nchannels = 1\nchannel = 2\n', "takes channel 2 of a device with 1"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\ngain_control = "Mic"\n', "names a gain_control but no gain"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\nvolume = 3\n', r"table \[capture\]: “volume” is not known"),
        (f'{HEAD}[match]\nnames = ["*"]\n[capture]\nsilent_when_idle = "yes"\n', "silent_when_idle must be true or false"),
        (f"{HEAD}match = 3\n", "match must be a table"),
        ('source = "B"\n[match]\nnames = ["*"]\n', "name must be a text"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ProfileUnusable, match=rf"wrong\.toml.*{sentence}"):
        read_profile(text, "wrong.toml")


def test_a_districts_own_profile_takes_the_place_of_the_products(tmp_path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for place, text in ((ours, JABRA), (theirs, JABRA.replace("16000", "32000"))):
        place.mkdir()
        (place / "jabra.toml").write_text(text)
    (ours / "any.toml").write_text(ANY)
    assert {profile.name: profile.rate for profile in profiles_in(ours, theirs)} == {"Any": None, "Jabra": 32_000}
    assert profiles_in(tmp_path / "nowhere") == []
    (theirs / "jabra.toml").write_bytes(b"\xff")
    with pytest.raises(ProfileUnusable, match="cannot be read"):
        profiles_in(theirs)
