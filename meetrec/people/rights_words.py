"""What people read for kinds of rights holders, how they stand, why, and for papers and protection."""

from flask_babel import lazy_gettext

from meetrec.people.rights import Effect, RightsHolderKind, Standing

HOLDER_WORDS = {
    RightsHolderKind.PARENT: lazy_gettext("Parent"),
    RightsHolderKind.LEGAL_GUARDIAN: lazy_gettext("Legal guardian"),
    RightsHolderKind.FOSTER_PARENT: lazy_gettext("Foster parent with rights"),
    RightsHolderKind.SURROGATE: lazy_gettext("Surrogate parent"),
    RightsHolderKind.CAREGIVER_AFFIDAVIT: lazy_gettext("Caregiver with an affidavit"),
    RightsHolderKind.ACTING_PARENT: lazy_gettext("Acts as a parent"),
    RightsHolderKind.ELIGIBLE_STUDENT: lazy_gettext("The student"),
}
STANDING_WORDS = {
    Standing.HOLDS: lazy_gettext("Holds rights"),
    Standing.REVOKED: lazy_gettext("Rights are taken by a paper"),
    Standing.CONFLICT: lazy_gettext("Papers contradict each other. Refer it to the attorney; give nothing until then."),
    Standing.EVIDENCE_MISSING: lazy_gettext("Holds no rights yet: nobody has seen the paper"),
    Standing.TRANSFERRED: lazy_gettext("Rights have moved to the student"),
    Standing.NOT_IN_FORCE: lazy_gettext("Not in force today"),
}
REASON_WORDS = {
    "eighteen": lazy_gettext("The student is 18."),
    "postsecondary": lazy_gettext("The student attends a postsecondary institution."),
    "not_in_force": lazy_gettext("It has not begun, or has ended."),
    "papers_conflict": lazy_gettext("Papers contradict each other."),
    "revoked": lazy_gettext("A court order, statute or binding paper takes the rights by name."),
    "paper_not_seen": lazy_gettext("Who acts in a parent's place shows a paper first."),
    "paper_seen": lazy_gettext("The paper was seen."),
    "presumed": lazy_gettext("A parent holds full rights unless a paper takes them."),
    "not_eligible": lazy_gettext("The student is not 18 and attends no postsecondary institution."),
}
EVIDENCE_WORDS = {
    "court_order": lazy_gettext("Court order"),
    "placement_letter": lazy_gettext("Placement letter"),
    "affidavit": lazy_gettext("Caregiver's affidavit"),
    "appointment": lazy_gettext("Appointment as surrogate"),
    "birth_record": lazy_gettext("Birth record"),
    "other": lazy_gettext("Another paper"),
}
EFFECT_WORDS = {
    Effect.REVOKED: lazy_gettext("It takes rights by name"),
    Effect.CONFLICT: lazy_gettext("It contradicts another paper"),
    Effect.ADDRESS_WITHHELD: lazy_gettext("It withholds an address"),
}
AUTHORITY_WORDS = {
    "court_order": lazy_gettext("Court order"),
    "statute": lazy_gettext("Statute"),
    "binding_paper": lazy_gettext("Binding paper"),
}
PROTECTION_WORDS = {
    "address_confidential": lazy_gettext("The address is confidential"),
    "custody": lazy_gettext("A dispute about custody"),
    "foster": lazy_gettext("Foster care"),
    "other": lazy_gettext("Another reason"),
}
