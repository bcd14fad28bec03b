"""What people read about proofs of identity: ways, what was shown, how a code stands, and why none is made."""

from flask_babel import lazy_gettext

from meetrec.people.identity import CodeStanding, NoCode, Way

WAY_WORDS = {
    Way.HANDED_OVER: lazy_gettext("Handed over to the person, who is here"),
    Way.POSTED: lazy_gettext("Posted to the address on file"),
}
SEEN_WORDS = {
    "known_personally": lazy_gettext("I know the person"),
    "driver_licence": lazy_gettext("Driver license"),
    "state_card": lazy_gettext("State identity card"),
    "school_card": lazy_gettext("School card"),
    "employer_card": lazy_gettext("Employer's card with a picture"),
    "other_with_picture": lazy_gettext("Another card with a picture"),
}
STANDING_WORDS = {
    CodeStanding.OPEN: lazy_gettext("not used yet"),
    CodeStanding.USED: lazy_gettext("used"),
    CodeStanding.REVOKED: lazy_gettext("taken back by staff"),
    CodeStanding.EXPIRED: lazy_gettext("too old"),
}
NO_CODE_WORDS = {
    NoCode.NO_RIGHTS: lazy_gettext("This person holds no rights for the pupil today, so no code is made."),
    NoCode.NOT_SEEN: lazy_gettext("Choose what you saw. A code is handed over only to a person whose identity you checked."),
    NoCode.ADDRESS_WITHHELD: lazy_gettext("A court withholds this address, so no letter is written to it. Hand the code over in person."),
    NoCode.NO_ADDRESS: lazy_gettext("There is no address on file to post a letter to. Enter it first, or hand the code over in person."),
}
