"""`migrator.api`: its examples are run as written, and its results are those of the command line."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import api
from migrator.charts.example import values
from tests.conftest import Done

TO = api.Upgrade(version_to="4.14.1")
DECIDED = TO._replace(answers={"redis-db": "2"})
TEXT = values("medium")


@pytest.fixture(autouse=True)
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`values.yaml` in the current directory, as `infrahub-migrator example` prints it."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "values.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_examples_in_docstrings_run() -> None:
    """Those of the module come first, since those of the functions use their results."""
    found = doctest.DocTestFinder(exclude_empty=True).find(api, "api")
    found.sort(key=lambda each: (each.name != "api", each.name))
    names: dict[str, object] = {}
    run = 0
    for each in found:
        each.globs = names
        result = doctest.DocTestRunner().run(each, clear_globs=False)
        assert result.failed == 0, each.name
        run += result.attempted
    assert run >= 15


def test_every_public_name_has_a_docstring() -> None:
    for name in api.__all__:
        assert getattr(api, name).__doc__, name


@pytest.mark.parametrize("command", ["plan", "check", "verify"])
def test_results_are_those_of_the_command_line(cli: Callable[..., Done], command: str) -> None:
    [release] = api.load("values.yaml")
    report = {"plan": api.plan, "check": api.check, "verify": api.verify}[command](release, DECIDED)
    ours = json.loads(api.to_json(command, [report]))
    printed = cli(command, "values.yaml", "--to", "4.14.1", "--redis-db", "2", "--format", "json")
    if command == "check":  # the command is the quick one, without places in the text
        printed_json = json.loads(printed.stdout)
        for file in (*ours["files"], *printed_json["files"]):
            file["changes"] = [{**change, "line": 0} for change in file["changes"]]
            file["layers"] = []
            file.pop("notices")
        assert ours["files"][0]["status"] == printed_json["files"][0]["status"]
        assert ours["files"][0]["changes"] == printed_json["files"][0]["changes"]
        return
    assert ours["files"] == json.loads(printed.stdout)["files"]


def test_text_becomes_what_migrate_writes(cli: Callable[..., Done], sample: Path) -> None:
    done = api.migrate_text(TEXT, DECIDED)
    cli("migrate", "values.yaml", "--to", "4.14.1", "--redis-db", "2", "--non-interactive", "--no-backup")
    assert done.text == sample.read_text(encoding="utf-8")


def test_carriage_returns_and_a_missing_final_newline_stay() -> None:
    text = TEXT.replace("\n", "\r\n").rstrip("\r\n")
    done = api.migrate_text(text, DECIDED)
    assert "\n" not in done.text.replace("\r\n", "")
    assert not done.text.endswith("\n")


def test_text_is_unchanged_while_a_question_is_open() -> None:
    done = api.migrate_text(TEXT, TO)
    assert done.text is TEXT
    assert (done.report.status, done.report.exit_code) == ("needs-decision", 3)


def test_layers_are_one_release(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text("configPreset: medium\n", encoding="utf-8")
    [release] = api.load(tmp_path / "values.yaml", "prod.yaml")
    changed = {change.file for change in api.plan(release, DECIDED).changes}
    assert changed == {str(tmp_path / "values.yaml")}


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: api.load("missing.yaml"), api.InputError, "there is no such file"),
        (lambda: api.load("-"), api.UsageError, "standard input"),
        (lambda: api.migrate_text("a: [", TO), api.InputError, "values.yaml:1"),
        (lambda: api.migrate_text("a: 1\n", TO), api.MigratorError, "values.yaml"),
        (
            lambda: api.migrate_text(TEXT, TO._replace(answers={"redis-bd": "2"})),
            api.UsageError,
            "did you mean redis-db",
        ),
        (lambda: api.migrate_text(TEXT, TO._replace(answers={"redis-db": "two"})), api.UsageError, "redis-db"),
        (lambda: api.migrate_text(TEXT, TO._replace(version_from="4.19.0")), api.UsageError, "only moves forward"),
    ],
)
def test_invalid_calls_raise_an_error_with_an_explanation(
    call: Callable[[], object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        call()


def test_json_masks_credentials_of_the_records() -> None:
    url = "redis://user:hunter2hunter2@redis.example.net:6379/4"
    done = api.migrate_text(TEXT, TO._replace(answers={"docket-url": url}))
    assert any(change.after == url for change in done.report.changes) or url in done.text
    assert "hunter2hunter2" not in api.to_json("migrate", [done.report])
    assert "hunter2hunter2" in api.to_json("migrate", [done.report], show_secrets=True)


def test_the_package_alone_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import migrator; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["migrator"]
