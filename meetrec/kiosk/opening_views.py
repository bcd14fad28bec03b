"""The three steps before a recording: ask the parent, say who is here, hear every microphone. And the notice that a parent gives on the spot."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meetrec.kiosk import forms, questions, ready_words
from meetrec.kiosk.gate import open_to_screen
from meetrec.kiosk.ground_rules import current_language
from meetrec.kiosk.views import now_at, screen
from meetrec.platform import clock

blueprint = Blueprint("opening", __name__)


@blueprint.get("/meetings/<uuid:recording_id>")
@open_to_screen
def ask(recording_id: UUID) -> ResponseReturnValue:
    """Step 1: does the parent record, with which device, and does it lie in plain sight (G6)?"""
    meeting = screen().meeting(str(recording_id), clock.now())
    if screen().room.look().is_running or meeting is None:
        return _away()
    opening = screen().room.opening_of(str(recording_id))
    is_settled = screen().room.asks_nothing(str(recording_id)) or (opening is not None and opening.is_complete)
    if is_settled and "change" not in request.args:
        return redirect(url_for("opening.preflight", recording_id=recording_id))
    devices = {**({"notice": questions.as_in_notice(meeting["device"])} if meeting["device"] else {}), **questions.DEVICES}
    return render_template(
        "kiosk/ask.html",
        meeting=meeting,
        is_today=meeting["is_today"],
        answers=questions.ANSWERS.items(),
        devices=devices.items(),
        who_leads=ready_words.WHO_LEADS,
        **_shown(),
    )


@blueprint.post("/meetings/<uuid:recording_id>")
@open_to_screen
def answer(recording_id: UUID) -> ResponseReturnValue:
    """Keep the first step until the second is done; or, when the parent does not record, end here as the chair chooses (A-05)."""
    meeting = screen().meeting(str(recording_id), clock.now())
    if meeting is None:
        return now_at(url_for("kiosk.home"))
    asked = forms.asked_from(request.form, meeting["device"])
    if asked.parent_records != "yes" and request.form.get("choice") == "do_not_record":
        screen().room.note_opening(str(recording_id), forms.opening_without_recording(asked))
        screen().room.decline(str(recording_id))
        return now_at(url_for("kiosk.home"))
    screen().typed.keep(url_for("opening.ask", recording_id=recording_id), request.form)
    return now_at(url_for("opening.present", recording_id=recording_id))


@blueprint.get("/meetings/<uuid:recording_id>/present")
@open_to_screen
def present(recording_id: UUID) -> ResponseReturnValue:
    """Step 2: who is at the table or on the line, by duty and number."""
    meeting = screen().meeting(str(recording_id), clock.now())
    if screen().room.look().is_running or meeting is None:
        return _away()
    if not screen().typed.on(url_for("opening.ask", recording_id=recording_id)):
        return redirect(url_for("opening.ask", recording_id=recording_id))
    return render_template("kiosk/present.html", meeting=meeting, roles=questions.ROLES.items(), most=forms.MOST_OF_ONE_DUTY, **_shown())


@blueprint.post("/meetings/<uuid:recording_id>/present")
@open_to_screen
def note_present(recording_id: UUID) -> ResponseReturnValue:
    """Note the whole opening, once both steps are done."""
    meeting = screen().meeting(str(recording_id), clock.now())
    first_step = url_for("opening.ask", recording_id=recording_id)
    if meeting is None or not (typed := screen().typed.on(first_step)):
        return now_at(first_step)
    asked = forms.asked_from(typed, meeting["device"])
    screen().typed.keep(request.path, request.form)  # whoever goes back to change an answer need not count again
    screen().room.note_opening(str(recording_id), forms.opening_from(asked, request.form))
    return now_at(url_for("opening.preflight", recording_id=recording_id))


@blueprint.get("/meetings/<uuid:recording_id>/microphones")
@open_to_screen
def preflight(recording_id: UUID) -> ResponseReturnValue:
    """Step 3: “Start” turns green when each microphone heard a voice (peers #17)."""
    meeting = screen().meeting(str(recording_id), clock.now())
    reading = screen().room.look()
    if reading.is_running or meeting is None:
        return _away()
    opening = screen().room.opening_of(str(recording_id))
    asks_nothing = screen().room.asks_nothing(str(recording_id))
    if not asks_nothing and (opening is None or not opening.is_complete):
        return redirect(url_for("opening.ask", recording_id=recording_id))
    shown = {"microphones": screen().microphones(reading), "status": screen().status(clock.now(), str(recording_id))}
    return render_template("kiosk/preflight.html", meeting=meeting, asks_nothing=asks_nothing, reasons=ready_words.REASONS.items(), **{**_shown(), **shown})


@blueprint.post("/meetings/<uuid:recording_id>/start")
@open_to_screen
def start(recording_id: UUID) -> ResponseReturnValue:
    """Start recording; a microphone that heard nothing needs a reason. Pressed twice it starts once."""
    screen().room.start(str(recording_id), started_without=forms.reason_from(request.form))
    return now_at(url_for("kiosk.recording"))


@blueprint.get("/others/<uuid:meeting_id>")
@open_to_screen
def on_the_spot(meeting_id: UUID) -> ResponseReturnValue:
    """A meeting without a notice: the parent gives it here, in their language."""
    meeting = screen().other(str(meeting_id), clock.now())
    if screen().room.look().is_running or meeting is None:
        return _away()
    return render_template("kiosk/on_the_spot.html", meeting=meeting, roles=questions.RECORDERS.items(), **_shown())


@blueprint.post("/others/<uuid:meeting_id>")
@open_to_screen
def give_notice(meeting_id: UUID) -> ResponseReturnValue:
    """Seal the parent's notice; the opening follows as for any other meeting."""
    recording = screen().room.begin_on_the_spot(str(meeting_id), forms.statement_from(request.form, current_language()))
    screen().typed.forget(request.path)
    change = "yes" if screen().room.asks_nothing(recording) else None  # who gives notice at the reserve kiosk is asked there too
    return now_at(url_for("opening.ask", recording_id=recording, change=change))


def _shown() -> dict[str, object]:
    """What every step shows besides its question: the room's status, and what was typed on this page before."""
    recording = (request.view_args or {}).get("recording_id")
    return {"status": screen().status(clock.now(), str(recording) if recording else None), "typed_before": screen().typed.on(request.path)}


def _away() -> ResponseReturnValue:
    """To the recorder when it runs, for nothing may hide it; else to the list."""
    return redirect(url_for("kiosk.recording" if screen().room.look().is_running else "kiosk.home"))
