"""Pages of the roster: check a package, read the report, apply it."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetrec.people import roster_actions, roster_queries
from meetrec.people.oneroster import PackageRefused
from meetrec.people.oneroster_rows import RefusalReason
from meetrec.people.roles import ROSTER_ROLES
from meetrec.people.roster_actions import CHECKED
from meetrec.people.roster_forms import ApplyForm, PackageForm
from meetrec.people.roster_models import RosterImport
from meetrec.people.roster_pairs import PairRefused
from meetrec.people.roster_words import REASON_WORDS, STATE_WORDS, rows_of_counts
from meetrec.platform import clock
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("roster", __name__)

SAME, APART = "same", "apart"  # what the page says of a pair
LARGEST_PACKAGE = 128 * 2**20  # bytes; a district of 50,000 pupils sends some 10 MB


@blueprint.url_value_preprocessor
def take_large_packages(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the request: a package is larger than a form."""
    if endpoint == "roster.check":
        request.max_content_length = LARGEST_PACKAGE


@blueprint.get("/roster")
@for_staff(*ROSTER_ROLES)
def rosters() -> ResponseReturnValue:
    """The form for a package, and the latest imports."""
    return _page(PackageForm())


@blueprint.post("/roster/check")
@for_staff(*ROSTER_ROLES)
def check() -> ResponseReturnValue:
    """Check the package; nobody is changed by it."""
    form = PackageForm()
    if not form.validate():
        return _page(form), 422
    with tempfile.TemporaryDirectory(prefix="meetrec-roster-") as folder:
        path = Path(folder) / "package.zip"
        form.package.data.save(path)
        try:
            found = roster_actions.check_roster(database(), settings(), actor(), path, why_nine_digits=form.nine_digits.data or None)
        except PackageRefused as error:
            form.package.errors = [str(error)]
            return _page(form), 422
    return redirect(url_for("roster.report", roster_import_id=found.id), 303)


@blueprint.get("/roster/<uuid:roster_import_id>")
@for_staff(*ROSTER_ROLES)
def report(roster_import_id: UUID) -> ResponseReturnValue:
    """What the roster changes or changed, and every row that was refused."""
    return _report(str(roster_import_id), ApplyForm())


@blueprint.get("/roster/<uuid:roster_import_id>/refused.csv")
@for_staff(*ROSTER_ROLES)
def refused(roster_import_id: UUID) -> ResponseReturnValue:
    """Every row that was refused, to hand to whoever keeps the roster."""
    with database().reading() as session:
        rows = roster_queries.refusals_of(session, str(roster_import_id))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("file", "line", "field", "reason", "in words"))
    writer.writerows((row.file, row.line, row.field, row.reason, REASON_WORDS[RefusalReason(row.reason)]) for row in rows)
    return Response(text.getvalue(), mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=refused.csv"})


@blueprint.post("/roster/<uuid:roster_import_id>/apply")
@for_staff(*ROSTER_ROLES)
def apply(roster_import_id: UUID) -> ResponseReturnValue:
    """Apply what was checked: here and now, or by the worker where it is large."""
    form = ApplyForm()
    try:
        found = _found(str(roster_import_id))
        if not _pairs_said(found, form):
            return _report(found.id, form, 422)
        if form.many_endings.data or not found.counts.get("many_endings"):
            _apply(found, bool(form.many_endings.data))
        else:
            form.many_endings.errors = [_("More than a fifth would end. Tick this only if it is meant so.")]
            return _report(found.id, form, 422)
    except roster_actions.RosterRefused as error:
        flash(str(error))
    return redirect(url_for("roster.report", roster_import_id=roster_import_id), 303)


def _pairs_said(found: RosterImport, form: ApplyForm) -> bool:
    """Keep what the page says of each pair; False, with an error in the form, where it does not say it of all or what it says cannot be."""
    pairs = roster_actions.pairs_waiting(settings(), found.id)
    said = {pair.key: request.form[pair.field] == SAME for pair in pairs if request.form.get(pair.field) in (SAME, APART)}
    try:
        roster_actions.decide_pairs(settings(), found.id, said)
    except PairRefused as refused:
        form.form_errors.append(str(refused))
    if any(pair.is_same is None and pair.key not in said for pair in pairs):
        form.form_errors.append(_("Say of each pair whether it is the same pupil."))
    return not form.form_errors


def _apply(found: RosterImport, allow_many_endings: bool) -> None:
    if found.state == CHECKED and roster_actions.is_large(found):
        with database().writing() as session:
            waiting = session.get_one(RosterImport, found.id)
            roster_actions.apply_later(session, clock.now(), actor(), waiting, allow_many_endings=allow_many_endings)
        flash(_("The roster is being applied. This takes a minute; look at this page again."))
    else:
        roster_actions.apply_roster(database(), settings(), actor(), found.id, allow_many_endings=allow_many_endings)
        flash(_("The roster was applied."))


def _found(roster_import_id: str) -> RosterImport:
    with database().reading() as session:
        return session.get(RosterImport, roster_import_id) or abort(404)


def _report(roster_import_id: str, form: ApplyForm, status: int = 200) -> ResponseReturnValue:
    found = _found(roster_import_id)
    with database().reading() as session:
        refused = roster_queries.refusals_of(session, found.id, roster_queries.REFUSALS_SHOWN)
    rows = [(row, REASON_WORDS[RefusalReason(row.reason)]) for row in refused]
    can_apply = found.state == CHECKED and roster_actions.is_waiting(settings(), found)
    pairs = roster_actions.pairs_waiting(settings(), found.id) if can_apply else []
    with database().reading() as session:
        schools = roster_queries.names_of_schools(session, {pair.school_id for pair in pairs})
    chosen = {pair.field: request.form.get(pair.field) or _as_said(pair.is_same) for pair in pairs}
    shown = {"counts": list(rows_of_counts(found.counts)), "refused": rows, "state": STATE_WORDS[found.state], "can_apply": can_apply}
    shown.update(pairs=pairs, schools=schools, chosen=chosen)
    return render_template("people/roster_report.html", found=found, form=form, **shown), status


def _as_said(is_same: bool | None) -> str:
    return "" if is_same is None else SAME if is_same else APART


def _page(form: PackageForm) -> str:
    with database().reading() as session:
        imports = [(found, STATE_WORDS[found.state]) for found in roster_queries.latest_imports(session)]
    return render_template("people/roster.html", form=form, imports=imports)
