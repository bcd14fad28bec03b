"""`meetrec kiosks`: which machine stands in which room; invite one, revoke one, list all."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.installation import actions
from meetrec.installation.errors import InstallationError
from meetrec.meetings.models import Kiosk, Room
from meetrec.people.models import School
from meetrec.platform import certificates, clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings, load_settings
from meetrec.platform.tables import load_tables
from meetrec.recordings import enrolment
from meetrec.recordings.kiosk_queries import all_kiosks, predecessors

SHORT_KEY = 16  # digits of a key's name: enough to tell kiosks apart


def _database(settings: Settings) -> Database:
    load_tables()
    return Database(settings.database_url)


@click.group()
def kiosks() -> None:
    """The machines in the meeting rooms."""


@kiosks.command()
@click.option("--school", prompt=True, help="Name of the school.")
@click.option("--room", prompt=True, help="Name of the room.")
@click.option("--new", "may_be_new", is_flag=True, help="Make the school and the room where there is none of that name.")
@click.option("--reserve", is_flag=True, help="For the room's reserve kiosk.")
@click.option("--valid-hours", type=click.FloatRange(min=0, min_open=True), default=24, show_default=True, help="How long the code is good.")
@click.option("--certificate", type=click.Path(path_type=Path), help="The PEM file of a proxy in front, to print its fingerprint.")
def invite(school: str, room: str, may_be_new: bool, reserve: bool, valid_hours: float, certificate: Path | None) -> None:
    """Print a one-time code with which one machine can become a kiosk of this room."""
    settings = load_settings()
    shown = certificate or settings.server.certificate
    fingerprint = certificates.fingerprint_in_file(shown) if shown else None
    with _database(settings).writing() as session:
        place = _place(session, school, room, may_be_new=may_be_new)
        invitation, code = enrolment.invite(session, clock.now(), "system", place, is_reserve=reserve, valid_for=timedelta(hours=valid_hours))
        others = [kiosk.name for kiosk in predecessors(session, place.id, is_reserve=reserve)]
        until = clock.in_zone(invitation.expires_at, settings.district.zone)
    click.echo(f"One-time code for the {'reserve' if reserve else 'main'} kiosk of {room}, {school}; good until {until:%Y-%m-%d %H:%M}:\n\n    {code}\n")
    click.echo(f"On the room's machine: meetrec kiosk enroll --server {_address(settings)}")
    if fingerprint:
        click.echo(f"The key of this server's certificate, if that machine asks:\n\n    {certificates.in_groups(fingerprint)}\n")
    if others:
        click.echo("This room has such a kiosk already. If another machine takes its place, revoke the old one when it has delivered what it holds.")


@kiosks.command()
@click.argument("kiosk")
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(kiosk: str, yes: bool) -> None:
    """Take nothing any more from a kiosk, named by its id as `meetrec kiosks list` prints it."""
    database = _database(load_settings())
    with database.reading() as session:
        named = _words(enrolment.still_trusted(session, kiosk))
    if not yes:
        click.confirm(f"{named}: nothing that it still holds can be delivered any more, and this cannot be taken back. Revoke it?", abort=True)
    with database.writing() as session:
        revoked = enrolment.revoke(session, clock.now(), "system", kiosk)
        click.echo(f"{_words(revoked)}: revoked. What it still holds stays on it.")


@kiosks.command("list")
def list_kiosks() -> None:
    """All kiosks: id, place, key, and when each was last heard of or revoked."""
    with _database(load_settings()).reading() as session:
        for kiosk in all_kiosks(session):
            key = f"key {name[:SHORT_KEY]}" if (name := enrolment.key_name(kiosk)) else "no key: enrol it anew"
            click.echo(f"{kiosk.id}  {_words(kiosk)}: {key}, {_standing(kiosk)}")


def _place(session: Session, school: str, room: str, *, may_be_new: bool) -> Room:
    """The room of that name; made only when that was asked for: a mistyped one would stand in every form at once, parents' too."""
    found = session.scalars(select(School).where(School.name == school)).first()
    if found is None and not may_be_new:
        raise _unknown(f"There is no school “{school}”", session.scalars(select(School.name).order_by(School.name)).all())
    found = found or actions.create_school(session, school)
    place = session.scalars(select(Room).where(Room.school_id == found.id, Room.name == room)).first()
    if place is None and not may_be_new:
        raise _unknown(f"{school} has no room “{room}”", session.scalars(select(Room.name).where(Room.school_id == found.id).order_by(Room.name)).all())
    return place or actions.create_room(session, found, room)


def _unknown(what: str, known: Sequence[str]) -> InstallationError:
    return InstallationError(f"{what}. Known: {', '.join(known) or 'none yet'}. If it is new, say the same once more with --new.")


def _address(settings: Settings) -> str:
    server = settings.server
    if server.speaks_https:
        return "https://ADDRESS-OF-THIS-SERVER"
    return f"http://{server.host}:{server.port}"


def _words(kiosk: Kiosk) -> str:
    return f"{kiosk.room.school.name}, {kiosk.room.name}, {kiosk.name}"


def _standing(kiosk: Kiosk) -> str:
    if kiosk.revoked_at:
        return f"revoked {kiosk.revoked_at.isoformat(timespec='seconds')}"
    return f"last heard of {kiosk.last_seen_at.isoformat(timespec='seconds') if kiosk.last_seen_at else 'never'}"
