"""The administrator's page of kiosks: which machine stands in which room, a one-time code for a new one, and the end of one that is not trusted."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.meetings.models import Kiosk
from meetrec.meetings.queries import room_choices
from meetrec.people.roles import KIOSK_ROLES
from meetrec.platform import certificates, clock
from meetrec.platform.web import actor, database, for_staff, settings
from meetrec.recordings import enrolment
from meetrec.recordings.kiosk_forms import InvitationForm
from meetrec.recordings.kiosk_queries import all_kiosks, kiosk_of, open_invitations, predecessors, room_of

blueprint = Blueprint("kiosks", __name__)

SHORT_KEY = 16  # digits of a key's name that the page shows


@blueprint.app_template_filter("kiosk_key")
def kiosk_key(kiosk: Kiosk) -> str:
    """The beginning of a kiosk's key name, in groups; empty for a kiosk that has no key."""
    return certificates.in_groups((enrolment.key_name(kiosk) or "")[:SHORT_KEY])


@blueprint.get("/kiosks")
@for_staff(*KIOSK_ROLES)
def kiosks() -> ResponseReturnValue:
    """All kiosks, the codes still open, and the form for a new code."""
    return _page(_form())


@blueprint.post("/kiosks")
@for_staff(*KIOSK_ROLES)
def invite() -> ResponseReturnValue:
    """Make a code and show it, this once: it is kept nowhere."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    with database().writing() as session:
        room = room_of(session, form.room.data)
        assert room is not None  # a room is never removed, and the form took it from the list
        others = predecessors(session, room.id, is_reserve=form.is_reserve)
        invitation, code = enrolment.invite(session, clock.now(), actor(), room, is_reserve=form.is_reserve, valid_for=form.valid_for)
        shown = {"invitation": invitation, "code": code, "has_predecessor": bool(others), "fingerprint": _own_fingerprint()}
        return render_template("recordings/kiosk_code.html", **shown)


@blueprint.get("/kiosks/<uuid:kiosk_id>/revoke")
@for_staff(*KIOSK_ROLES)
def ask_to_revoke(kiosk_id: UUID) -> ResponseReturnValue:
    """What revoking means, before it is done."""
    with database().reading() as session:
        return render_template("recordings/kiosk_revoke.html", kiosk=kiosk_of(session, str(kiosk_id)))


@blueprint.post("/kiosks/<uuid:kiosk_id>/revoke")
@for_staff(*KIOSK_ROLES)
def revoke(kiosk_id: UUID) -> ResponseReturnValue:
    """From now on nothing of this kiosk is taken."""
    with database().writing() as session:
        was_revoked = kiosk_of(session, str(kiosk_id)).revoked_at is not None
        if not was_revoked:
            enrolment.revoke(session, clock.now(), actor(), str(kiosk_id))
    flash(_("This kiosk was revoked before.") if was_revoked else _("The kiosk was revoked."))
    return redirect(url_for("kiosks.kiosks"), 303)


def _page(form: InvitationForm) -> str:
    now: datetime = clock.now()
    with database().reading() as session:
        return render_template("recordings/kiosks.html", form=form, kiosks=all_kiosks(session), invitations=open_invitations(session, now))


def _form() -> InvitationForm:
    with database().reading() as session:
        return InvitationForm(room_choices(session))


def _own_fingerprint() -> str | None:
    """The key of this server's own certificate, in groups; None where a proxy speaks HTTPS."""
    own = settings().server.certificate
    return certificates.in_groups(certificates.fingerprint_in_file(own)) if own else None
