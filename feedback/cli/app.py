"""The `feedback` command: global options, the verbs, and errors as one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from feedback.settings import Settings

#: One module per verb; each has `register(app)`. The order is the order of `--help`.
VERBS = ("demo", "ingest", "analyze", "classify", "track", "incidents", "leads", "report", "label", "train", "evaluate",
         "lexicon", "doctor")  # fmt: skip

app = typer.Typer(
    name="feedback",
    help="Mine Chinese user feedback: complaints, negative share, ranked product leads. Everything runs offline.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@dataclass(frozen=True)
class Globals:
    """The options before the verb."""

    store: Path | None
    settings_path: Path | None
    lang: str | None
    quiet: bool

    def settings(self) -> Settings:
        """The settings of this run: file, environment, then the options given."""
        from feedback.settings import load

        return load(self.settings_path, store=self.store, lang=self.lang)


def _version(wanted: bool) -> None:
    if wanted:
        from feedback import __version__

        typer.echo(f"feedback {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    store: Annotated[
        Path | None, typer.Option(help="The store, one DuckDB file.", show_default="./feedback.duckdb")
    ] = None,
    settings: Annotated[Path | None, typer.Option(help="Settings file.", show_default="./feedback.toml")] = None,
    lang: Annotated[
        Literal["zh", "en"] | None, typer.Option(help="Language of reports and exports.", show_default="zh")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no notes on standard error.")] = False,
) -> None:
    context.obj = Globals(store, settings, lang, quiet)


def register_verbs() -> None:
    """Add every verb of VERBS to the command line."""
    for verb in VERBS:
        importlib.import_module(f"feedback.cli.{verb}").register(app)


def main() -> None:
    """Run the command line; a FeedbackError ends as one line, a bug as a traceback with exit code 1."""
    register_verbs()
    try:
        app()
    except FeedbackError as error:
        typer.echo(f"feedback: {error}".replace("\n", " "), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not a fault. Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
