"""The paths of the structural diff, read by jq as its wrapper yq reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator import yamltext
from migrator.report.yq_paths import FROM_YAML, Entry, path
from migrator.values.edits import Route
from tests.preset_files import preset_files

ANSWERS = ("--redis-db", "2", "--redis-host", "cache", "--answer", "separate-services=separate")

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq, which reads the paths, is not installed")


@needs_jq
@pytest.mark.parametrize("preset", preset_files("[ABD]/values.*.yaml", "C/values.medium.yaml"))
def test_every_path_selects_the_value_that_its_line_shows(
    preset: Path, cli: Callable[..., Any], tmp_path: Path
) -> None:
    before = preset.read_bytes()
    (tmp_path / "values.yaml").write_bytes(before)
    done = cli("diff", "values.yaml", "--format", "structural", *ANSWERS)
    migrated = cli("migrate", "values.yaml", "--output", "-", "--non-interactive", *ANSWERS)
    assert (done.returncode, migrated.returncode) == (0, 0), done.stderr + migrated.stderr
    lines = [line[2:] for line in done.stdout.decode().splitlines()[1:]]
    for sign, text in {"-": before, "+": migrated.stdout}.items():
        expected = [found for line in lines if (found := _path_and_value(line, sign)) is not None]
        data = yamltext.parse(text).documents[0].data
        assert expected and _select([path for path, _ in expected], data) == [value for _, value in expected]


def _path_and_value(line: str, sign: str) -> tuple[str, Any] | None:
    """The path in a line, and the value that it gives for that side of the change; None if it gives none."""
    where, _, values = line[2:].partition(": ")
    if line[0] == "~":
        return where, json.loads(values.split(" -> ")[sign == "+"])
    return (where, json.loads(values)) if line[0] == sign else None


def _select(paths: list[str], data: Any) -> list[Any]:
    program = f"[{', '.join(f'({path})' for path in paths)}]"
    done = subprocess.run(["jq", "-c", program], input=json.dumps(data).encode(), capture_output=True, check=True)
    return list(json.loads(done.stdout))


@needs_jq
def test_odd_keys_and_entries_of_the_same_name() -> None:
    keys = ["plain", "with-dash", "with.dot", "with blank", 'quo"te', "back\\slash", "9", "", "grün", "\x1b[2J"]
    data = {key: [{"name": "A", "v": 1}, {"name": "A", "v": 2}, {"name": 'B"', "v": [3]}] for key in keys}
    second = Entry.of("A", 1, is_alone=False)
    alone = Entry.of('B"', 0, is_alone=True)
    for key in keys:
        routes: list[Route] = [(key, second, "v"), (key, 0, "v"), (key, alone, "v", 0), (key, second)]
        assert _select([path(route) for route in routes], data) == [2, 1, 3, {"name": "A", "v": 2}]
    assert _select([path(())], data) == [data]


def test_values_embedded_as_text_are_read_with_from_yaml() -> None:
    assert path(("spec", "values", FROM_YAML, "a", "b-c")) == '.spec.values | from_yaml | .a["b-c"]'
