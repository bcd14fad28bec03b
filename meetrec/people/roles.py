"""The roles of the architecture: what each is called, and which pages are whose, in one list (W-09)."""

COORDINATOR = "coordinator"
CHAIR = "chair"
DISTRICT_CUSTODIAN = "district_custodian"
SITE_CUSTODIAN = "site_custodian"
ATTORNEY = "attorney"
SUPERINTENDENT = "superintendent"
RECORDS_CLERK = "records_clerk"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
VOLUNTEER = "volunteer"
BOARD_MEMBER = "board_member"
CONTRACTOR = "contractor"

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
    VOLUNTEER: "Volunteer: no page, no content",
    BOARD_MEMBER: "Board member: no page, no content",
    CONTRACTOR: "Contractor: works under an agreement, no page, no content",
}

# Who may see the desk, and who may hear and read what was recorded (W-03: only those whose duty it is).
DESK_ROLES = (COORDINATOR,)
CHAIR_ROLES = (COORDINATOR, CHAIR)
CONTENT_ROLES = (COORDINATOR, DISTRICT_CUSTODIAN)
KIOSK_ROLES = (ADMINISTRATOR,)
ACCOUNT_ROLES = (ADMINISTRATOR,)
ROSTER_ROLES = (ADMINISTRATOR, RECORDS_CLERK)
RIGHTS_ROLES = (COORDINATOR, RECORDS_CLERK, DISTRICT_CUSTODIAN, SITE_CUSTODIAN)
PROTECTION_ROLES = (COORDINATOR, DISTRICT_CUSTODIAN, SUPERINTENDENT)
SUSPENSION_ROLES = (SUPERINTENDENT, ADMINISTRATOR)
CUSTODY_ROLES = (SUPERINTENDENT, ADMINISTRATOR)  # who hands over the offices of custodian
TRAINING_ROLES = (SUPERINTENDENT, ADMINISTRATOR, AUDITOR)
PROFILE_ROLES = (SUPERINTENDENT, ADMINISTRATOR)
PROFILE_READERS = (*PROFILE_ROLES, COORDINATOR, ATTORNEY, AUDITOR)
LETTER_ROLES = (COORDINATOR, ADMINISTRATOR)

# They have no page of their own. Pages that all staff may knock at leave the answer to custody's rules, which refuse them (W-18).
ROLES_WITHOUT_PAGES = (VOLUNTEER, BOARD_MEMBER, CONTRACTOR)
ROLES_WITH_PAGES = tuple(role for role in ROLES if role not in ROLES_WITHOUT_PAGES)
