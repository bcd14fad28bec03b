"""create_app: wiring only. Which interfaces a machine serves, who guards them, and which parts answer which calls."""

from collections.abc import Collection

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from meetrec.consents import family_views as consents_family_views
from meetrec.consents import link_views as consents_link_views
from meetrec.consents import my_views as consents_my_views
from meetrec.consents import person_views as consents_person_views
from meetrec.consents import staff_views as consents_staff_views
from meetrec.custody.vault import Vault
from meetrec.district import letter_views
from meetrec.district import staff_views as district_staff_views
from meetrec.meetings import calendar_views, meeting_views, people_views
from meetrec.meetings import staff_views as meetings_staff_views
from meetrec.meetings.known_above import EFFECTS_OF_MOVE, MEETING_NOTICES, MEETING_RECORDINGS
from meetrec.notices import family_notice_views, family_views, key_in_views, link_views, moved_letter_views, parent_views, staff_views
from meetrec.notices.arming import ARMING, ON_THE_DESK, RECORDING_STATES, ROOM_SIGNS
from meetrec.notices.family_mail import tell_families_when_meetings_change
from meetrec.notices.holding import hold_notices_when_meetings_move
from meetrec.notices.meeting_page import effects_of_move, notices_of_meetings
from meetrec.notices.passing_on import PASSING_ON
from meetrec.people import (
    account_views,
    duty_views,
    family_begin_views,
    identity_views,
    invitation_views,
    joining_views,
    lost_factor_views,
    my_account_views,
    pupil_views,
    rights_views,
    roster_views,
    school_views,
)
from meetrec.people import staff_views as people_staff_views
from meetrec.people.gate import let_families_in, let_roles_in, let_signed_in_in, let_signing_in_in
from meetrec.people.sign_in import add_sign_in
from meetrec.platform import error_pages, health
from meetrec.platform.database import Database
from meetrec.platform.headers import send_security_headers
from meetrec.platform.keys import read_key_file, secret
from meetrec.platform.languages import speak_languages
from meetrec.platform.logs import log_failed_requests
from meetrec.platform.places import folder
from meetrec.platform.queue import JobQueue
from meetrec.platform.rate_limits import limit_rates
from meetrec.platform.settings import Settings
from meetrec.platform.tables import load_tables
from meetrec.platform.web import close_by_default, let_everybody_in, let_nobody_in
from meetrec.recordings import district_copy_views, enrolment_views, kiosk_gate, kiosk_staff_views, kiosk_views, standing_down
from meetrec.recordings import staff_views as recordings_staff_views
from meetrec.recordings.actions import arm
from meetrec.recordings.district_copy_queries import on_the_desk
from meetrec.recordings.queries import recording_states
from meetrec.recordings.room_signs import room_signs
from meetrec.transcripts import staff_views as transcripts_staff_views

INTERFACES = ("parent", "staff", "kiosk")
LARGEST_BODY = 8 * 2**20  # bytes; a piece of ten seconds has under 1 MiB

BLUEPRINTS = {
    "parent": (
        parent_views.blueprint,
        link_views.blueprint,
        family_begin_views.blueprint,
        family_views.blueprint,
        family_notice_views.blueprint,
        consents_link_views.blueprint,
        consents_family_views.blueprint,
    ),
    "staff": (
        people_staff_views.blueprint,
        account_views.blueprint,
        lost_factor_views.blueprint,
        duty_views.blueprint,
        joining_views.blueprint,
        pupil_views.blueprint,
        rights_views.blueprint,
        school_views.blueprint,
        roster_views.blueprint,
        identity_views.blueprint,
        district_staff_views.blueprint,
        letter_views.blueprint,
        staff_views.blueprint,
        key_in_views.blueprint,
        moved_letter_views.blueprint,
        meetings_staff_views.blueprint,
        meeting_views.blueprint,
        people_views.blueprint,
        calendar_views.blueprint,
        consents_staff_views.blueprint,
        consents_person_views.blueprint,
        consents_my_views.blueprint,
        recordings_staff_views.blueprint,
        kiosk_staff_views.blueprint,
        district_copy_views.blueprint,
        transcripts_staff_views.blueprint,
    ),
    "kiosk": (kiosk_views.blueprint, enrolment_views.blueprint),
}
SIGNED_IN = (my_account_views.blueprint, invitation_views.blueprint)  # of staff and families alike


