"""The task "the district's copy is missing": the list, one meeting's page, and its two answers, a reason or an uploaded recording (G3, G5.a)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, same_origin, validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from meetrec.journal.queries import newest_sequence
from meetrec.meetings.forms import KIND_WORDS
from meetrec.people.roles import ADMINISTRATOR, CONTENT_ROLES, DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.moments import Moments
from meetrec.platform.web import database, for_staff, settings
from meetrec.recordings import district_copy_actions as actions
from meetrec.recordings import district_copy_queries as queries
from meetrec.recordings import uploads_intake
from meetrec.recordings.content_gate import vault
from meetrec.recordings.district_copy_forms import ReasonForm, UploadForm
from meetrec.recordings.district_copy_queries import CopyCase
from meetrec.recordings.errors import UploadRefused
from meetrec.recordings.uploads_stream import StreamedForm

MEGABYTE = 10**6
FORM_BYTES = MEGABYTE  # the form around the file
COUNTED_FOR = (*CONTENT_ROLES, ADMINISTRATOR)

COUNT, KEPT_FOR = "meetrec.missing_copies", timedelta(seconds=30)


@dataclass(frozen=True)
class _Count:
    """How many copies were missing at a moment, and the journal's newest entry then."""

    number: int
    sequence: int
    at: datetime


blueprint = Blueprint("district_copies", __name__, url_prefix="/district-copies")


@blueprint.app_context_processor
def count_of_missing_copies() -> dict[str, object]:
    """What the header of staff pages asks; counted only when a page shows it."""
    return {"missing_district_copies": _missing_for_the_reader, "may_open_copies": lambda: _holds(CONTENT_ROLES)}


def _missing_for_the_reader() -> int:
    if not _holds(COUNTED_FOR):
        return 0
    now, kept = clock.now(), current_app.extensions.get(COUNT)
    with database().reading() as session:
        newest = newest_sequence(session)
        # Every staff page asks. What people and kiosks do moves the journal; what only time changes may be seen half a minute late.
        if kept is None or kept.sequence != newest or not timedelta() <= now - kept.at < KEPT_FOR:
            kept = _Count(len(queries.open_cases(session, now)), newest, now)
            current_app.extensions[COUNT] = kept
    return kept.number


def _holds(roles: tuple[str, ...]) -> bool:
    return any(role.name in roles for role in getattr(current_user, "roles", ()))


@blueprint.get("")
@for_staff(*CONTENT_ROLES)
def all_tasks() -> ResponseReturnValue:
    """Every open task, then every meeting that was answered, a page at a time."""
    page = max(1, request.args.get("page", 1, type=int))
    with database().reading() as session:
        waiting = queries.open_cases(session, clock.now()) if page == 1 else []
        answered = queries.answered_cases(session, clock.now(), page)
        is_last = len(answered) <= queries.PAGE
        settled = [case for case in answered[: queries.PAGE] if not case.is_missing]
        return render_template(
            "recordings/copies.html", waiting=waiting, settled=settled, page=page, is_last=is_last, kinds=KIND_WORDS, moments=Moments(settings().district.zone)
        )


@blueprint.get("/<uuid:meeting_id>")
@for_staff(*CONTENT_ROLES)
def task(meeting_id: UUID) -> ResponseReturnValue:
    """One meeting: why a copy must be there, what came, what was answered, and both ways to answer."""
    return _page(meeting_id)


@blueprint.post("/<uuid:meeting_id>/reason")
@for_staff(*CONTENT_ROLES)
def explain(meeting_id: UUID) -> ResponseReturnValue:
    """Say why there is no copy."""
    form = ReasonForm()
    if not form.validate():
        return _page(meeting_id, reason_form=form), 422
    with database().writing() as session:
        actions.explain(session, clock.now(), current_user.id, str(meeting_id), form.chosen, form.words.data or None)
    flash(_("The reason was kept. It can be replaced by another, or by an uploaded recording."), "success")
    return redirect(url_for("district_copies.task", meeting_id=meeting_id), 303)


