"""The pages of the room's screen and what its buttons do. Everything is read from the room each time: a reloaded page shows the truth."""

from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.kiosk import forms, questions, ready_words
from meetrec.kiosk.gate import FORM_HEADER, open_to_screen
from meetrec.kiosk.ground_rules import LANGUAGES
from meetrec.kiosk.screen import Screen
from meetrec.kiosk.wording import interrupted_words
from meetrec.platform import clock

blueprint = Blueprint("kiosk", __name__)


def screen() -> Screen:
    """What the running application shows."""
    return cast(Screen, current_app.extensions["meetrec.screen"])


@blueprint.get("/")
@open_to_screen
def home() -> ResponseReturnValue:
    """The meetings of the room; the recorder when it runs: nothing may hide it."""
    if (reading := screen().room.look()).is_running:
        return redirect(url_for("kiosk.recording"))
    now = clock.now()
    screen().typed.forget()  # whoever came back to the list has left the form
    interrupted = [(one, interrupted_words(one, now)) for one in screen().room.interrupted(now)]
    lists = {"today": screen().today(now), "others": screen().others(now), "later": screen().later(now), "on_another_day": screen().on_another_day(now)}
    return render_template(
        "kiosk/home.html",
        status=screen().status(now),
        microphones=screen().microphones(reading),
        interrupted=interrupted,
        closing_due=screen().room.closing_due(),
        **lists,
    )


@blueprint.get("/recording")
@open_to_screen
def recording() -> ResponseReturnValue:
    """The recorder. No link leads away from here."""
    reading = screen().room.look()
    if not reading.is_running:
        return redirect(url_for("kiosk.home"))
    now = clock.now()
    return render_template(
        "kiosk/recording.html",
        **screen().recorder(reading),
        status=screen().status(now),
        microphones=screen().microphones(reading),
        quick_notes=ready_words.QUICK_NOTES.items(),
        objectors=questions.OBJECTORS.items(),
        typed_before=screen().typed.on(request.path),
    )


@blueprint.post("/recording/pause")
@open_to_screen
def pause() -> ResponseReturnValue:
    """Hold on."""
    screen().pause(off_the_record=False)
    return now_at(url_for("kiosk.recording"))


@blueprint.post("/recording/off-the-record")
@open_to_screen
def off_the_record() -> ResponseReturnValue:
    """Hold on, because what follows is not for the record; the log says so."""
    screen().pause(off_the_record=True)
    return now_at(url_for("kiosk.recording"))


@blueprint.post("/recording/resume")
@open_to_screen
def resume() -> ResponseReturnValue:
    """Go on."""
    screen().room.resume()
    return now_at(url_for("kiosk.recording"))


@blueprint.post("/recording/stop")
@open_to_screen
def stop() -> ResponseReturnValue:
    """Stop after a hold of two seconds; the page tells how long it was held."""
    stopped = screen().room.stop(_held())
    return now_at(screen().after(stopped) if stopped else url_for("kiosk.home"))


@blueprint.post("/recording/objection/<string:by>")
@open_to_screen
def object_to_recording(by: str) -> ResponseReturnValue:
    """The parent objects where the state's law ends the recording then; after a hold of two seconds."""
    return now_at(screen().after(screen().room.object(by, _held())))


@blueprint.post("/recording/notes")
@open_to_screen
def note() -> ResponseReturnValue:
    """Keep a note of the chair with its time (G7)."""
    screen().room.add_note(forms.note_from(request.form))
    screen().typed.forget(url_for("kiosk.recording"))
    return now_at(url_for("kiosk.recording"), _("Noted at %(elapsed)s.", elapsed=screen().elapsed()))


@blueprint.post("/recording/opening-spoken")
@open_to_screen
def bookmark() -> ResponseReturnValue:
    """The opening was read aloud: its place in the recording is marked."""
    screen().bookmark_spoken_opening()
    return now_at(url_for("kiosk.recording"), _("Marked at %(elapsed)s: the opening was read aloud.", elapsed=screen().elapsed()))


