"""The addresses behind the buttons of the kiosk's screen, and the text of its pages."""

from flask.testing import FlaskClient

from tests.fixtures.kiosk import MATEO

START, PAUSE, RESUME, STOP = f"/meetings/{MATEO}/start", "/recording/pause", "/recording/resume", "/recording/stop"


def text(client: FlaskClient, path: str = "/") -> str:
    """A page's text, after redirects."""
    return client.get(path, follow_redirects=True).get_data(as_text=True)
