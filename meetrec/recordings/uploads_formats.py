"""What kind of file somebody uploads, told from its first bytes: sound that can be taken, or why not, as a sentence (G3). Pure.

FFmpeg reads hundreds of formats, some of which name further files or addresses to fetch; only those listed here ever reach it.
"""

from dataclasses import dataclass

from flask_babel import gettext as _

from meetrec.recordings.errors import UploadRefused

HEAD_BYTES = 1 << 16  # enough to tell the kind

ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_PROTECTED = (bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"), bytes.fromhex("14e68a292226174cb935dae07ee9289c"))  # Windows Media DRM
DICTATION_PROTECTED = (b"\x03enc", b"\x03ds2")  # dictation machines with a password
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
PICTURES_ONLY = (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"FLV\x01")  # MPEG and Flash: made for video alone


@dataclass(frozen=True)
class SoundFormat:
    """A kind of file: what people call it, its media type, and the only readers of FFmpeg that may open it."""

    name: str
    media_type: str
    demuxers: str


FORMATS: dict[str, SoundFormat] = {
    "wav": SoundFormat("WAV", "audio/wav", "wav"),
    "w64": SoundFormat("WAV", "audio/wav", "w64"),
    "flac": SoundFormat("FLAC", "audio/flac", "flac"),
    "mp3": SoundFormat("MP3", "audio/mpeg", "mp3,aac,flac"),  # ID3 tags may stand before each of them
    "aac": SoundFormat("AAC", "audio/aac", "aac"),
    "ogg": SoundFormat("Ogg", "audio/ogg", "ogg"),
    "mp4": SoundFormat("MP4 (M4A)", "audio/mp4", "mov"),
    "wma": SoundFormat("Windows Media (WMA)", "audio/x-ms-wma", "asf"),
    "webm": SoundFormat("WebM", "audio/webm", "matroska,webm"),
    "aiff": SoundFormat("AIFF", "audio/aiff", "aiff"),
    "caf": SoundFormat("CAF", "audio/x-caf", "caf"),
    "amr": SoundFormat("AMR", "audio/amr", "amr"),
}
_BEGINNINGS = (
    (b"fLaC", "flac"), (b"ID3", "mp3"), (b"OggS", "ogg"), (ASF_HEADER, "wma"), (b"\x1aE\xdf\xa3", "webm"), (b"caff", "caf"), (b"#!AMR", "amr"),
    (b"riff\x2e\x91\xcf\x11", "w64"),
)  # fmt: skip


def format_of(head: bytes) -> str:
    """The key in FORMATS of a file by its first bytes (at most HEAD_BYTES). Raises UploadRefused with what is wrong with it."""
    if not head:
        raise UploadRefused(_("The file is empty. Nothing was kept."))
    _refuse_protected(head)
    _refuse_what_is_no_sound(head)
    found = _by_its_beginning(head)
    if found is None:
        raise UploadRefused(_("This is not a sound file of a kind that can be read. Upload WAV, FLAC, MP3, M4A, AAC, Ogg, Opus or WMA. Nothing was kept."))
    return found


def protected() -> UploadRefused:
    """The refusal of what only its owner's password or device opens."""
    return UploadRefused(
        _("The file is protected by a password or by copy protection, so nobody could ever listen to it here. Save it without protection and upload that.")
        + " " + _("Nothing was kept.")
    )  # fmt: skip


def with_video() -> UploadRefused:
    """The refusal of pictures: a meeting is recorded by sound alone, and nothing is cut out of a file in silence (G3)."""
    return UploadRefused(
        _("The file has a video track. Meetings are recorded by sound alone, so a video is not taken, and MeetRec does not cut the sound out of it either.")
        + " " + _("If the device can save the sound alone, upload that. Nothing was kept.")
    )  # fmt: skip


def _refuse_protected(head: bytes) -> None:
    is_locked_asf = head.startswith(ASF_HEADER) and any(mark in head for mark in ASF_PROTECTED)
    is_audible = head[4:12] in (b"ftypaax ", b"ftypaaxc")
    if head.startswith(DICTATION_PROTECTED) or is_locked_asf or is_audible:
        raise protected()


def _refuse_what_is_no_sound(head: bytes) -> None:
    if head.startswith(ARCHIVES):
        raise UploadRefused(_("This is an archive such as ZIP, not a sound file. Unpack it, also if it has a password, and upload the sound file in it.")
                            + " " + _("Nothing was kept."))  # fmt: skip
    is_transport_stream = len(head) > 376 and head[0] == head[188] == head[376] == 0x47
    if head.startswith(PICTURES_ONLY) or is_transport_stream or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        raise with_video()


def _by_its_beginning(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mp4"
    named = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    return named or _by_its_first_frame(head)


def _by_its_first_frame(head: bytes) -> str | None:
    """MP3 and AAC without anything before the sound: eleven or twelve set bits, then version and layer."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    is_mpeg_audio = head[1] & 0xE0 == 0xE0 and head[1] >> 3 & 3 != 1 and head[1] >> 1 & 3 != 0 and head[2] >> 4 != 0xF
    return "mp3" if is_mpeg_audio else None
