"""Who may import whom: downward only, and migrations nothing but what a migration is made of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the lowest room to the highest. A module imports only from rows above its own.
ROWS = [
    ["records"],
    ["errors", "edits", "terminal", "surroundings"],
    ["tree", "versions", "changes"],
    ["defaults"],
    ["redis_url"],
    ["release"],
    ["env"],
    ["redis"],
    ["redis_use"],
    ["prefect"],
    ["migration"],
    ["migrations"],
    ["answers", "catalog"],
    ["roots"],
    ["cluster_report"],
    ["report", "yamltext", "files", "live_redis"],
    ["rules", "helm"],
    ["rendered", "manifests"],
    ["upgrade"],
    ["explanations"],
    ["plan", "discover", "example", "flavours"],
    ["sources"],
    ["chart_bump", "sharing", "own_chart"],
    ["run", "talk"],
    ["apply"],
    ["reporting"],
    ["about", "options", "answers_file", "next_steps"],
    ["verify", "save_answers"],
    ["rendered_diff"],
    ["dialogue", "delivery", "printing"],
    ["migrate"],
    ["several"],
    ["releases", "undo"],
    ["commands"],
    ["cli"],
    ["__main__"],
]
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}


def _modules() -> list[Path]:
    return sorted((ROOT / "migrator").rglob("*.py"))


def _room(path: Path) -> str:
    inside = path.relative_to(ROOT / "migrator").with_suffix("").parts
    return inside[0] if inside != ("__init__",) else "(version)"


def _imports(path: Path) -> set[str]:
    """The rooms of `migrator` that a module imports, in functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "migrator":
            found |= {alias.name for alias in node.names if alias.name != "__version__"}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("migrator."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("migrator.")}
    return found


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downward(path: Path) -> None:
    room = _room(path)
    if room == "(version)":
        assert _imports(path) == set()
        return
    for imported in _imports(path) - {room}:
        assert ROW_OF[imported] < ROW_OF[room], f"{room} imports {imported}"


@pytest.mark.parametrize("path", sorted((ROOT / "migrations").glob("*.py")), ids=lambda path: path.name)
def test_a_migration_imports_only_what_a_migration_is_made_of(path: Path) -> None:
    allowed = {"__future__", "collections", "collections.abc", "re", "typing", "urllib.parse", "migrator.migration"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            is_sibling = node.level == 1 and (node.module or "").startswith("_v")
            assert is_sibling or node.module in allowed, node.module


def test_every_room_has_its_row() -> None:
    assert {_room(path) for path in _modules()} - {"(version)"} <= set(ROW_OF)


def test_packages_are_listed_for_the_wheel() -> None:
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for package in (path.parent for path in (ROOT / "migrator").rglob("__init__.py")):
        name = ".".join(package.relative_to(ROOT).parts)
        assert f'"{name}"' in listed, f"{name} would be missing from the wheel"
