"""What the forms of meetings and notices ask of a typed day and time; the fields themselves are those of `platform/typed_fields.py`."""

from datetime import timedelta
from typing import ClassVar

from flask_babel import gettext as _
from wtforms import Form, ValidationError

from meetrec.platform.clock import in_zone
from meetrec.platform.typed_fields import OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of

__all__ = ["ClockTime", "DayToCome", "OneOfTheList", "TypedDateField", "TypedField", "TypedTimeField", "instant_of"]

FARTHEST = timedelta(days=366)  # a meeting later than this is a mistyped year


class DayToCome:
    """Validator: a date that exists, from today on, at most a year ahead, by the calendar of the district."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Form, field: TypedField) -> None:
        """Raises ValidationError with a sentence; `form` knows `now` and `zone`."""
        today = in_zone(form.now, form.zone).date()
        if not field.typed and field.data is None:
            raise ValidationError(_("Enter the date of the meeting."))
        if field.data is None:
            raise ValidationError(_("There is no such date. Write month, day and year, such as %(example)s.", example=f"{today:%m/%d/%Y}"))
        if field.data < today:
            raise ValidationError(_("This date has passed. Check the day and the year."))
        if field.data > today + FARTHEST:
            raise ValidationError(_("This date is more than a year away. Check the year."))


class ClockTime:
    """Validator: a time of day."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Form, field: TypedField) -> None:
        """Raises ValidationError with a sentence."""
        if not field.typed and field.data is None:
            raise ValidationError(_("Enter the time of the meeting."))
        if field.data is None:
            raise ValidationError(_("There is no such time. Write it like 2:30 PM."))
