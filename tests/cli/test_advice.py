"""What a tired operator reads: advice that holds, said once, and a command that can be copied."""

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


def test_diff_says_what_it_leaves_out_and_asks_nobody_to_a_terminal(cli: Cli, values: Path) -> None:
    said = cli("diff", "values.yaml").stderr.decode()
    assert "1 decision is missing; left out of the diff." in said
    assert "at a terminal" not in said and "nothing was written" not in said
    assert "at a terminal" in " ".join(cli("migrate", "values.yaml", "--non-interactive").stderr.decode().split())


def test_a_free_database_has_one_wording(cli: Cli, values: Path) -> None:
    said = cli("migrate", "values.yaml", "--non-interactive").stderr.decode()
    assert "(2: no known user)" in said and "is free" not in said


def test_a_remedy_is_said_once(cli: Cli, values: Path) -> None:
    said = " ".join(cli("verify", "values.yaml").stdout.decode().split())
    assert said.count("toggle-left") == 8
    assert said.count("it removes the redundant ones") == 1


def test_a_file_with_a_dash_in_front_can_be_undone_as_printed(cli: Cli, values: Path) -> None:
    values.rename(values.with_name("-dash.yaml"))
    done = cli("migrate", "./-dash.yaml", "--redis-db", "2", "--non-interactive").stdout.decode()
    assert "infrahub-migrator undo ./-dash.yaml" in done and "-f ./-dash.yaml" in done
    assert cli("undo", "./-dash.yaml").returncode == 0


def test_a_quiet_dry_run_prints_no_plan(cli: Cli, values: Path) -> None:
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--dry-run", "--quiet", "--non-interactive").stdout == b""


@pytest.mark.parametrize("command", ["plan", "check", "diff"])
def test_colour_that_is_asked_for_beats_no_color(
    cli: Cli, values: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b[" in cli(command, "values.yaml", "--redis-db", "2", "--color", "always").stdout
    assert b"\x1b[" not in cli(command, "values.yaml", "--redis-db", "2").stdout


def test_a_version_that_is_filled_in_is_no_range(cli: Cli, values: Path) -> None:
    values.write_text(helm_release(VALUES, version="'${VERSION}'"), "utf-8")
    done = cli("plan", "values.yaml", "--redis-db", "2", "--from", "4.13.0-medium")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.decode().split())
    assert "its chart version is filled in from elsewhere ('${VERSION}')" in said and "range" not in said


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


def test_a_question_tells_the_charts_default_and_what_is_unseen(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(ONLY_THE_PRESET, "utf-8")
    said = " ".join(cli("plan", "app.yaml", "--redis-db", "2").stdout.decode().split())
    assert "The values have" not in said
    assert said.index("Read first warning: Values from $values/prod.yaml") < said.index("To decide")
    assert said.count("Values from $values/prod.yaml") == 1
    assert (
        "No file read here sets it, and the chart's own default is 'example-infrahub-cache-master', which is the "
        "presets' example host. It may be set in $values/prod.yaml (helm.valueFiles), which cannot be read here"
    ) in said
    seen = ONLY_THE_PRESET.replace("      valueFiles:\n        - $values/prod.yaml\n", "")
    (tmp_path / "app.yaml").write_text(seen, "utf-8")
    said = " ".join(cli("plan", "app.yaml", "--redis-db", "2").stdout.decode().split())
    assert "the chart's own default is 'example-infrahub-cache-master'" in said and "It may be set in" not in said


def test_a_question_tells_what_stands_in_the_values(cli: Cli, values: Path) -> None:
    text = values.read_text("utf-8").replace('"infrahub-cache-master"', "example-infrahub-cache-master")
    values.write_text(text, "utf-8")
    said = " ".join(cli("plan", "values.yaml", "--redis-db", "2").stdout.decode().split())
    assert "The values have 'example-infrahub-cache-master', which is the presets' example host." in said
    assert "see values.yaml:35 answer with --redis-host" in said
    missing = " ".join(cli("migrate", "values.yaml", "--non-interactive").stderr.decode().split())
    assert "see values.yaml:35 answer with --redis-host" in missing
    (file,) = json.loads(cli("plan", "values.yaml", "--format", "json").stdout)["files"]
    places = {question["id"]: question["places"] for question in file["questions"]}
    assert places == {
        "event-logger": [{"file": "values.yaml", "line": 38}],
        "redis-host": [{"file": "values.yaml", "line": 35}],
        "redis-db": [{"file": "values.yaml", "line": 35}],
    }


def test_a_question_names_the_line_in_the_layer_that_has_it(cli: Cli, tmp_path: Path) -> None:
    base = "configPreset: medium\ninfrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n"
    (tmp_path / "base.yaml").write_text(base + "        redis: {host: infrahub-cache-master}\n", "utf-8")
    (tmp_path / "prod.yaml").write_text("# prod\n" + base + "        redis:\n          host: CHANGEME\n", "utf-8")
    said = cli("plan", "-f", "base.yaml", "-f", "prod.yaml", "--redis-db", "2").stdout.decode()
    assert "see prod.yaml:8\n" in said
    typed = "infrahub.prefect-server.backgroundServices.messaging.redis.host=TODO"
    said = cli("plan", "-f", "base.yaml", "--set", typed, "--redis-db", "2").stdout.decode()
    assert "see --set\n" in said


def test_a_diff_tells_beside_it_what_it_cannot_show(cli: Cli, values: Path) -> None:
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
