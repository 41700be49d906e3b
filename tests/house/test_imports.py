"""The import rule of the house: a room imports only rooms before it, and stages never import each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import feedback

PACKAGE = Path(feedback.__file__).parent
STAGES = {"ingest", "judge", "track", "leads"}
#: The parts of the pipeline that stand in files of their own; pipeline.py names them all.
PARTS = {"pipeline_labels", "pipeline_leads", "pipeline_track", "pipeline_train"}
#: Room → the level it stands on; a room may import rooms of lower levels and itself.
LEVEL = {
    "errors": 0, "records": 1, "settings": 1, "lexicon": 2, "text": 3, "encode": 3,
    **dict.fromkeys(STAGES, 4), "evaluate": 5, "store": 6, "engine": 6, **dict.fromkeys(PARTS, 6.5),
    "pipeline_push": 6.7, "pipeline": 7, "report": 8, "cli": 9,
    "__main__": 10,
}  # fmt: skip
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "feedback" and len(parts) > 1:
                rooms.add(parts[1])
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_before_it(path: Path) -> None:
    here = room(path)
    assert here in LEVEL, f"{here} is not a room of the house"
    wrong = {other for other in imported_rooms(path) if other != here and LEVEL[other] >= LEVEL[here]}
    assert not wrong, f"{here} may not import {sorted(wrong)}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_public_names_are_pinned() -> None:
    assert feedback.__all__ == ["__version__"]


def test_top_level_of_the_repository() -> None:
    root = PACKAGE.parent
    shown = {p.name for p in root.iterdir() if not p.name.startswith(".")}
    built = {"build", "dist", "__pycache__"}
    allowed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "feedback", "lexicons", "corpora", "tests"}
    if (root / "pyproject.toml").exists():
        assert {n for n in shown - built if not n.endswith((".egg-info", ".duckdb"))} <= allowed
