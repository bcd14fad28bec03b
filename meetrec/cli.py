"""The `meetrec` command: wiring only. Each feature brings its own group; heavy parts load when they are called."""

import os
import sys
from importlib import import_module

import click

from meetrec import __version__
from meetrec.platform.process_life import end_with_parent

# command or group name → the module and attribute that hold it
COMMANDS = {
    "init": "meetrec.installation.commands:init",
    "demonstration": "meetrec.installation.demonstration_commands:demonstration",
    "doctor": "meetrec.installation.doctor:doctor",
    "up": "meetrec.processes:up_command",
    "serve": "meetrec.processes:serve_command",
    "worker": "meetrec.processes:worker_command",
    "scheduler": "meetrec.processes:scheduler_command",
    "kiosk": "meetrec.kiosk.commands:kiosk",
    "accounts": "meetrec.installation.account_commands:accounts",
    "roster": "meetrec.people.roster_commands:roster",
    "students": "meetrec.installation.student_commands:students",
    "kiosks": "meetrec.installation.kiosk_commands:kiosks",
    "database": "meetrec.installation.commands:database",
    "keys": "meetrec.installation.commands:keys",
    "journal": "meetrec.journal.commands:journal",
    "meetings": "meetrec.installation.calendar_commands:meetings",
    "notices": "meetrec.notices.commands:notices",
    "capture": "meetrec.capture.commands:capture",
    "recordings": "meetrec.recordings.commands:recordings",
    "transcripts": "meetrec.transcripts.commands:transcripts",
    "models": "meetrec.transcripts.commands:models",
    "mail": "meetrec.platform.mail_commands:mail",
    "translations": "meetrec.platform.translation_commands:translations",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used, so that `meetrec --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the list."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
@click.version_option(__version__)
def meetrec() -> None:
    """The recording manager for IEP and Section 504 meetings."""


def main() -> None:
    """Run the command; an error of ours is one sentence on standard error and its exit code."""
    end_with_parent()
    os.umask(0o077)  # whatever MeetRec writes is for its own account alone
    try:
        meetrec(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        code = 1 if isinstance(error, OSError) else getattr(error, "exit_code", None)
        if code is None:
            raise
        click.echo(str(error), err=True)
        sys.exit(code)
