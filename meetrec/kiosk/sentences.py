"""Every sentence the room's screen says about states and faults, calm and complete: what happened, what was kept, what to do."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from meetrec.capture.errors import DiskFull, MicrophoneUnusable, OutboxUnusable, PieceRefused, RecordingRefused, RunKeyRefused
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.faults import INTERRUPTION
from meetrec.kiosk.recorder_port import MicrophoneReading

CONNECTED = lazy_gettext("Connected")
CONNECTING = lazy_gettext("Looking for the server …")
NO_CONNECTION = lazy_gettext("No connection to the server. Recording works all the same; it will be delivered later.")

# Trouble with the server, as the room reads it. Nothing is ever deleted here because of one.
OF_TROUBLE = {
    Trouble.NO_ANSWER: NO_CONNECTION,
    Trouble.HALF_ANSWER: NO_CONNECTION,
    Trouble.SERVER_FAULT: lazy_gettext(
        "The server has a fault of its own. Recording works all the same; everything is kept on this machine and delivered when the server is well."
    ),
    Trouble.WRONG_TOKEN: lazy_gettext(
        "The server does not know this kiosk’s key. Recording works all the same and is kept on this machine. Ask the administrator to enrol this kiosk again."
    ),
    Trouble.REVOKED: lazy_gettext(
        "This kiosk was revoked: the server takes nothing from it any more. Whatever is recorded stays on this machine. Tell the administrator."
    ),
    Trouble.UNTRUSTED_SERVER: lazy_gettext(
        "The server does not show the certificate key that this kiosk trusts, so nothing is sent to it. Recording works all the same and is kept on this "
        "machine. Ask the administrator to compare the fingerprints and to run “meetrec kiosk trust”."
    ),
    Trouble.OTHER_DISTRICT_KEY: lazy_gettext(
        "The server shows another district key than the one this kiosk knows, so the list of meetings is not renewed. "
        "Recordings are still sealed with the known key. Tell the administrator."
    ),
    Trouble.CONFLICT: lazy_gettext(
        "The server holds something else in the place of a piece of this recording. The piece is kept on this machine. Tell the administrator."
    ),
    Trouble.TOO_LARGE: lazy_gettext(
        "The server or a proxy before it refuses a piece as too large. Everything is kept on this machine and tried again. Tell the administrator."
    ),
    Trouble.REFUSED: lazy_gettext(
        "The server does not take this recording just now. Everything is kept on this machine and tried again. If this stays, tell the administrator."
    ),
    Trouble.WRONG_HASH: lazy_gettext("A piece reached the server altered. It is kept on this machine and sent again."),
    Trouble.NOT_DURABLE: lazy_gettext("The server has not yet stored a piece safely. It is kept on this machine and sent again."),
    Trouble.UNREADABLE_PIECE: lazy_gettext("A file of a recording on this machine cannot be read. Nothing was deleted. Tell the administrator."),
}

# What may not be done now.
NOT_ARMED = lazy_gettext("This meeting is not armed for this room any more. Ask the coordinator to arm it, then try again.")
NO_DISTRICT_KEY = lazy_gettext(
    "This kiosk has not yet received the district’s key, so it cannot seal a recording. It fetches the key as soon as the server answers."
)
ANOTHER_RUNS = lazy_gettext("Another meeting is being recorded in this room. Stop that recording first.")
ALREADY_RECORDED = lazy_gettext(
    "This meeting’s recording was stopped and saved. If the meeting goes on, ask the coordinator to arm the room again. "
    "The meeting then stands in the list once more, by itself."
)
HELD_TOO_SHORT = lazy_gettext("Hold for two seconds to stop. The recording goes on.")
FINISH_HELD_TOO_SHORT = lazy_gettext("Hold for two seconds to finish. Nothing was changed.")
NOT_OF_TODAY = lazy_gettext(
    "This recording is of another day, so it does not go on. Hold “Finish it”; then open the meeting that is held now. "
    "If it is not in the list, ask the coordinator to arm the room again."
)
NOTHING_TO_FINISH = lazy_gettext("There is no interrupted recording of this meeting on this machine.")
NOT_RECORDING = lazy_gettext("Nothing is being recorded just now.")

# What the chair is still to do before the recording may start (G6), and other refusals of the log's actions.
PARENT_NOT_ASKED = lazy_gettext("Ask the parent first: Are you recording this meeting? Then choose the answer. Nothing was changed.")
NOBODY_ASKED = lazy_gettext("Write down who asked the parent. Nothing was changed.")
NO_DEVICE = lazy_gettext("The parent records: write down with which device, as the parent names it.")
DEVICE_NOT_LOOKED_FOR = lazy_gettext("Say whether the parent’s device lies in plain sight.")
NOBODY_PRESENT = lazy_gettext("Choose who is at the table or on the line.")
NOT_EVERYONE_TOLD = lazy_gettext("Tell everyone at the table and on the line that the meeting is being recorded, then tick it.")
NOT_OPENED = lazy_gettext("Go through the opening first: ask the parent, and say who is here. Then recording can start.")
PARENT_DOES_NOT_RECORD = lazy_gettext(
    "The parent does not record, so the district does not record by itself. Choose “Do not record”, or “The parent wants the district’s copy all the same”."
)
PARENT_RECORDS_HERE = lazy_gettext("The parent records, so the district makes its copy. Start the recording.")
MICROPHONE_NOT_HEARD = lazy_gettext("Not every microphone has heard a voice yet. Have somebody speak at each one. To start all the same, say why.")
NO_RECORDER_NAME = lazy_gettext("Write down the name of the person who records. Nothing was changed.")
NO_RECORDER_ROLE = lazy_gettext("Only a parent, a legal guardian, or a student of 18 or older can give this notice. Choose which. Nothing was changed.")
NOT_IN_THIS_ROOM = lazy_gettext("This meeting is not planned in this room today. Ask the coordinator. Nothing was changed.")
NOTICE_GIVEN_ALREADY = lazy_gettext("Notice was given for this meeting already. It stands in the list of meetings; open it there.")
NOTHING_WRITTEN = lazy_gettext("Nothing was written, so nothing was noted.")
PLAIN_SIGHT_NOT_ANSWERED = lazy_gettext("Say whether the parent’s device stayed in plain sight. Nothing was changed.")
NO_CLOSING_DUE = lazy_gettext("There is no recording that waits for its closing any more. What was recorded is kept.")
OBJECTION_STOPS_NOTHING = lazy_gettext("In this district an objection does not stop the recording. Write it down as a note. The recording goes on.")
OBJECTION_BY_NOBODY = lazy_gettext("Choose who objects: a parent, a legal guardian, or a student of 18 or older. The recording goes on.")
ENTRY_NOT_KEPT = lazy_gettext("This could not be written to the disk of this machine, so nothing was changed. Tell the coordinator, and try again.")
LOG_WAITS = lazy_gettext(
    "The disk of this machine takes nothing just now. Notes and marks of this meeting are held until it does; recording is not affected. "
    "Tell the coordinator, and do not switch this machine off."
)

NO_MICROPHONE = lazy_gettext("No microphone is attached, so nothing can be recorded. Plug a microphone in; it appears here by itself.")
DISK_FULL = lazy_gettext(
    "The disk of this machine is full. Everything up to now is sealed and kept; recording goes on by itself when there is room. "
    "Tell the coordinator and use another recorder for now."
)

ALARMS = {
    "lost": lazy_gettext(
        "The microphone “%(seat)s” is not connected. What it recorded so far is kept, and the other microphones go on. "
        "Check its cable; it records again by itself."
    ),
    "muted": lazy_gettext(
        "The microphone “%(seat)s” sends no sound at all: it is switched off or muted. The other microphones go on. Switch it on, or check its cable."
    ),
    "too_quiet": lazy_gettext(
        "The microphone “%(seat)s” has heard almost nothing for a while. It goes on recording, and the others too. Move it nearer, or check its level."
    ),
    "clipping": lazy_gettext(
        "The microphone “%(seat)s” hears too loud a sound and distorts it. Everything is kept. Move it a little farther away, or turn its level down."
    ),
    "disk_filling": lazy_gettext(
        "The disk of this machine has room for less than two more hours. Everything is kept and recording goes on. "
        "Tell the coordinator: recordings leave this machine as soon as they are delivered."
    ),
    "disk_full": DISK_FULL,
}
ALARMS_OVER = {
    "lost": lazy_gettext(
        "The microphone “%(seat)s” was not connected for a while and is back. What it could not record in between is missing, and the recording says so."
    ),
    "muted": lazy_gettext("The microphone “%(seat)s” sent no sound for a while and is heard again."),
    "too_quiet": lazy_gettext("The microphone “%(seat)s” heard almost nothing for a while and hears the room again. Everything it heard is kept."),
    "clipping": lazy_gettext("The microphone “%(seat)s” heard too loud a sound for a while. Everything is kept; some of it may be distorted."),
    "disk_filling": lazy_gettext("The disk of this machine was short of room and has enough again."),
    "disk_full": lazy_gettext("The disk was full for a while. It records again; what was said in between is missing and stated."),
}

WENT_ON = lazy_gettext(
    "The recording broke off and goes on now. Nothing was recorded for %(missing)s (h:mm:ss); "
    "the recording says so. Everything before it is kept. Tell everyone at the table."
)

LINE_NOT_HEARD = lazy_gettext(
    "Somebody takes part by telephone or video, and no microphone of this room hears the line itself: "
    "what they say is recorded only as far as a loudspeaker plays it into the room."
)

NO_SOUND = lazy_gettext("No microphone delivers sound, so nothing was started. Check the cables, then press Start again.")

DAMAGED = lazy_gettext("One of its files cannot be read. If you finish it, that file is kept here and everything else is delivered. Tell the administrator.")
NOT_CLOSED = lazy_gettext("This recording could not be closed. Everything recorded is kept on this machine. Tell the administrator.")

# What else the recorder may refuse (already running, nothing running, finished) the room has asked about before.
_OF_CAPTURE = {
    DiskFull: DISK_FULL,
    MicrophoneUnusable: NO_MICROPHONE,
    RecordingRefused: NO_SOUND,
    OutboxUnusable: NOT_CLOSED,
    PieceRefused: NOT_CLOSED,
    RunKeyRefused: NOT_CLOSED,
}

KINDS = {"IEP": lazy_gettext("IEP meeting"), "SECTION_504": lazy_gettext("Section 504 meeting")}


def sentence_of(error: Exception) -> str:
    """The sentence for an error of ours, in the screen's language where there is one."""
    return str(next((sentence for kind, sentence in _OF_CAPTURE.items() if isinstance(error, kind)), error))


