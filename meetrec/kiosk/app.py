"""create_kiosk_app: the small application of the room's screen. Wiring only; it never loads the database's library."""

from flask import Flask

from meetrec.kiosk import opening_views, views
from meetrec.kiosk.gate import PORT, ScreenKeys, guard
from meetrec.kiosk.ground_rules import set_ground_rules
from meetrec.kiosk.screen import Screen
from meetrec.platform.places import folder
from meetrec.platform.settings import Settings

LARGEST_BODY = 16 * 1024  # bytes; forms of a few fields


def create_kiosk_app(settings: Settings, screen: Screen, keys: ScreenKeys, port: int) -> Flask:
    """The application that is served on `port` of loopback to the screen that knows the launch token."""
    app = Flask("meetrec.kiosk", template_folder=str(folder("templates")), static_folder=str(folder("static")))
    app.config.update({"SECRET_KEY": keys.sessions, "MAX_CONTENT_LENGTH": LARGEST_BODY, "SESSION_COOKIE_NAME": "meetrec_kiosk_session", PORT: port})
    app.extensions["meetrec.screen"] = screen
    cache = screen.room.cache
    set_ground_rules(app, lambda: cache.news.zone if cache.news else settings.district.zone)
    guard(app, keys)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(opening_views.blueprint)
    app.context_processor(
        lambda: {
            "form_token": keys.forms,
            "room_name": cache.news.room if cache.news else "",
            "is_demonstration": screen.room.player.is_there,
        }
    )
    return app
