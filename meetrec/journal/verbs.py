"""Every verb the journal knows, with the sentence a person reads. A test holds this list to the code."""


def N_(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


VERBS: dict[str, str] = {
    "district.initialised": N_("The district was set up"),
    "keys.shown": N_("The key-recovery sheet was printed"),
    "account.created": N_("An account was created"),
    "account.password_changed": N_("An account was given a new password"),
    "account.signed_in": N_("Somebody signed in"),
    "account.sign_in_refused": N_("A sign-in was refused"),
    "access.denied": N_("An entry was refused"),
    "kiosk.invited": N_("A one-time code for a room's kiosk was made"),
    "kiosk.enrolled": N_("A kiosk was enrolled for a room"),
    "kiosk.enrolment_refused": N_("A machine that wanted to become a kiosk was refused"),
    "kiosk.revoked": N_("A kiosk was revoked"),
    "student.entered": N_("A pupil was entered"),
    "meeting.planned": N_("A meeting was entered"),
    "notice.received": N_("A notice of recording was received"),
    "notice.matched": N_("A notice was matched to its meeting"),
    "room.armed": N_("The room was armed for the meeting"),
    "recording.overtaken": N_("The armed recording was withdrawn: the room had begun another one on the spot"),
    "recording.started": N_("The recording began"),
    "room.opened": N_("The opening checklist was completed in the room"),
    "opening.not_recorded": N_("The chair chose not to record, since the parent does not"),
    "opening.noted": N_("An answer of the opening checklist was noted in the room"),
    "recording.paused": N_("The recording was paused"),
    "recording.off_the_record": N_("The meeting went off the record"),
    "recording.resumed": N_("The recording went on"),
    "recording.stopped": N_("The recording was stopped"),
    "recording.interrupted": N_("The recording was interrupted"),
    "recording.objected": N_("An objection to the recording was made in the room"),
    "alarm.raised": N_("The kiosk raised an alarm"),
    "alarm.over": N_("An alarm of the kiosk was over"),
    "alarm.answered": N_("Somebody in the room answered an alarm"),
    "room.closed": N_("The closing of the meeting was confirmed in the room"),
    "room.entry_lost": N_("A note of the room’s log was lost on the kiosk’s disk"),
    "delivery.refused": N_("Something that the kiosk delivered was refused"),
    "recording.delivered": N_("The kiosk delivered the whole recording"),
    "copy.explained": N_("A reason was given why there is no district copy of a meeting"),
    "copy.uploaded": N_("A recording made on another device was uploaded as the district's copy"),
    "recording.reserve_leads": N_("The reserve recorder’s copy took the place of the main one’s"),
    "recording.assembly_failed": N_("The recording could not be joined"),
    "record.stored": N_("The recording was stored as an education record"),
    "record.copy_added": N_("Another recorder’s copy of the meeting was added to the record"),
    "transcript.drafted": N_("The machine draft of the transcript was stored"),
    "transcript.failed": N_("The transcription failed"),
    "record.listened": N_("Somebody listened to the recording"),
    "transcript.read": N_("Somebody opened the transcript or the notes of the room"),
}
