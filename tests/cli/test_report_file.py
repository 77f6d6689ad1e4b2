"""`migrate --report`: what was done and decided, in a separate file for auditors."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Cli = Callable[..., Any]
SCHEMA = json.loads(files("migrator").joinpath("report/schemas/report.json").read_text(encoding="utf-8"))


@pytest.fixture
def values(cli: Cli, tmp_path: Path) -> Path:
    """A file to migrate."""
    path = tmp_path / "values.yaml"
    path.write_bytes(cli("example").stdout)
    return path


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _migrate(cli: Cli, *arguments: str, code: int = 0) -> Any:
    done = cli("migrate", "values.yaml", "--non-interactive", *arguments)
    assert done.returncode == code, done.stderr
    return done


def test_the_report_has_hashes_decisions_and_the_version(
    cli: Cli, values: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764370800")
    before = values.read_bytes()
    (tmp_path / "answers.yaml").write_text("answers:\n  redis-db: 2\n")
    _migrate(cli, "--answers", "answers.yaml", "--report", "done.json")
    written = json.loads((tmp_path / "done.json").read_text())
    jsonschema.validate(written, SCHEMA)
    (file,) = written["files"]
    assert (written["command"], written["status"], written["time"]) == ("migrate", "migrated", "2025-11-28T23:00:00Z")
    assert file["layers"] == [
        {
            "path": "values.yaml",
            "changed": True,
            "sha256_before": _sha256(before),
            "sha256_after": _sha256(values.read_bytes()),
        }
    ]
    (backup,) = file["backups"]
    assert Path(backup).read_bytes() == before
    assert [(each["id"], each["answer"], each["by"], each["where"]) for each in file["questions"]] == [
        ("event-logger", "remove", "default", ""),
        ("redis-db", "2", "answers file", "answers.yaml:2"),
    ]


def test_the_extension_decides_the_format(cli: Cli, values: Path, tmp_path: Path) -> None:
    before = values.read_bytes()
    for extension in ("html", "md", "HTML"):
        values.write_bytes(before)
        _migrate(cli, "--redis-db", "2", "--report", f"done.{extension}")
        text = (tmp_path / f"done.{extension}").read_text(encoding="utf-8")
        assert text.startswith("<!-- infrahub-migrator migrate -->" if extension == "md" else "<!doctype html>")
        for expected in (
            _sha256(before),
            _sha256(values.read_bytes()),
            "helm upgrade",
            "by the flag --redis-db",
            "0.1.0",
        ):
            assert expected in text, (extension, expected)


def test_an_output_elsewhere_is_reported(cli: Cli, values: Path, tmp_path: Path) -> None:
    _migrate(cli, "--redis-db", "2", "--output", "new.yaml", "--report", "done.json")
    assert json.loads((tmp_path / "done.json").read_text())["files"][0]["output"] == "new.yaml"
    _migrate(cli, "--redis-db", "2", "--output", "-", "--report", "done.md")
    assert "- Written to standard output; the file itself is unchanged." in (tmp_path / "done.md").read_text()


def test_a_missing_decision_is_reported_too(cli: Cli, values: Path, tmp_path: Path) -> None:
    _migrate(cli, "--report", "done.json", code=3)
    (file,) = json.loads((tmp_path / "done.json").read_text())["files"]
    assert (file["status"], file["backups"]) == ("needs-decision", [])
    _migrate(cli, "--redis-db", "cache", "--report", "other.json", code=2)
    assert not (tmp_path / "other.json").exists()


def test_an_older_report_is_kept(cli: Cli, values: Path, tmp_path: Path) -> None:
    (tmp_path / "done.md").write_text("an older record\n")
    done = _migrate(cli, "--redis-db", "2", "--report", "done.md")
    assert b"done.md: the previous file is kept in " in done.stderr
    assert "an older record\n" in [path.read_text() for path in tmp_path.glob("done.md.*.bak")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--report", "done.txt"), "--report done.txt: the file name must end in .html, .md or .json."),
        (("--report", "nowhere/done.md"), "nowhere is not a directory"),
        (("--report", "done.md", "--dry-run"), "--dry-run does nothing"),
        (("--report", "out.json", "--output", "out.json"), "names a file that this run reads or writes"),
    ],
)
def test_an_invalid_report_option_is_refused_before_any_write(
    arguments: tuple[str, ...], expected: str, cli: Cli, values: Path
) -> None:
    before = values.read_bytes()
    assert expected in _migrate(cli, "--redis-db", "2", *arguments, code=2).stderr.decode()
    assert values.read_bytes() == before


def test_the_report_must_not_overwrite_the_values(cli: Cli, values: Path, tmp_path: Path) -> None:
    values.rename(tmp_path / "values.json")
    done = cli("migrate", "values.json", "--redis-db", "2", "--non-interactive", "--report", "./values.json")
    assert done.returncode == 2 and b"names a file that this run reads" in done.stderr


def test_a_report_that_cannot_be_written_is_exit_6_and_names_the_file(values: Path, tmp_path: Path) -> None:
    (tmp_path / ".done.md.infrahub-migrator").mkdir()  # the place of its journal is taken
    command = [sys.executable, "-m", "migrator", "migrate", str(values), "--redis-db", "2", "--non-interactive"]
    done = subprocess.run([*command, "--report", str(tmp_path / "done.md")], capture_output=True, text=True)
    assert done.returncode == 6
    assert f"the report was not written ({values} is written): " in done.stderr
    assert b"docket" in values.read_bytes() and not (tmp_path / "done.md").exists()


def test_if_no_file_was_written_it_is_exit_5(cli: Cli, values: Path, tmp_path: Path) -> None:
    (tmp_path / ".done.md.infrahub-migrator").mkdir()
    done = _migrate(cli, "--redis-db", "2", "--output", "-", "--report", "done.md", code=5)
    assert b"the report was not written: done.md: " in done.stderr


def test_credentials_stay_out_of_the_report(cli: Cli, values: Path, tmp_path: Path) -> None:
    before = values.read_bytes()
    for extension in ("html", "md", "json"):
        values.write_bytes(before)
        _migrate(cli, "--docket-url", "redis://me:c4n4ry@redis:6379/2", "--report", f"done.{extension}")
        assert "c4n4ry" not in (tmp_path / f"done.{extension}").read_text(encoding="utf-8")
