"""What every form asks of what is typed: that it is there, and that it may be stored."""

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from meetrec.platform.free_text import holds_social_security_number


class Needed:
    """Validator: something must be typed; `sentence` says what."""

    field_flags = {"required": True}  # noqa: RUF012 – WTForms reads it from the class

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with the sentence."""
        if not field.data:
            raise ValidationError(self.sentence)


class StorableText:
    """Validator: not longer than `longest` characters, and without a social security number (B-08)."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with a sentence; nothing has been stored by then."""
        text = field.data or ""
        if len(text) > self.longest:
            raise ValidationError(_("This is longer than %(longest)s characters. Please shorten it.", longest=self.longest))
        if holds_social_security_number(text):
            raise ValidationError(_("This looks like a social security number. The district does not ask for it. Please take it out."))
