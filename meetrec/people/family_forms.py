"""Forms of the families' door: making a code, typing it, opening the account with it, ending the account, its language."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired

from meetrec.people.family_actions import ENDING_REASONS
from meetrec.people.identity import Way
from meetrec.people.identity_words import SEEN_WORDS, WAY_WORDS
from meetrec.people.words import DEACTIVATION_REASONS
from meetrec.platform.form_validators import MailAddress, Needed, StorableText
from meetrec.platform.free_text import one_line
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.typed_fields import OneOfTheList

Choices = Sequence[tuple[str, str]]
LONGEST_CODE = 80  # characters: a code with every dash and blank that anybody types


def _code(text: str | None) -> str:
    return one_line(text)[:LONGEST_CODE]


class MakeCodeForm(FlaskForm):
    """Whom a code is for, how it gets there, and what was seen (L-30, B-09)."""

    holder = RadioField(lazy_gettext("For whom"), [OneOfTheList(lazy_gettext("Choose for whom the code is."))], validate_choice=False)
    way = RadioField(
        lazy_gettext("How the code gets there"),
        [OneOfTheList(lazy_gettext("Choose how the code gets there."))],
        choices=[SelectChoice(way.value, words) for way, words in WAY_WORDS.items()],
        validate_choice=False,
    )
    seen = SelectField(
        lazy_gettext("When handed over: what you saw"),
        choices=[SelectChoice("", lazy_gettext("Nothing")), *(SelectChoice(name, words) for name, words in SEEN_WORDS.items())],
        validate_choice=False,
    )
    language = SelectField(
        lazy_gettext("Language of the letter"),
        choices=[SelectChoice("", lazy_gettext("As entered with the person")), *(SelectChoice(*language) for language in LANGUAGES.items())],
        validate_choice=False,
    )

    def __init__(self, people: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.holder.choices = [SelectChoice(*person) for person in people]
        self.seen.flags.sometimes_required = True  # its label says when

    @property
    def chosen_way(self) -> Way:
        """The way, of a valid form."""
        return Way(self.way.data)


class CodeForm(FlaskForm):
    """The code, as it stands on the paper."""

    code = StringField(lazy_gettext("Your one-time code"), [Needed(lazy_gettext("Type the code."))], filters=[_code])


class OpenAccountForm(FlaskForm):
    """The address and the password of the new account; the code comes along."""

    code = HiddenField(filters=[_code])
    email = EmailField(
        lazy_gettext("Your e-mail address"),
        [Needed(lazy_gettext("Enter the e-mail address.")), MailAddress(), StorableText(255)],
        filters=[lambda text: one_line(text).lower()],
    )
    password = PasswordField(lazy_gettext("New password"), validators=[InputRequired()])
    again = PasswordField(
        lazy_gettext("New password once more"),
        validators=[InputRequired(), EqualTo("password", message=lazy_gettext("The two new passwords are not the same."))],
    )

    def __init__(self, name: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.name_of_person = name

    def validate(self, extra_validators: Any = None) -> bool:
        """The one rule for passwords; what is kept is the password as Flask-Security will compare it."""
        if not super().validate(extra_validators):
            return False
        person = SimpleNamespace(email=self.email.data, name=self.name_of_person)
        reasons, self.password.data = current_app.extensions["security"].password_util.validate(self.password.data, False, user=person)
        self.password.errors = reasons or []
        return not reasons


class FamilyEndForm(FlaskForm):
    """Why a family's account is closed (W-26)."""

    because = RadioField(
        lazy_gettext("Why the account is closed"),
        [OneOfTheList(lazy_gettext("Choose why the account is closed."))],
        choices=[SelectChoice(reason, DEACTIVATION_REASONS[reason]) for reason in ENDING_REASONS],
        validate_choice=False,
    )


class LanguageForm(FlaskForm):
    """The language of a family's mails and pages."""

    language = RadioField(
        lazy_gettext("Language"),
        [OneOfTheList(lazy_gettext("Choose one of the languages."))],
        choices=[SelectChoice(*language) for language in LANGUAGES.items()],
        validate_choice=False,
    )