def too_long(longest: int) -> str:
    """The refusal of a text of more than `longest` characters."""
    return _("This is longer than the %(longest)s characters that can be kept. Shorten it and send it again; nothing was changed.", longest=longest)


def not_a_count(who: str, where: str, most: int) -> str:
    """The refusal of a count that is no whole number or more than `most` of one duty; `where` is "table" or "line"."""
    if where == "line":
        return _("“%(who)s” by telephone or video: write a whole number from 0 to %(most)s. Nothing was changed.", who=who, most=most)
    return _("“%(who)s” at the table: write a whole number from 0 to %(most)s. Nothing was changed.", who=who, most=most)


def server_sentence(has_asked: bool, troubles: list[Trouble | None]) -> str:
    """How the connection stands; the first trouble speaks."""
    trouble = next(filter(None, troubles), None)
    if trouble is not None:
        return str(OF_TROUBLE[trouble])
    return str(CONNECTED if has_asked else CONNECTING)


def fault_sentence(kind: str, seat: str, is_over: bool, missing: str = "") -> str:
    """An alarm met while recording, in words: what happened, what was kept, what to do. `kind` is one of capture.alarms or faults.INTERRUPTION.

    `missing` is for how long an interruption kept the room from being recorded.
    """
    if kind == INTERRUPTION:
        return str(WENT_ON) % {"missing": missing}
    return str((ALARMS_OVER if is_over else ALARMS)[kind]) % {"seat": seat}


def microphone_words(reading: MicrophoneReading, is_heard: bool, *, is_paused: bool) -> str:
    """What a microphone does just now, and whether the loudness that the room's file asks for could not be set."""
    words = _words_of_state(reading, is_heard, is_paused=is_paused)
    if reading.gain_refused and not reading.is_lost:
        return _("%(state)s. Its gain could not be set; tell the administrator.", state=words)
    return words


def _words_of_state(reading: MicrophoneReading, is_heard: bool, *, is_paused: bool) -> str:
    if reading.is_lost:
        return _("Not connected")
    if reading.state == "opening":
        return _("Getting ready")
    if reading.state == "disk_full":
        return _("Not recording: the disk is full")
    if reading.is_mute:
        return _("No sound at all: muted?")
    if "clipping" in reading.alarm_kinds:
        return _("Too loud")
    if "too_quiet" in reading.alarm_kinds:
        return _("Hears almost nothing")
    if is_paused:
        return _("Not being recorded now")
    return _("Hears sound") if is_heard else _("Quiet")
