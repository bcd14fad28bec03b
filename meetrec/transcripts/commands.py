"""The commands `meetrec transcripts` (write down any sound file) and `meetrec models` (the speech models on this machine)."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from meetrec.platform.durable_files import write_durably
from meetrec.platform.settings import config_file, load_settings
from meetrec.transcripts.weights import models_directory

FOLDER = click.Path(file_okay=False, path_type=Path)

_models_dir_option = click.option(
    "--models-dir", type=FOLDER, help="Folder of installed models. Default: MEETREC_MODELS_DIR, else that of the settings, else the user's data folder."
)


@click.group("transcripts")
def transcripts() -> None:
    """Write down what was said in a sound file, on this machine."""


@transcripts.command("transcribe")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "out", required=True, help="Where the transcript goes; - for standard output.")
@click.option(
    "--speakers",
    type=click.Choice(["none", "channels"]),
    default="none",
    show_default=True,
    help="channels: every channel is one person's microphone.",
)
@click.option("--engine", default="faster-whisper", show_default=True, help="faster-whisper or openai-whisper.")
@click.option("--model", default="base", show_default=True, help="Name of an installed model.")
@click.option("--language", help="Code such as en or es; without it, judged from the sound.")
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="Processor threads.")
@_models_dir_option
def transcribe_file(
    file: Path,
    out: str,
    speakers: Any,
    engine: str,
    model: str,
    language: str | None,
    threads: int,
    models_dir: Path | None,
) -> None:
    """Transcribe FILE, any sound file, and write the transcript as JSON."""
    from meetrec.transcripts.decoders import open_sound
    from meetrec.transcripts.engines import load_engine
    from meetrec.transcripts.transcribe import Watch, transcribe

    sound = open_sound(file)
    loaded = load_engine(engine, model, models_dir or models_directory(), threads)
    made = transcribe(sound, loaded, speakers, language, Watch(progress=_progress_on_stderr()))
    _write_json(out, made.lines)
    words = sum(len(line["words"]) for line in made.lines)
    click.echo(f"{words} words in {len(made.lines)} lines from {made.seconds:.0f} s of sound.", err=True)


@click.group("models")
def models() -> None:
    """Install, list and verify the speech models on this machine."""


@models.command("install")
@click.argument("name")
@click.option("--from", "folders", type=FOLDER, multiple=True, help="A folder that holds the files; tried first.")
@_models_dir_option
def install_model(name: str, folders: tuple[Path, ...], models_dir: Path | None) -> None:
    """Install the model NAME from the first source whose files are right."""
    from meetrec.transcripts.weights import install
    from meetrec.transcripts.weights_sources import default_sources

    own_folders = load_settings().model_sources if config_file() else ()
    installed = install(name, models_dir or models_directory(), default_sources([*folders, *own_folders]))
    for refusal in installed.refusals:
        click.echo(f"Not from {refusal}", err=True)
    origin = f"installed from {installed.source}" if installed.source else "already installed"
    click.echo(f"{name}: {origin}, every file verified, in {installed.folder}.")


@models.command("list")
@_models_dir_option
def list_models(models_dir: Path | None) -> None:
    """Show the known models and which of them are installed and whole."""
    from meetrec.transcripts.weights import installed_models

    for state in installed_models(models_dir or models_directory()):
        megabytes = state.model.size / 1e6
        standing = "installed" if state.problem is None else "damaged" if state.is_present else "not installed"
        click.echo(f"{state.model.name:10} {standing:14} {megabytes:5.0f} MB  {state.model.description}")


@models.command("verify")
@click.argument("name", required=False)
@_models_dir_option
def verify_models(name: str | None, models_dir: Path | None) -> None:
    """Hash every file of the model NAME, or of every installed model."""
    from meetrec.transcripts.weights import ModelNotInstalled, installed_models, verify

    folder = models_dir or models_directory()
    present = [state.model.name for state in installed_models(folder) if state.is_present]
    if not name and not present:
        raise ModelNotInstalled(f"No model is installed in {folder}. Install one with: meetrec models install base")
    for each in [name] if name else present:
        click.echo(f"{each}: every file is right, in {verify(each, folder)}.")


def _progress_on_stderr() -> Callable[[float], None]:
    """Percent on one line of a terminal; in a log, one line per ten percent."""
    shown = -1

    def show(fraction: float) -> None:
        nonlocal shown
        percent = int(fraction * 100)
        if percent > shown and (sys.stderr.isatty() or percent // 10 > shown // 10):
            shown = percent
            end = "\r" if sys.stderr.isatty() and percent < 100 else "\n"
            click.echo(f"Transcribing: {percent} %{end}", err=True, nl=False)

    return show


def _write_json(out: str, lines: list[dict[str, Any]]) -> None:
    text = json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
    if out == "-":
        click.echo(text, nl=False)
        return
    target = Path(out).resolve()
    try:
        if target.exists() and not target.is_file():  # a pipe or a terminal, which nothing may take the place of
            target.write_text(text, encoding="utf-8")
        else:
            write_durably(target, text.encode())  # what was said in a meeting is for this account alone
    except OSError as problem:
        raise click.ClickException(f"The transcript could not be written to {out}: {problem.strerror}.") from problem
