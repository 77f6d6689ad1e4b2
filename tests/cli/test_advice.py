"""What a tired operator reads: correct advice, given once, with commands that can be copied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.texts import VALUES, helm_release

Cli = Callable[..., Any]


@pytest.fixture
def values(cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_bytes(cli("example").stdout)
    return path


def test_diff_says_what_it_leaves_out_and_mentions_no_terminal(cli: Cli, values: Path) -> None:
    output = cli("diff", "values.yaml").stderr.decode()
    assert "1 decision is missing; left out of the diff." in output
    assert "at a terminal" not in output and "nothing was written" not in output
    assert "at a terminal" in " ".join(cli("migrate", "values.yaml", "--non-interactive").stderr.decode().split())


def test_a_suggested_database_is_not_called_free(cli: Cli, values: Path) -> None:
    output = cli("migrate", "values.yaml", "--non-interactive").stderr.decode()
    assert "(2: no known user)" in output and "is free" not in output


def test_a_remedy_is_printed_once(cli: Cli, values: Path) -> None:
    output = " ".join(cli("verify", "values.yaml").stdout.decode().split())
    assert output.count("toggle-left") == 8
    assert output.count("it removes the redundant ones") == 1


def test_the_printed_undo_works_for_a_name_with_a_leading_dash(cli: Cli, values: Path) -> None:
    values.rename(values.with_name("-dash.yaml"))
    done = cli("migrate", "./-dash.yaml", "--redis-db", "2", "--non-interactive").stdout.decode()
    assert "infrahub-migrator undo ./-dash.yaml" in done and "-f ./-dash.yaml" in done
    assert cli("undo", "./-dash.yaml").returncode == 0


def test_a_quiet_dry_run_prints_no_plan(cli: Cli, values: Path) -> None:
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--dry-run", "--quiet", "--non-interactive").stdout == b""


@pytest.mark.parametrize("command", ["plan", "check", "diff"])
def test_color_always_beats_no_color(cli: Cli, values: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b[" in cli(command, "values.yaml", "--redis-db", "2", "--color", "always").stdout
    assert b"\x1b[" not in cli(command, "values.yaml", "--redis-db", "2").stdout


def test_a_version_filled_in_from_elsewhere_is_not_called_a_range(cli: Cli, values: Path) -> None:
    values.write_text(helm_release(VALUES, version="'${VERSION}'"), "utf-8")
    done = cli("plan", "values.yaml", "--redis-db", "2", "--from", "4.13.0-medium")
    assert done.returncode == 0, done.stderr
    output = " ".join(done.stdout.decode().split())
    assert "its chart version is filled in from elsewhere ('${VERSION}')" in output and "range" not in output


ONLY_THE_PRESET = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: infrahub
spec:
  source:
    repoURL: oci://registry.example/charts
    chart: infrahub-enterprise
    targetRevision: 4.13.0-medium
    helm:
      valueFiles:
        - $values/prod.yaml
      valuesObject:
        infrahub:
          prefect-server:
            server: {}
"""


def test_a_question_names_the_charts_default_and_unseen_sources(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(ONLY_THE_PRESET, "utf-8")
    output = " ".join(cli("plan", "app.yaml", "--redis-db", "2").stdout.decode().split())
    assert "The values have" not in output
    assert output.index("Read first warning: Values from $values/prod.yaml") < output.index("To decide")
    assert output.count("Values from $values/prod.yaml") == 1
    assert (
        "No file read here sets it, and the chart's own default is 'example-infrahub-cache-master', which is the "
        "presets' example host. It may be set in $values/prod.yaml (helm.valueFiles), which cannot be read here"
    ) in output
    seen = ONLY_THE_PRESET.replace("      valueFiles:\n        - $values/prod.yaml\n", "")
    (tmp_path / "app.yaml").write_text(seen, "utf-8")
    output = " ".join(cli("plan", "app.yaml", "--redis-db", "2").stdout.decode().split())
    assert "the chart's own default is 'example-infrahub-cache-master'" in output and "It may be set in" not in output


def test_a_question_shows_the_current_value_and_its_line(cli: Cli, values: Path) -> None:
    text = values.read_text("utf-8").replace('"infrahub-cache-master"', "example-infrahub-cache-master")
    values.write_text(text, "utf-8")
    output = " ".join(cli("plan", "values.yaml", "--redis-db", "2").stdout.decode().split())
    assert "The values have 'example-infrahub-cache-master', which is the presets' example host." in output
    assert "see values.yaml:35 answer with --redis-host" in output
    missing = " ".join(cli("migrate", "values.yaml", "--non-interactive").stderr.decode().split())
    assert "see values.yaml:35 answer with --redis-host" in missing
    (file,) = json.loads(cli("plan", "values.yaml", "--format", "json").stdout)["files"]
    places = {question["id"]: question["places"] for question in file["questions"]}
    assert places == {
        "event-logger": [{"file": "values.yaml", "line": 38}],
        "redis-host": [{"file": "values.yaml", "line": 35}],
        "redis-db": [{"file": "values.yaml", "line": 35}],
    }


def test_a_question_names_the_layer_and_line_of_the_value(cli: Cli, tmp_path: Path) -> None:
    base = "configPreset: medium\ninfrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n"
    (tmp_path / "base.yaml").write_text(base + "        redis: {host: infrahub-cache-master}\n", "utf-8")
    (tmp_path / "prod.yaml").write_text("# prod\n" + base + "        redis:\n          host: CHANGEME\n", "utf-8")
    output = cli("plan", "-f", "base.yaml", "-f", "prod.yaml", "--redis-db", "2").stdout.decode()
    assert "see prod.yaml:8\n" in output
    typed = "infrahub.prefect-server.backgroundServices.messaging.redis.host=TODO"
    output = cli("plan", "-f", "base.yaml", "--set", typed, "--redis-db", "2").stdout.decode()
    assert "see --set\n" in output


def test_a_diff_prints_notes_about_what_it_cannot_show(cli: Cli, values: Path) -> None:
    plain = values.read_bytes()
    toggle = b"        - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED\n"
    values.write_bytes(
        plain.replace(toggle, b"        # <services>\n" + toggle, 1).replace(
            b"        - name: PREFECT_API_BLOCKS", b"        # </services>\n        - name: PREFECT_API_BLOCKS", 1
        )
    )
    note = "note: values.yaml:25: this comment is about something that was removed: # </services>"
    for shape in ("unified", "structural"):
        assert note in cli("diff", "values.yaml", "--redis-db", "2", "--format", shape).stderr.decode()
    assert b"# </services>" in values.read_bytes().splitlines()[24]
    assert cli("diff", "values.yaml", "--redis-db", "2", "--quiet").stderr == b""
    values.write_bytes(plain)
    assert cli("diff", "values.yaml", "--redis-db", "2").stderr == b""
