"""Forms of the roster: the package to check, and the word to apply it."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField

from meetrec.platform.form_validators import Needed, StorableText


class PackageForm(FlaskForm):
    """One zip file, and why its identifiers may have nine digits."""

    package = FileField(lazy_gettext("OneRoster 1.2 package (zip file)"), [Needed(lazy_gettext("Choose the zip file of the roster."))])
    nine_digits = StringField(lazy_gettext("If your own identifiers have nine digits: why they are no social security numbers"), [StorableText(200)])


class ApplyForm(FlaskForm):
    """Somebody read the report; and where many would end, says that this is right."""

    many_endings = BooleanField(lazy_gettext("It is right that so many end"))
