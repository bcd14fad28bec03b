"""The form that puts somebody on the list of people at a meeting: chosen from those known, or typed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, StringField, ValidationError

from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable
from meetrec.platform.form_validators import StorableText
from meetrec.platform.free_text import one_line

AFFILIATION_WORDS = {
    Affiliation.DISTRICT_EMPLOYEE: lazy_gettext("Employed by the district"),
    Affiliation.DISTRICT_REPRESENTATIVE: lazy_gettext("Represents the district"),
    Affiliation.OUTSIDE_AGENCY: lazy_gettext("Another agency"),
    Affiliation.PARENT: lazy_gettext("Parent or guardian"),
    Affiliation.PARENTS_GUEST: lazy_gettext("Came with the parent"),
    Affiliation.STUDENT: lazy_gettext("The pupil"),
    Affiliation.INTERPRETER: lazy_gettext("Interpreter who is not the district's"),
}


class PersonForm(FlaskForm):
    """Somebody at the table or on the line. Who is chosen from the list brings name and affiliation along."""

    known = SelectField(lazy_gettext("Choose somebody"), validate_choice=False)
    name = StringField(lazy_gettext("Or write a name"), [StorableText(120)], filters=[one_line])
    affiliation = RadioField(
        lazy_gettext("Who the person comes for"),
        choices=[SelectChoice(one.value, words) for one, words in AFFILIATION_WORDS.items()],
        validate_choice=False,
    )
    duty = StringField(lazy_gettext("What the person does there"), [StorableText(60)], filters=[one_line])

    def __init__(self, offered: Mapping[str, AtTheTable], **keywords: Any) -> None:
        """`offered`: people known to the roster, by a key for the browser."""
        self.offered = offered
        super().__init__(**keywords)
        people = [SelectChoice(key, f"{one.name} · {AFFILIATION_WORDS[one.affiliation]}") for key, one in offered.items()]
        for field in (self.known, self.name, self.affiliation):
            field.flags.sometimes_required = True  # their hints say when
        self.known.choices = [SelectChoice("", _("Nobody of the list")), *people]

    def validate_known(self, field: SelectField) -> None:
        """One of the list, or nobody."""
        if field.data and field.data not in self.offered:
            raise ValidationError(_("Choose somebody of the list."))

    def validate_name(self, field: StringField) -> None:
        """Needed where nobody was chosen, and only there."""
        if not self.known.data and not field.data:
            raise ValidationError(_("Choose somebody, or write the name."))
        if self.known.data and field.data:
            raise ValidationError(_("Choose somebody or write a name, not both. For two people send the form twice."))

    def validate_affiliation(self, field: RadioField) -> None:
        """Needed where nobody was chosen."""
        if not self.known.data and field.data not in [one.value for one in Affiliation]:
            raise ValidationError(_("Choose who the person comes for. It decides whether the district's notice covers them."))

    def person(self) -> AtTheTable:
        """As chosen or typed; only of a valid form."""
        duty = self.duty.data or None
        if self.known.data:
            known = self.offered[self.known.data]
            return AtTheTable(known.name, known.affiliation, duty or known.duty, known.staff_member_id, known.guardian_id, known.student_id)
        return AtTheTable(self.name.data, Affiliation(self.affiliation.data), duty)
