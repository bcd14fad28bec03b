"""The roles of the architecture: what each is called, in one list (W-09)."""

COORDINATOR = "coordinator"
CHAIR = "chair"
DISTRICT_CUSTODIAN = "district_custodian"
SITE_CUSTODIAN = "site_custodian"
ATTORNEY = "attorney"
SUPERINTENDENT = "superintendent"
RECORDS_CLERK = "records_clerk"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"

ROLES: dict[str, str] = {
    COORDINATOR: "Special-education coordinator: notices, meetings, recordings, transcripts",
    CHAIR: "Meeting chair: the meetings of the day",
    DISTRICT_CUSTODIAN: "Custodian of records of the district",
    SITE_CUSTODIAN: "Custodian of records of one school",
    ATTORNEY: "The district's attorney",
    SUPERINTENDENT: "The superintendent or designee",
    RECORDS_CLERK: "Records clerk",
    AUDITOR: "Auditor: the journal, no content",
    ADMINISTRATOR: "Administrator: accounts, kiosks, settings, no content",
}

# Who may see the desk, and who may hear and read what was recorded (W-03: only those whose duty it is).
DESK_ROLES = (COORDINATOR,)
CONTENT_ROLES = (COORDINATOR, DISTRICT_CUSTODIAN)
KIOSK_ROLES = (ADMINISTRATOR,)
