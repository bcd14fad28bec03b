"""Is this one person's account? No address that several people read, no name that is a desk (W-10). Pure."""

import re

# What addresses of a desk, a team or a building are called; compared without dots, dashes and digits.
_SHARED = """
    accounts admin administration administrator assistant attendance board contact counseling counselors district enrollment everyone frontdesk
    frontoffice guest help helpdesk hr humanresources iep info information intern it itsupport library mail mailbox main nurse office officemanager
    postmaster principal principals reception receptionist records registrar registration root school schooloffice secretary sped specialeducation
    specialed staff superintendent support teacher teachers team technology test training user volunteer volunteers webmaster
"""
SHARED_NAMES = frozenset(_SHARED.split())
SHORTEST_PART = 2  # letters of a name's part, so that “J. Smith” is no full name


def is_shared_address(email: str) -> bool:
    """Whether the part before the @ names a desk, a team or a building instead of a person."""
    return re.sub(r"[^a-z]", "", email.partition("@")[0].lower()) in SHARED_NAMES


def is_full_name(name: str) -> bool:
    """Whether a given and a family name are there."""
    return len([part for part in name.split() if sum(character.isalpha() for character in part) >= SHORTEST_PART]) >= 2
