"""Tests of meetings use the bare forms of `tests/fixtures/forms.py`."""

from tests.fixtures.forms import form_application, sent

__all__ = ["form_application", "sent"]
