"""What people read for the names that rows keep: roles, training modules, kinds of suspension, states and reasons."""

from flask_babel import lazy_gettext

from meetrec.people import roles
from meetrec.people.standing import AccountState, SuspensionKind
from meetrec.people.training import TrainingModule

ROLE_WORDS = {
    roles.COORDINATOR: lazy_gettext("Coordinator"),
    roles.CHAIR: lazy_gettext("Meeting chair"),
    roles.DISTRICT_CUSTODIAN: lazy_gettext("Custodian of the district"),
    roles.SITE_CUSTODIAN: lazy_gettext("Custodian of a school"),
    roles.ATTORNEY: lazy_gettext("Attorney"),
    roles.SUPERINTENDENT: lazy_gettext("Superintendent or designee"),
    roles.RECORDS_CLERK: lazy_gettext("Records clerk"),
    roles.AUDITOR: lazy_gettext("Auditor"),
    roles.ADMINISTRATOR: lazy_gettext("Administrator"),
    roles.VOLUNTEER: lazy_gettext("Volunteer"),
    roles.BOARD_MEMBER: lazy_gettext("Board member"),
    roles.CONTRACTOR: lazy_gettext("Contractor"),
}
MODULE_WORDS = {
    TrainingModule.CONFIDENTIALITY: lazy_gettext("Confidentiality of student records"),
    TrainingModule.SENSITIVE_INFORMATION: lazy_gettext("Gathering and handling sensitive information"),
    TrainingModule.RECORDING_ROOM: lazy_gettext("Recording in the room"),
    TrainingModule.DISCLOSURE: lazy_gettext("Disclosing records"),
}
STATE_WORDS = {
    AccountState.ACTIVE: lazy_gettext("open"),
    AccountState.NOT_ACTIVATED: lazy_gettext("waits for its first password"),
    AccountState.DEACTIVATED: lazy_gettext("closed"),
    AccountState.SUSPENDED: lazy_gettext("suspended"),
    AccountState.SIGNED_IN_BEFORE: lazy_gettext("has to sign in again"),
    AccountState.LOCKED: lazy_gettext("locked after too many wrong passwords"),
    AccountState.AGREEMENT_MISSING: lazy_gettext("no agreement in force"),
}
SUSPENSION_WORDS = {
    SuspensionKind.TEMPORARY: lazy_gettext("Temporary, until a moment"),
    SuspensionKind.LONG_TERM: lazy_gettext("Long-term, until somebody lifts it"),
    SuspensionKind.PERMANENT: lazy_gettext("Permanent"),
}
# W-26: why an account is closed; it is never deleted.
DEACTIVATION_REASONS = {
    "separated": lazy_gettext("Employment ended"),
    "left": lazy_gettext("No longer works with these pages"),
    "mistake": lazy_gettext("Made by mistake"),
    "other": lazy_gettext("Another reason"),
}