@blueprint.post("/<uuid:meeting_id>/upload")
@for_staff(*DESK_ROLES)
def upload(meeting_id: UUID) -> ResponseReturnValue:
    """Take a recording made on another device. Its bytes are sealed as they come in and never lie plain on a disk.

    Exempt from the framework's own CSRF check, which would read the file into a temporary folder first; checked here by the same rules.
    """
    largest = settings().uploads.largest_megabytes
    request.max_content_length = largest * MEGABYTE + FORM_BYTES
    if (request.content_length or 0) > request.max_content_length:
        return _refused(meeting_id, _too_large(largest), code=413)
    try:
        sent = StreamedForm(request.stream, request.headers.get("Content-Type", ""))
        _require_own_page(sent.fields.get("csrf_token"))
        answer = _take(meeting_id, sent)
    except HTTPException as error:
        return _refused(meeting_id, _too_large(largest), code=413) if error.code == 413 else error
    finally:
        _drain()
    return answer


def _take(meeting_id: UUID, sent: StreamedForm) -> ResponseReturnValue:
    now, zone = clock.now(), settings().district.zone
    with database().reading() as session:
        case = queries.case_of(session, now, queries.meeting_of(session, str(meeting_id)))
    form = UploadForm(case.meeting, now, zone, sent.fields)
    if not form.validate():
        return _page(meeting_id, upload_form=form), 422
    if not sent.file_name:
        return _refused(meeting_id, _("Choose the file of the recording."), form)
    try:
        actions.require_upload_possible(case)
        recording_id = _accepted(meeting_id, form, sent.file_name, sent.chunks())
    except UploadRefused as error:
        return _refused(meeting_id, str(error), form)
    flash(_("The recording was taken as the district's copy. It is stored now, then transcribed like any other."), "success")
    return redirect(f"/recordings/{recording_id}", 303)


def _accepted(meeting_id: UUID, form: UploadForm, file_name: str, chunks: Iterator[bytes]) -> str:
    """The new recording's id. Whatever is refused leaves nothing behind."""
    arrived = uploads_intake.take_in(database(), vault(), clock.now(), chunks)
    try:
        with database().writing() as session:
            return actions.accept_upload(session, clock.now(), current_user.id, str(meeting_id), form.statement(file_name), arrived).id
    except BaseException:
        uploads_intake.take_back(database(), vault(), arrived.record_id, arrived.object_id)
        raise


def _require_own_page(token: str | None) -> None:
    """What Flask-WTF asks of every other form: the page's token, and over HTTPS a page of this site."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(str(error)) from None
    if request.is_secure and not same_origin(request.referrer or "", f"https://{request.host}/"):
        raise CSRFError("The page that sent this is not one of this site.")


def _drain() -> None:
    """Read what is left of the body, at most as much as an upload may have: a browser shows no answer before it has sent all."""
    with suppress(HTTPException, OSError):
        while request.stream.read(1 << 18):
            continue


def _too_large(largest: int) -> str:
    told = _("The file is too large: at most %(largest)s MB can be uploaded.", largest=largest)
    return told + " " + _("Save it as MP3 or M4A, or ask the administrator to allow more. Nothing was kept.")


def _refused(meeting_id: UUID, sentence: str, form: UploadForm | None = None, code: int = 422) -> ResponseReturnValue:
    return _page(meeting_id, upload_form=form, refusal=sentence), code


def _page(meeting_id: UUID, reason_form: ReasonForm | None = None, upload_form: UploadForm | None = None, refusal: str | None = None) -> str:
    now, zone = clock.now(), settings().district.zone
    with database().reading() as session:
        case: CopyCase = queries.case_of(session, now, queries.meeting_of(session, str(meeting_id)))
        came = queries.what_came(session, now, case)
        return render_template(
            "recordings/copy.html", case=case, came=came, kinds=KIND_WORDS, refusal=refusal, may_upload=case.may_be_uploaded and _holds(DESK_ROLES),
            reason_form=reason_form or ReasonForm(formdata=None), upload_form=upload_form or UploadForm(case.meeting, now, zone),
            largest=settings().uploads.largest_megabytes,
        )  # fmt: skip
