"""Every verb and option explains itself, is in the README, and `--help` loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import feedback
from feedback.cli import app as application

HEAVY = {"pandas", "numpy", "duckdb", "sklearn", "scipy", "pydantic", "jinja2", "openpyxl", "torch", "jieba", "rjieba"}
README = Path(feedback.__file__).parent.parent / "README.md"


def commands() -> Iterator[tuple[str, object]]:
    if not application.app.registered_commands:
        application.register_verbs()
    root = typer.main.get_command(application.app)
    stack = [("feedback", root)]
    while stack:
        path, command = stack.pop()
        yield path, command
        stack += [(f"{path} {name}", sub) for name, sub in getattr(command, "commands", {}).items()]


COMMANDS = sorted(commands(), key=lambda pair: pair[0])


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_a_verb_and_all_its_options_have_help(path: str, command: object) -> None:
    assert getattr(command, "help", None), f"{path} has no help"
    for parameter in command.params:  # type: ignore[attr-defined]
        if parameter.param_type_name == "option" and not parameter.hidden:
            assert parameter.help, f"{path} {parameter.name} has no help"


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS if path.count(" ") == 1])
def test_a_verb_is_in_the_readme(path: str) -> None:
    assert path in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["", *application.VERBS])
def test_help_loads_nothing_heavy(verb: str) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['feedback', *{[verb] if verb else []!r}, '--help']\n"
        "from feedback.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        "print(','.join(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: feedback" in done.stdout
    assert not HEAVY & set(done.stderr.strip().split(","))
