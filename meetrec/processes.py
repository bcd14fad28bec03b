"""The processes of an installation, each a function that runs until it is told to stop, and the commands that start them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from threading import Event

import click
import structlog

from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.logs import write_logs
from meetrec.platform.process_life import CHILD_VARIABLE, hold_alone, keep_what_stands
from meetrec.platform.profiles import load_profile
from meetrec.platform.settings import Settings, load_settings

SWEEP_EVERY = timedelta(minutes=1)
DUTIES_EVERY = timedelta(minutes=10)
CLEAR_EVERY = timedelta(hours=1)
RESTART_PAUSE = 2.0  # seconds before a process that ended by itself is started again
STOP_PATIENCE = 20.0  # seconds a process gets to finish what it holds

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """The web interfaces: gunicorn, one process, many threads."""
    from gunicorn.app.base import BaseApplication

    from meetrec.app import create_app
    from meetrec.platform.certificates import require_pair

    server = settings.server
    if server.certificate and server.certificate_key:
        require_pair(server.certificate, server.certificate_key)

    class Server(BaseApplication):
        """gunicorn with our settings instead of a configuration file."""

        def load_config(self) -> None:
            for name, value in _gunicorn_options(settings).items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return create_app(settings, settings.server.interfaces)

    Server().run()


def _gunicorn_options(settings: Settings) -> dict[str, object]:
    server = settings.server
    options: dict[str, object] = {
        "bind": f"{server.host}:{server.port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": server.threads,
        "timeout": 120,
        "graceful_timeout": 10,
        "loglevel": "warning",
        "control_socket_disable": True,
        "post_worker_init": lambda _worker: keep_what_stands(),
    }
    if server.certificate:
        options |= {"certfile": str(server.certificate), "keyfile": str(server.certificate_key)}
    if server.behind_proxy:
        options |= {"forwarded_allow_ips": "127.0.0.1,::1"}
    return options


def work(settings: Settings) -> None:
    """The worker: joins recordings and transcribes them, one job at a time."""
    from meetrec.custody.vault import Vault
    from meetrec.people.roster_jobs import handlers as roster_handlers
    from meetrec.platform import queue
    from meetrec.platform.tables import load_tables
    from meetrec.recordings.jobs import handlers as recording_handlers
    from meetrec.transcripts.jobs import handlers as transcript_handlers

    load_tables()
    vault = Vault.of(settings)
    database = Database(settings.database_url)
    database.wake = queue.JobQueue(settings.queue_file).wake
    queue.work(database, settings.queue_file, {**recording_handlers(settings, vault), **transcript_handlers(settings, vault), **roster_handlers(settings)})


def schedule(settings: Settings, stop: Event) -> None:
    """The one timetable."""
    from meetrec.custody.actions import end_idle_sittings
    from meetrec.custody.vault import Vault
    from meetrec.district.mail_journal import tell_of_mail
    from meetrec.people.duty_jobs import tell_ending_trainings, watch_custodians
    from meetrec.people.roster_jobs import clear_old_layouts
    from meetrec.platform.mail_jobs import mail_entries
    from meetrec.platform.queue import JobQueue, sweep
    from meetrec.platform.tables import load_tables
    from meetrec.platform.timetable import TimetableEntry, run_timetable
    from meetrec.recordings.jobs import clear_stored_deliveries, settle_waiting_copies
    from meetrec.recordings.uploads_intake import clear_broken_off

    load_tables()
    database, vault = Database(settings.database_url), Vault.of(settings)
    wake = JobQueue(settings.queue_file).wake

    def end_sittings() -> None:
        with database.writing() as session:
            end_idle_sittings(session, clock.now())

    entries = [
        TimetableEntry("sweep of jobs", SWEEP_EVERY, lambda: sweep(database, wake)),
        TimetableEntry("end of idle sittings", SWEEP_EVERY, end_sittings),
        TimetableEntry("rosters that nobody applied", CLEAR_EVERY, lambda: clear_old_layouts(settings, clock.now())),
        TimetableEntry("remains of interrupted writing", CLEAR_EVERY, vault.remove_unfinished),
        TimetableEntry("copies of reserve kiosks", SWEEP_EVERY, lambda: settle_waiting_copies(database)),  # G5.a
        TimetableEntry("remains of uploads that broke off", CLEAR_EVERY, lambda: clear_broken_off(database, vault, clock.now())),
        TimetableEntry("pieces of stored recordings", CLEAR_EVERY, lambda: clear_stored_deliveries(database, settings, vault)),  # S-06
        TimetableEntry("custodians", DUTIES_EVERY, lambda: watch_custodians(database, settings, clock.now())),  # B-03, B-04
        TimetableEntry("training that ends", timedelta(days=1), lambda: tell_ending_trainings(database, settings, clock.now())),  # W-20
        *mail_entries(database, settings, tell_of_mail),
    ]
    run_timetable(database, entries, stop)


def run_together(commands: Sequence[Sequence[str]], stop: Event) -> None:
    """Run several `meetrec` processes, start again whichever ends by itself, and end all when told to stop."""
    running = {tuple(command): _start(command) for command in commands}
    while not stop.wait(RESTART_PAUSE):
        for command, process in running.items():
            if process.poll() is not None:
                log.warning("process.ended", command=" ".join(command), code=process.returncode)
                running[command] = _start(command)
    for process in running.values():
        process.terminate()
    _end_all(list(running.values()))


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A kiosk outlives even a killed parent: it may be recording.
    fate = {} if command[0] == "kiosk" else {CHILD_VARIABLE: "yes"}
    return subprocess.Popen([sys.executable, "-m", "meetrec", *command], start_new_session=True, env={**os.environ, **fate})


def _end_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + STOP_PATIENCE
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _stop_at_signals() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _prepared() -> Settings:
    """Settings, logs, and a database of the right schema, or a sentence."""
    from meetrec.district.queries import profile_in_force
    from meetrec.installation.actions import require_no_demonstration
    from meetrec.platform.migrate import require_current
    from meetrec.platform.tables import load_tables
    from meetrec.transcripts.known_models import known_model

    settings = load_settings()
    write_logs(settings.log_level)
    known_model(settings.transcription.model)
    database = Database(settings.database_url)
    require_current(database)
    load_tables()
    with database.reading() as session:
        require_no_demonstration(settings, session)
        today = clock.in_zone(clock.now(), settings.district.zone).date()
        load_profile(profile_in_force(session, settings, today).base).require_in_force(today)
    return settings


@click.command("serve")
def serve_command() -> None:
    """Run the web interfaces."""
    serve(_prepared())


@click.command("worker")
def worker_command() -> None:
    """Run the worker: joining and transcribing recordings."""
    work(_prepared())


@click.command("scheduler")
def scheduler_command() -> None:
    """Run the timetable."""
    schedule(_prepared(), _stop_at_signals())


@click.command("up")
@click.option("--kiosk", is_flag=True, help="Run the room's kiosk on this machine too.")
def up_command(kiosk: bool) -> None:
    """Run everything on one machine: web interfaces, worker, timetable."""
    settings = _prepared()
    with hold_alone(settings.data_dir):
        run_together([["serve"], ["worker"], ["scheduler"], *([["kiosk"]] if kiosk else [])], _stop_at_signals())
