"""Form fields for typed dates and times, which keep what was typed, also when it cannot be read, and a choice that must be one of the list."""

from abc import ABC, abstractmethod
from datetime import date, datetime, time
from typing import Any, ClassVar

from wtforms import Field, Form, ValidationError
from wtforms.widgets import TextInput

from meetrec.platform.typed_times import read_date, read_time, start_at


class TypedField(ABC, Field):
    """A text that is read into `data`; None when it means nothing. `typed` is the text as it came."""

    widget = TextInput()
    control: ClassVar[str]  # the browser's own control for such a value
    typed = ""

    @abstractmethod
    def read(self, text: str) -> Any:
        """What a text means; None when it means nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Called by WTForms with what the browser sent."""
        if valuelist:
            self.typed = valuelist[0].strip()
            self.data = self.read(self.typed)

    @property
    def input_type(self) -> str:
        """The kind of input to show. The browser's own control would empty itself of a text that it cannot show."""
        return "text" if self.typed and self.data is None else self.control

    def _value(self) -> str:
        return self.typed if self.data is None else self.data.isoformat()[: len("2026-10-14" if self.control == "date" else "14:00")]


class TypedDateField(TypedField):
    """A date; `data` is a `date` or None."""

    control = "date"

    def read(self, text: str) -> date | None:
        """ISO, or month first with slashes."""
        return read_date(text)


class TypedTimeField(TypedField):
    """A time of day; `data` is a `time` or None."""

    control = "time"

    def read(self, text: str) -> time | None:
        """24 hours, or with AM and PM."""
        return read_time(text)


class OneOfTheList:
    """Validator: one of a choice field's values; `sentence` says what to do otherwise."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with the sentence."""
        if not field.data or field.data not in [value for value, *_ in field.choices]:
            raise ValidationError(self.sentence)


def instant_of(day: TypedField, clock_time: TypedField, zone: str) -> datetime:
    """The instant (UTC) of two valid fields."""
    return start_at(day.data, clock_time.data, zone)
