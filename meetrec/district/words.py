"""The words in which the district's rules are told, and the rows of the sources behind each. Each list is complete; a test holds it so."""

from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from meetrec.district.rules import OWN, Acknowledgement, InForce
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule, load_profile

RULES = {
    NoticeRule.START_TIME: lazy_gettext("24 hours before the meeting begins"),
    NoticeRule.DATE: lazy_gettext("24 hours before the day of the meeting begins"),
}
LATE = {
    LatePolicy.ACCEPT: lazy_gettext("A late notice is accepted"),
    LatePolicy.REVIEW: lazy_gettext("A person looks at a late notice and speaks with the parent"),
}
ACKNOWLEDGEMENTS = {
    Acknowledgement.OPTIONAL: lazy_gettext("Offered; nobody must give it"),
    Acknowledgement.REQUIRED: lazy_gettext("Asked for; the notice counts without it all the same"),
}
OBJECTIONS = {
    False: lazy_gettext("It is noted; the recording goes on"),
    True: lazy_gettext("A parent's objection stops a recording that the district began"),
}
SEVERAL_PUPILS = {
    MultiStudentRule.FERPA_WHOLE_ITEM: lazy_gettext("Each family may see the whole item"),
    MultiStudentRule.OWN_CHILD_ONLY: lazy_gettext("Each family may see what concerns its own child"),
}

# What each rule answers to: rows of the requirements and of the law.
SOURCES = {
    "rule": lazy_gettext("The district's recording policy; Missouri statute RSMo 162.686"),  # G1.b, A-01, X-1, L-60, L-77
    "late_policy": lazy_gettext("The district's recording policy; federal rule 34 CFR 300.322(e)"),  # A-04, G0.1, L-42
    "acknowledgement": lazy_gettext(
        "The district's recording policy; RSMo 162.686; letter of Missouri's attorney general of September 16, 2021"
    ),  # NOTE.4, A-02
    "objection_stops": lazy_gettext("California Education Code 56341.1(g)"),  # X-4, L-77
    "multi_student_rule": lazy_gettext("FERPA, letter to Wachter of December 7, 2017; California Education Code 56504"),  # X-6, L-08, L-73
    "policy_pointer": lazy_gettext("The district's recording policy"),  # G0.3
}


def which_rules(rules: InForce) -> str:
    """Whose rules they are, of which version, since when: “State profile Missouri, version 1, in force from August 28, 2026”. Within a request."""
    day, number = format_date(rules.effective_from, "long"), rules.label.partition("@")[2]
    if rules.label.startswith(f"{OWN}@"):
        return _("The district's own rules, version %(number)s, in force from %(day)s", number=number, day=day)
    return _("State profile %(state)s, version %(number)s, in force from %(day)s", state=load_profile(rules.base).name, number=number, day=day)
