"""Who may enter what: the one table of it, with every route in it."""

import pytest
from flask import Flask

from meetrec.people.roles import (
    ADMINISTRATOR,
    CHAIR_ROLES,
    CONTENT_ROLES,
    DESK_ROLES,
    LETTER_ROLES,
    PROFILE_READERS,
    PROTECTION_ROLES,
    RIGHTS_ROLES,
    ROLES,
    ROSTER_ROLES,
    SUPERINTENDENT,
    TRAINING_ROLES,
)
from meetrec.platform.web import FOREIGN_ENTRANCES, Entrance, entrance_of

# What Flask-Security brings and nobody uses: closed to everybody.
CLOSED = {"security.static", "security.two_factor_rescue", "security.two_factor_setup_validate"}
WITH_SINGLE_SIGN_ON = {"security.oauthstart", "security.oauthresponse"}  # there only when a provider is set


@pytest.mark.requirement("W-09")
def test_every_route_says_who_may_enter(app: Flask) -> None:
    silent = {rule.endpoint for rule in app.url_map.iter_rules() if entrance_of(app, rule.endpoint) is None}
    assert silent == CLOSED


def test_list_of_foreign_doors_names_only_doors_that_exist(app: Flask) -> None:
    assert set(FOREIGN_ENTRANCES) - WITH_SINGLE_SIGN_ON <= set(app.view_functions)


