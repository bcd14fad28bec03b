"""The pages of the room's screen and what its buttons do. Everything is read from the room each time: a reloaded page shows the truth."""

from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from meetrec.kiosk.gate import FORM_HEADER, open_to_screen
from meetrec.kiosk.ground_rules import LANGUAGES
from meetrec.kiosk.screen import Screen, interrupted_words
from meetrec.platform import clock

blueprint = Blueprint("kiosk", __name__)


def screen() -> Screen:
    """What the running application shows."""
    return cast(Screen, current_app.extensions["meetrec.screen"])


@blueprint.get("/")
@open_to_screen
def home() -> ResponseReturnValue:
    """The armed meetings; the recorder when it runs: nothing may hide it."""
    if (reading := screen().room.look()).is_running:
        return redirect(url_for("kiosk.recording"))
    now = clock.now()
    interrupted = [(one, interrupted_words(one)) for one in screen().room.interrupted(now)]
    lists = {"today": screen().today(now), "later": screen().later(now), "interrupted": interrupted}
    return render_template("kiosk/home.html", status=screen().status(now), microphones=screen().microphones(reading), **lists)


@blueprint.get("/meetings/<uuid:recording_id>")
@open_to_screen
def meeting(recording_id: UUID) -> ResponseReturnValue:
    """One meeting before it is recorded: can everybody be heard?"""
    if (reading := screen().room.look()).is_running:
        return redirect(url_for("kiosk.recording"))
    now = clock.now()
    today = {shown["recording"]: shown for shown in screen().today(now)}
    shown = today.get(str(recording_id)) or next((one for one in screen().later(now) if one["recording"] == str(recording_id)), None)
    if shown is None or shown["is_recorded"]:
        return redirect(url_for("kiosk.home"))
    return render_template(
        "kiosk/meeting.html", meeting=shown, is_today=shown["recording"] in today, status=screen().status(now), microphones=screen().microphones(reading)
    )


@blueprint.post("/meetings/<uuid:recording_id>/start")
@open_to_screen
def start(recording_id: UUID) -> ResponseReturnValue:
    """Start recording. Pressed twice it starts once."""
    screen().room.start(str(recording_id))
    return _now_at(url_for("kiosk.recording"))


@blueprint.get("/recording")
@open_to_screen
def recording() -> ResponseReturnValue:
    """The recorder. No link leads away from here."""
    reading = screen().room.look()
    if not reading.is_running:
        return redirect(url_for("kiosk.home"))
    news = screen().room.cache.news
    found = news.find(reading.recording) if news and reading.recording else None
    part = screen().room.part_of(reading.recording)
    return render_template("kiosk/recording.html", meeting=found, part=part, status=screen().status(clock.now()), microphones=screen().microphones(reading))


@blueprint.post("/recording/pause")
@open_to_screen
def pause() -> ResponseReturnValue:
    """Hold on."""
    screen().room.pause()
    return _now_at(url_for("kiosk.recording"))


@blueprint.post("/recording/resume")
@open_to_screen
def resume() -> ResponseReturnValue:
    """Go on."""
    screen().room.resume()
    return _now_at(url_for("kiosk.recording"))


@blueprint.post("/recording/stop")
@open_to_screen
def stop() -> ResponseReturnValue:
    """Stop after a hold of two seconds; the page tells how long it was held."""
    stopped = screen().room.stop(_held())
    return _now_at(url_for("kiosk.saved", recording_id=stopped) if stopped else url_for("kiosk.home"))


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
    return _now_at(url_for("kiosk.recording"))


@blueprint.post("/recordings/<uuid:recording_id>/finish")
@open_to_screen
def finish_interrupted(recording_id: UUID) -> ResponseReturnValue:
    """Close an interrupted recording as it is, after a hold of two seconds."""
    screen().room.finish_interrupted(str(recording_id), _held())
    return _now_at(url_for("kiosk.saved", recording_id=recording_id))


@blueprint.post("/faults/<int:number>/answer")
@open_to_screen
def answer_fault(number: int) -> ResponseReturnValue:
    """A person has seen a fault."""
    screen().room.answer_alarm(number)
    return _now_at(url_for("kiosk.home"))


@blueprint.get("/status")
@open_to_screen
def status() -> ResponseReturnValue:
    """What a page keeps up to date once a second."""
    return jsonify(screen().status(clock.now()))


@blueprint.get("/status/levels")
@open_to_screen
def levels() -> ResponseReturnValue:
    """The meters, several times a second."""
    return jsonify(screen().levels())


@blueprint.get("/language/<string:code>")
@open_to_screen
def choose_language(code: str) -> ResponseReturnValue:
    """English or Spanish; back to the page it was asked from."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(_own_path(request.args.get("next", "/")))


def _held() -> int:
    """Milliseconds for which a button was held, as the page tells it."""
    return request.form.get("held_ms", 0, type=int)


def _own_path(address: str) -> str:
    parts = urlsplit(address)
    is_own = address.startswith("/") and not address.startswith("//") and not parts.netloc and "\\" not in address
    return address if is_own else "/"


def _now_at(address: str) -> ResponseReturnValue:
    """Where the screen is to go; told as JSON to our script, as a redirect to a plain form."""
    return jsonify(now_at=address) if request.headers.get(FORM_HEADER) else redirect(address, code=303)
