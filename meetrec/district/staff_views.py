"""The district's rules in force, their history, and their change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetrec.district import actions, queries, words
from meetrec.district.deadlines import deadline_for
from meetrec.district.forms import RulesForm
from meetrec.district.rules import InForce, VersionFacts, WhyNot, version_on
from meetrec.people.roles import PROFILE_READERS, PROFILE_ROLES
from meetrec.platform import clock
from meetrec.platform.profiles import NoticeRule, load_profile
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("district", __name__)

# At which field each refusal is told.
FIELD_OF = {
    WhyNot.BEGINS_IN_THE_PAST: "effective_from",
    WhyNot.BASE_NOT_IN_FORCE: "effective_from",
    WhyNot.NO_REASON: "reason",
    WhyNot.DATE_NEEDS_ATTORNEY: "attorney_name",
    WhyNot.REQUIRED_NEEDS_ATTORNEY: "attorney_name",
    WhyNot.ATTORNEY_IN_THE_FUTURE: "attorney_date",
}


@dataclass(frozen=True)
class Example:
    """A meeting a week ahead at two in the afternoon, and until when a notice of it is in time by each reading."""

    start: datetime
    deadlines: dict[NoticeRule, datetime]


@blueprint.get("/rules")
@for_staff(*PROFILE_READERS)
def rules() -> ResponseReturnValue:
    """What holds today, with its sources, what it means for one meeting, and every version there ever was."""
    today = _today()
    with database().reading() as session:
        in_force = queries.profile_in_force(session, settings(), today)
        rows = queries.versions(session)
        names = queries.names_of(session, [row.entered_by for row in rows])
    newest = version_on([queries.facts_of(row) for row in rows], today)
    return render_template(
        "district/rules.html", rules=in_force, base=load_profile(in_force.base), is_own=newest is not None,
        words=words, example=_example(today), versions=rows, names=names,
        standing={row.number: _standing(row.number, row.effective_from, newest, today) for row in rows},
        may_change=any(role.name in PROFILE_ROLES for role in current_user.roles),
    )  # fmt: skip


@blueprint.get("/rules/new")
@for_staff(*PROFILE_ROLES)
def new_rules() -> ResponseReturnValue:
    """The form, filled with what holds today."""
    return render_template("district/change.html", form=_form(), words=words)


@blueprint.post("/rules/new")
@for_staff(*PROFILE_ROLES)
def change_rules() -> ResponseReturnValue:
    """Write down the next version, or show the form again with a sentence at each field that needs a change."""
    form = _form()
    if not form.validate():
        return render_template("district/change.html", form=form, words=words), 422
    try:
        with database().writing() as session:
            version = actions.change_profile(session, clock.now(), actor(), form.change(), settings().district.zone)
    except actions.RulesNotChanged as refused:
        for reason in refused.reasons:
            field = form[FIELD_OF[reason]]
            field.errors = [*field.errors, actions.SENTENCES[reason]]
        return render_template("district/change.html", form=form, words=words), 422
    flash(_("Version %(number)s of the district's rules was entered.", number=version.number), "success")
    return redirect(url_for("district.rules"), 303)


def _form() -> RulesForm:
    with database().reading() as session:
        in_force: InForce = queries.profile_in_force(session, settings(), _today())
    return RulesForm(in_force, _today())


def _today() -> date:
    return clock.in_zone(clock.now(), settings().district.zone).date()


def _example(today: date) -> Example:
    zone = ZoneInfo(settings().district.zone)
    start = datetime.combine(today + timedelta(days=7), time(14), tzinfo=zone)
    return Example(start, {rule: deadline_for(start, zone, rule) for rule in NoticeRule})


def _standing(number: int, effective_from: date, newest: VersionFacts | None, today: date) -> str:
    """In one word where a version stands on a day."""
    if newest and number == newest.number:
        return _("in force")
    if effective_from > today and (newest is None or number > newest.number):
        return _("begins later")
    return _("replaced")
