"""`meetrec students`: the pupils whose meetings can be entered, one at a time (import comes with the roster)."""

from datetime import datetime

import click
from sqlalchemy import select

from meetrec.installation import actions
from meetrec.people.models import School, Student
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import load_settings
from meetrec.platform.tables import load_tables


@click.group()
def students() -> None:
    """Pupils."""


@students.command("add")
@click.option("--given-name", prompt=True)
@click.option("--family-name", prompt=True)
@click.option("--school", prompt=True, help="Name of the school; made if it is new.")
@click.option("--birth-date", type=click.DateTime(["%Y-%m-%d"]), help="Rights move to the student at 18.")
def add(given_name: str, family_name: str, school: str, birth_date: datetime | None) -> None:
    """Enter a pupil, so that the coordinator can enter meetings."""
    load_tables()
    with Database(load_settings().database_url).writing() as session:
        found = session.scalars(select(School).where(School.name == school)).first() or actions.create_school(session, school)
        actions.create_student(session, clock.now(), found, given_name, family_name, birth_date.date() if birth_date else None)
    click.echo(f"{given_name} {family_name}, {school}: entered.")


@students.command("list")
def list_students() -> None:
    """All pupils by school and name."""
    load_tables()
    with Database(load_settings().database_url).reading() as session:
        ordered = select(Student).where(Student.joined_to_id.is_(None)).join(Student.school).order_by(School.name, Student.family_name, Student.given_name)
        for student in session.scalars(ordered):
            click.echo(f"{student.school.name}: {student.family_name}, {student.given_name}")
