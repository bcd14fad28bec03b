"""The words of the kiosk's questions, their answers, and what is said when an answer is missing."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

# The device of the parent (G6.b), as most are; another one is typed.
DEVICES = {
    "telephone": lazy_gettext("Telephone"),
    "tablet": lazy_gettext("Tablet"),
    "laptop": lazy_gettext("Laptop computer"),
    "audio_recorder": lazy_gettext("Audio recorder"),
}

ANSWERS = {
    "yes": lazy_gettext("Yes"),
    "no": lazy_gettext("No"),
    "declined": lazy_gettext("Does not want to say"),
}

# Who records, as the parent reads it at the table (G4, A-06).
RECORDERS = {
    "parent": lazy_gettext("the student’s parent"),
    "legal_guardian": lazy_gettext("the student’s legal guardian"),
    "eligible_student": lazy_gettext("the student, 18 or older"),
}

OBJECTORS = {
    "parent": lazy_gettext("A parent"),
    "legal_guardian": lazy_gettext("A legal guardian"),
    "eligible_student": lazy_gettext("The student, 18 or older"),
}

# Who is present, by duty and never by name.
ROLES = {
    "parent": lazy_gettext("Parent"),
    "legal_guardian": lazy_gettext("Legal guardian"),
    "student": lazy_gettext("Student"),
    "chair": lazy_gettext("Leads the meeting"),
    "district_representative": lazy_gettext("District representative"),
    "case_manager": lazy_gettext("Case manager"),
    "general_education_teacher": lazy_gettext("General education teacher"),
    "special_education_teacher": lazy_gettext("Special education teacher"),
    "psychologist": lazy_gettext("Psychologist"),
    "speech_pathologist": lazy_gettext("Speech pathologist"),
    "related_services": lazy_gettext("Related services"),
    "counselor": lazy_gettext("Counselor"),
    "nurse": lazy_gettext("Nurse"),
    "interpreter": lazy_gettext("Interpreter"),
    "advocate": lazy_gettext("Advocate"),
    "attorney_for_the_parent": lazy_gettext("Attorney of the parent"),
    "attorney_for_the_district": lazy_gettext("Attorney of the district"),
    "other": lazy_gettext("Somebody else"),
}

SPOKEN_OPENING = lazy_gettext(
    "This meeting is being recorded by the parent and by the school district. Please say your name and your role, one after the other. "
    "Has everybody been told of the recording?"
)
SPOKEN_OPENING_DISTRICT_ALONE = lazy_gettext(
    "The parent has asked for the school district’s recording of this meeting. Please say your name and your role, one after the other. "
    "Has everybody been told of the recording?"
)

# The names of the alarms; what was kept and what to do stands in sentences.py.
ALARMS = {
    "lost": lazy_gettext("Microphone unplugged"),
    "muted": lazy_gettext("Microphone muted"),
    "too_quiet": lazy_gettext("Too quiet"),
    "clipping": lazy_gettext("Too loud"),
    "disk_filling": lazy_gettext("Little room left"),
    "disk_full": lazy_gettext("Disk full"),
    "log_waits": lazy_gettext("Notes wait"),
    "interruption": lazy_gettext("Recording was interrupted"),
}

COPY_NOT_ANSWERED = lazy_gettext("Say whether this recorder ran for the whole meeting. Nothing was changed.")


def as_in_notice(device: str) -> str:
    """The answer that the parent uses the device of the notice."""
    return _("As in the notice: %(device)s", device=device)