def create_app(settings: Settings, interfaces: Collection[str] = INTERFACES, database: Database | None = None) -> Flask:
    """The web application with the interfaces asked for; a machine that serves parents alone has no district key."""
    load_tables()
    app = Flask("meetrec", template_folder=str(folder("templates")), static_folder=str(folder("static")))
    key = read_key_file(settings.secret_file)
    app.config.update(SECRET_KEY=secret(key, "sessions"), MAX_CONTENT_LENGTH=LARGEST_BODY, WTF_CSRF_TIME_LIMIT=None)
    database = database or Database(settings.database_url)
    database.wake = database.wake or JobQueue(settings.queue_file).wake
    app.extensions.update({"meetrec.database": database, "meetrec.settings": settings, "meetrec.interfaces": frozenset(interfaces)})
    app.extensions.update({ARMING: arm, RECORDING_STATES: recording_states, ON_THE_DESK: on_the_desk, ROOM_SIGNS: room_signs})
    hold_notices_when_meetings_move(settings)
    tell_families_when_meetings_change(settings)  # after the notices were held anew
    app.extensions.update({MEETING_NOTICES: notices_of_meetings, EFFECTS_OF_MOVE: effects_of_move, MEETING_RECORDINGS: recording_states})
    app.extensions[PASSING_ON] = consents_family_views.passing_on
    standing_down.listen()
    if settings.server.behind_proxy:
        # Each proxy adds the address it was asked from; scheme and host are those the last one says.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.server.proxy_hops, x_proto=1, x_host=1)  # type: ignore[method-assign]
    _add_ground_rules(app, settings, database, interfaces)
    _add_interfaces(app, settings, interfaces, CSRFProtect(app))
    return app


def _add_ground_rules(app: Flask, settings: Settings, database: Database, interfaces: Collection[str]) -> None:
    """What holds for every page: headers, languages, accounts, rate limits, the closed door, error pages."""
    log_failed_requests(app)
    send_security_headers(app, settings)
    speak_languages(app, settings)
    limit_rates(app, settings)
    add_sign_in(app, database, settings)
    signing_in = let_signing_in_in if {"parent", "staff"} & set(interfaces) else let_nobody_in
    people = {"signing_in": signing_in, "signed_in": let_signed_in_in, "staff": let_roles_in, "family": let_families_in}
    close_by_default(app, {"public": let_everybody_in, "kiosk": kiosk_gate.let_kiosk_in, **people})
    error_pages.answer_errors(app)
    app.register_blueprint(health.blueprint)


def _add_interfaces(app: Flask, settings: Settings, interfaces: Collection[str], csrf: CSRFProtect) -> None:
    for name in interfaces:
        for blueprint in BLUEPRINTS[name]:
            app.register_blueprint(blueprint)
    if {"parent", "staff"} & set(interfaces):
        for blueprint in SIGNED_IN:
            app.register_blueprint(blueprint)
    csrf.exempt(district_copy_views.upload)  # it checks by itself, before the file is read
    csrf.exempt(link_views.blueprint)  # the address is the key, and no cookie counts there
    csrf.exempt(consents_link_views.blueprint)  # the same
    if "kiosk" in interfaces:
        for blueprint in BLUEPRINTS["kiosk"]:
            csrf.exempt(blueprint)  # no cookies there: a kiosk shows its token, or its code
    if {"staff", "kiosk"} & set(interfaces):
        app.extensions["meetrec.vault"] = Vault.of(settings)