@blueprint.get("/recordings/<uuid:recording_id>/closing")
@open_to_screen
def closing(recording_id: UUID) -> ResponseReturnValue:
    """Two questions after the stop, while their answer can still be kept."""
    if screen().room.closing_due() != str(recording_id):
        return redirect(url_for("kiosk.saved", recording_id=recording_id))
    return render_template("kiosk/closing.html", recording=recording_id, status=screen().status(clock.now()), typed_before=screen().typed.on(request.path))


@blueprint.post("/recordings/<uuid:recording_id>/closing")
@open_to_screen
def confirm_closing(recording_id: UUID) -> ResponseReturnValue:
    """Keep the chair's confirmation (G6.c)."""
    screen().room.confirm_closing(str(recording_id), forms.closing_from(request.form))
    screen().typed.forget(request.path)
    return now_at(url_for("kiosk.saved", recording_id=recording_id))


@blueprint.get("/recordings/<uuid:recording_id>/saved")
@open_to_screen
def saved(recording_id: UUID) -> ResponseReturnValue:
    """After the stop: what is saved, and how far it has come to the server."""
    delivery = screen().room.delivery_of(str(recording_id))
    if delivery is None:
        abort(404)
    words = screen().delivery_words(delivery)
    return render_template("kiosk/saved.html", recording=recording_id, delivery=delivery, words=words, status=screen().status(clock.now()))


@blueprint.get("/status/recordings/<uuid:recording_id>")
@open_to_screen
def delivery(recording_id: UUID) -> ResponseReturnValue:
    """How far a saved recording has come, for the page above."""
    found = screen().room.delivery_of(str(recording_id))
    if found is None:
        abort(404)
    return jsonify(words=screen().delivery_words(found), delivered=found.delivered, pieces=found.pieces, is_complete=found.is_complete)


@blueprint.post("/recordings/<uuid:recording_id>/continue")
@open_to_screen
def continue_interrupted(recording_id: UUID) -> ResponseReturnValue:
    """Go on with an interrupted recording, in a new run."""
    screen().room.continue_interrupted(str(recording_id))
    return now_at(url_for("kiosk.recording"))


@blueprint.post("/recordings/<uuid:recording_id>/finish")
@open_to_screen
def finish_interrupted(recording_id: UUID) -> ResponseReturnValue:
    """Close an interrupted recording as it is, after a hold of two seconds."""
    screen().room.finish_interrupted(str(recording_id), _held())
    return now_at(screen().after(str(recording_id)))


@blueprint.post("/faults/<int:number>/answer")
@open_to_screen
def answer_fault(number: int) -> ResponseReturnValue:
    """A person has seen a fault."""
    screen().room.answer_alarm(number)
    return now_at(url_for("kiosk.home"))


@blueprint.get("/status")
@open_to_screen
def status() -> ResponseReturnValue:
    """What a page keeps up to date once a second; the check of the microphones names its recording as `meeting`."""
    return jsonify(screen().status(clock.now(), request.args.get("meeting")))


@blueprint.get("/status/levels")
@open_to_screen
def levels() -> ResponseReturnValue:
    """The meters, several times a second."""
    return jsonify(screen().levels())


@blueprint.route("/language/<string:code>", methods=["GET", "POST"])
@open_to_screen
def choose_language(code: str) -> ResponseReturnValue:
    """English or Spanish; back to the page it was asked from, with what was typed there."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    page = _own_path(request.args.get("next", "/"))
    screen().typed.keep(urlsplit(page).path, request.form)
    return redirect(page, code=303)


def _held() -> int:
    """Milliseconds for which a button was held, as the page tells it."""
    return request.form.get("held_ms", 0, type=int)


def _own_path(address: str) -> str:
    parts = urlsplit(address)
    is_own = address.startswith("/") and not address.startswith("//") and not parts.netloc and "\\" not in address
    return address if is_own else "/"


def now_at(address: str, said: str = "") -> ResponseReturnValue:
    """Where the screen is to go, and what it says there; told as JSON to our script, as a redirect to a plain form."""
    told = {"now_at": address, "said": said} if said else {"now_at": address}
    return jsonify(told) if request.headers.get(FORM_HEADER) else redirect(address, code=303)
