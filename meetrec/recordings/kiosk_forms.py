"""The form by which an administrator invites a machine into a room."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField

from meetrec.meetings.form_fields import OneOfTheList

MAIN, RESERVE = "main", "reserve"
LIVES = {"4": lazy_gettext("4 hours"), "24": lazy_gettext("24 hours"), "168": lazy_gettext("7 days")}


class InvitationForm(FlaskForm):
    """Room, main or reserve kiosk, and how long the code is good."""

    room = SelectField(lazy_gettext("Room"), [OneOfTheList(lazy_gettext("Choose the room."))], validate_choice=False)
    place = RadioField(
        lazy_gettext("Which kiosk"),
        [OneOfTheList(lazy_gettext("Choose the main or the reserve kiosk."))],
        choices=[SelectChoice(MAIN, lazy_gettext("The room’s main kiosk")), SelectChoice(RESERVE, lazy_gettext("A reserve kiosk"))],
        validate_choice=False,
    )
    hours = SelectField(
        lazy_gettext("How long the code is good"),
        [OneOfTheList(lazy_gettext("Choose how long the code is good."))],
        choices=[SelectChoice(*life) for life in LIVES.items()],
        default="24",
        validate_choice=False,
    )

    def __init__(self, rooms: Sequence[tuple[str, str]], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.room.choices = [SelectChoice("", _("Choose a room")), *(SelectChoice(*room) for room in rooms)]

    @property
    def is_reserve(self) -> bool:
        """Whether it is for a reserve kiosk; only of a valid form."""
        return bool(self.place.data == RESERVE)

    @property
    def valid_for(self) -> timedelta:
        """How long the code is good; only of a valid form."""
        return timedelta(hours=int(self.hours.data))