# The one table of who may enter. A page below a recording lets in all staff as far as custody's rules, which refuse and tell the journal.
WHO_MAY_ENTER: dict[str | tuple[str, ...], set[str]] = {
    "public": {
        "/",
        "/calendar/<string:address>.ics",  # opened by a secret address
        "/family/begin",  # opened by a one-time code
        "/consent/<string:token>",  # the address is the key
        "/consent/<string:token>/withdraw",
        "/healthz",
        "/kiosk/api/enrolment",  # opened by a one-time code
        "/language/<string:code>",
        "/notice",
        "/notice/address/<string:token>",  # from here on the address is the key
        "/notice/receipt-key",
        "/notice/receipt-key.pem",
        "/notice/receipt/<string:token>",
        "/notice/receipt/<string:token>/correct",
        "/notice/receipt/<string:token>/file",
        "/notice/receipt/<string:token>/letter",
        "/notice/receipt/<string:token>/more",
        "/notice/receipt/<string:token>/withdraw",
        "/static/<path:filename>",
    },
    "signing_in": {
        "/account/second-factor",  # at the first sign-in too, where the district requires it
        "/invitation/<string:code>",
        "/sign-in",
        "/sign-in/choose",
        "/sign-in/code",
        "/sign-in/passkey",
        "/sign-in/passkey/<token>",
        "/sign-in/recovery",
        "/sign-out",
    },
    "signed_in": {
        "/account",
        "/account/passkeys",
        "/account/passkeys/<token>",
        "/account/passkeys/delete",
        "/account/password",
        "/account/recovery-codes",
        "/signed-in",
        "/verify",
        "/verify/passkey",
        "/verify/passkey/<token>",
    },
    "family": {
        "/family/meetings/<uuid:meeting_id>/passing-on",
        "/family/passing-on/<uuid:request_id>",
        "/family/passing-on/<uuid:request_id>/close",
        "/family/passing-on/<uuid:request_id>/people",
        "/family/passing-on/<uuid:request_id>/people/<uuid:person_id>",
        "/family/passing-on/<uuid:request_id>/people/<uuid:person_id>/withdraw",
        "/family/passing-on/<uuid:request_id>/statement.pdf",
        "/family",
        "/family/language",
        "/family/meetings/<uuid:meeting_id>",
        "/family/notice",
        "/family/notices/<uuid:notice_id>",
        "/family/notices/<uuid:notice_id>/correct",
        "/family/notices/<uuid:notice_id>/file",
        "/family/notices/<uuid:notice_id>/letter",
        "/family/notices/<uuid:notice_id>/more",
        "/family/notices/<uuid:notice_id>/withdraw",
    },
    DESK_ROLES: {
        "/dissemination/<uuid:request_id>",
        "/dissemination/<uuid:request_id>/close",
        "/dissemination/<uuid:request_id>/form.pdf",
        "/dissemination/<uuid:request_id>/people",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/account",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/link",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/link/end",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/paper",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/remove",
        "/dissemination/<uuid:request_id>/people/<uuid:person_id>/withdraw",
        "/dissemination/<uuid:request_id>/statement.pdf",
        "/dissemination/<uuid:request_id>/take-over",
        "/meetings/<uuid:meeting_id>/dissemination",
        "/desk",
        "/desk/notices/<uuid:notice_id>",
        "/desk/notices/<uuid:notice_id>/looked-at-again",
        "/desk/notices/<uuid:notice_id>/match",
        "/desk/notices/<uuid:notice_id>/unmatch",
        "/desk/notices/new",
        "/desk/now",
        "/calendar",
        "/calendar/import",
        "/meetings/<uuid:meeting_id>/cancel",
        "/meetings/<uuid:meeting_id>/chair",
        "/meetings/<uuid:meeting_id>/move",
        "/meetings/<uuid:meeting_id>/told",
        "/meetings/<uuid:meeting_id>/moved-letters",
        "/meetings/<uuid:meeting_id>/moved-letters/<string:kind>/<uuid:addressee_id>/<string:language>.pdf",
        "/meetings/<uuid:meeting_id>/people",
        "/meetings/<uuid:meeting_id>/people/<uuid:participant_id>/remove",
        "/meetings/<uuid:meeting_id>/restore",
        "/meetings/<uuid:meeting_id>/room",
        "/meetings/new",
        "/district-copies/<uuid:meeting_id>/upload",
        "/recordings/<uuid:recording_id>/arm-again",
        "/recordings/<uuid:recording_id>/use-reserve",
    },
    CHAIR_ROLES: {"/calendar/feed", "/calendar/feed/revoke", "/meetings", "/meetings/<uuid:meeting_id>", "/today"},
    CONTENT_ROLES: {"/district-copies", "/district-copies/<uuid:meeting_id>", "/district-copies/<uuid:meeting_id>/reason", "/recordings"},
    (ADMINISTRATOR,): {
        "/accounts",
        "/accounts/new",
        "/accounts/<uuid:account_id>",
        "/accounts/<uuid:account_id>/agreement",
        "/accounts/<uuid:account_id>/deactivate",
        "/accounts/<uuid:account_id>/edit",
        "/accounts/<uuid:account_id>/invite",
        "/accounts/<uuid:account_id>/reactivate",
        "/accounts/<uuid:account_id>/roles",
        "/accounts/<uuid:account_id>/roles/<uuid:grant_id>/end",
        "/accounts/<uuid:account_id>/second-factor",
        "/accounts/<uuid:account_id>/training",
        "/accounts/<uuid:account_id>/training/<uuid:completion_id>/withdraw",
        "/accounts/<uuid:account_id>/unlock",
        "/kiosks",
        "/kiosks/<uuid:kiosk_id>/revoke",
        "/vendors",
        "/vendors/new",
        "/vendors/<uuid:vendor_id>/returned",
        "/vendors/<uuid:vendor_id>/terminate",
    },
    (SUPERINTENDENT, ADMINISTRATOR): {
        "/custodians",
        "/custodians/hand-over",
        "/rules/new",
        "/suspensions",
        "/suspensions/new",
        "/suspensions/<uuid:suspension_id>/lift",
    },
    TRAINING_ROLES: {"/training"},
    RIGHTS_ROLES: {
        "/identity-codes/<uuid:code_id>/letter",
        "/identity-codes/<uuid:code_id>/revoke",
        "/pupils",
        "/pupils/<uuid:student_id>",
        "/pupils/<uuid:student_id>/edit",
        "/pupils/<uuid:student_id>/enrolment",
        "/pupils/<uuid:student_id>/guardians",
        "/pupils/<uuid:student_id>/guardians/<uuid:guardian_id>/edit",
        "/pupils/<uuid:student_id>/guardians/known",
        "/pupils/<uuid:student_id>/guardianships/<uuid:tie_id>/end",
        "/pupils/<uuid:student_id>/guardianships/<uuid:tie_id>/paper",
        "/pupils/<uuid:student_id>/identity",
        "/pupils/<uuid:student_id>/identity/<uuid:holder_id>/end",
        "/pupils/<uuid:student_id>/join",
        "/pupils/<uuid:student_id>/restrictions",
        "/pupils/<uuid:student_id>/restrictions/<uuid:restriction_id>/lift",
        "/pupils/new",
    },
    PROTECTION_ROLES: {"/pupils/<uuid:student_id>/protection", "/pupils/<uuid:student_id>/protection/end"},
    ROSTER_ROLES: {
        "/roster",
        "/roster/<uuid:roster_import_id>",
        "/roster/<uuid:roster_import_id>/apply",
        "/roster/<uuid:roster_import_id>/refused.csv",
        "/roster/check",
        "/schools",
        "/schools/<uuid:school_id>/close",
        "/schools/new",
    },
    PROFILE_READERS: {"/rules"},
    LETTER_ROLES: {
        "/letters",
        "/letters/<string:name>/<string:language>",
        "/letters/<string:name>/<string:language>.pdf",
        "/letters/mail/<string:name>/<string:language>",
    },
    tuple(ROLES): {
        "/my-consents",
        "/my-consents/<uuid:person_id>",
        "/my-consents/<uuid:person_id>/withdraw",
        "/staff",
        "/recordings/<uuid:recording_id>",
        "/recordings/<uuid:recording_id>/join",
        "/recordings/<uuid:recording_id>/listening",
        "/recordings/<uuid:recording_id>/peaks",
        "/recordings/<uuid:recording_id>/sound/<uuid:object_id>",
        "/recordings/<uuid:recording_id>/state",
        "/recordings/<uuid:recording_id>/transcribe",
    },
    "kiosk": {
        "/kiosk/api/meetings",
        "/kiosk/api/recordings/<uuid:recording_id>/closing",
        "/kiosk/api/recordings/<uuid:recording_id>/room/<int:index>",
        "/kiosk/api/recordings/<uuid:recording_id>/runs/<uuid:run_id>",
        "/kiosk/api/recordings/<uuid:recording_id>/runs/<uuid:run_id>/<string:microphone>/<int:index>",
        "/kiosk/api/recordings/<uuid:recording_id>/state",
    },
}


@pytest.mark.requirement("W-03")
@pytest.mark.requirement("W-09")
def test_the_doors_are_those_of_the_table(app: Flask) -> None:
    for who, addresses in WHO_MAY_ENTER.items():
        entrance = Entrance(who) if isinstance(who, str) else Entrance("staff", frozenset(who))
        assert {rule.rule for rule in app.url_map.iter_rules() if entrance_of(app, rule.endpoint) == entrance} == addresses
    listed = {address for addresses in WHO_MAY_ENTER.values() for address in addresses}
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint not in CLOSED} == listed
