"""`meetrec mail`: try the mail server of the settings, and see what waits."""

import click

from meetrec.platform import clock
from meetrec.platform.database import Database, new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.settings import load_settings


class NoMailServer(MeetRecError):
    """The settings name no mail server."""

    def __init__(self) -> None:
        super().__init__("The settings name no mail server. Set mail.host and mail.sender; until then every mail waits.")


@click.group()
def mail() -> None:
    """Mail that goes out."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send one short mail to an address, now."""
    from meetrec.platform.mail import AddressUnusable, send_now
    from meetrec.platform.mail_addresses import can_be_sent_to
    from meetrec.platform.mail_models import OutgoingMail

    settings, now = load_settings(), clock.now()
    if not settings.mail.host:
        raise NoMailServer
    if not can_be_sent_to(address):
        raise AddressUnusable(f"“{address}” is not one address such as name@example.org.")
    words = f"{settings.district.name} tries its mail server with this mail.\n"
    trial = OutgoingMail(id=new_id(), to_address=address, template="test", language="en", about="mail", subject="A test mail", text=words, made_at=now)
    send_now(settings, trial)
    click.echo(f"{settings.mail.host} took a mail for {address}.")


@mail.command()
def waiting() -> None:
    """What waits and why, without addresses or words."""
    from meetrec.platform.mail_queries import waiting as waiting_mails

    settings = load_settings()
    with Database(settings.database_url).reading() as session:
        rows = waiting_mails(session)
    for row in rows:
        click.echo(f"{row.made_at.isoformat(timespec='seconds')}  {row.template}  {row.about}  tries: {row.tries}  {row.sentence or ''}".rstrip())
    click.echo(f"{len(rows)} waiting" + ("" if settings.mail.host else "; the settings name no mail server"))
