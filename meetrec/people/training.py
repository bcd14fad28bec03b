"""The annual training: its modules (W-20, B-07). Pure."""

from enum import StrEnum


class TrainingModule(StrEnum):
    """One module; each is due again after a year."""

    CONFIDENTIALITY = "confidentiality"
    SENSITIVE_INFORMATION = "sensitive_information"
    RECORDING_ROOM = "recording_room"
    DISCLOSURE = "disclosure"
