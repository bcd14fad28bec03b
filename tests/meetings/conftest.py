"""Tests of meetings use the bare forms of `tests/fixtures/forms.py`, a notice, the meeting's page, and a calendar with an hour that is free."""

from tests.fixtures.forms import form_application, sent
from tests.fixtures.recordings import notice
from tests.meetings.calendars import coordinator, free
from tests.meetings.meeting_pages import address, later, told

__all__ = ["address", "coordinator", "form_application", "free", "later", "notice", "sent", "told"]
