"""Words chosen by a tap: one wording in the record, each reader's language on the page."""

import pytest
from flask.testing import FlaskClient
from flask_babel import gettext

from meetrec.kiosk.ready_words import QUICK_NOTES, REASONS, WHO_LEADS, as_kept, as_read

READY = (WHO_LEADS, *REASONS.values(), *QUICK_NOTES.values())


@pytest.mark.requirement("G7")
def test_what_is_tapped_on_a_spanish_screen_is_kept_in_one_wording_and_read_in_the_readers_language(kiosk_client: FlaskClient) -> None:
    app = kiosk_client.application
    with app.test_request_context() as context:
        context.session["language"] = "es"
        kept = [as_kept(words) for words in READY]
        assert gettext("Off the record") == "Fuera de registro"  # the screen's language is back
        assert [as_read(words) for words in kept] == [str(words) for words in READY]
        assert as_read("Noise in the room") == "Ruido en la sala"
        assert as_read("Noise in the corridor: 100%") == "Noise in the corridor: 100%"  # a person's own words stay as they are
    with app.test_request_context():
        assert [as_read(words) for words in kept] == kept == [str(words) for words in READY]
