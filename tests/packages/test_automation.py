"""The configuration in docs/automation.md is valid for the tools that read it, and does what the page says."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from migrator.charts.example import values
from tests.conftest import Done

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")


def block(heading: str, language: str) -> str:
    """The first block in that language below that heading."""
    found = re.search(rf"^## {heading}$.*?^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


RENOVATE = json.loads(block("Renovate", "json"))


@pytest.mark.parametrize(
    ("schema", "name", "text"),
    [
        ("vendor.github-actions", "action.yml", (ROOT / "action.yml").read_text(encoding="utf-8")),
        ("vendor.github-workflows", "workflow.yml", block("GitHub", "yaml")),
        ("vendor.gitlab-ci", ".gitlab-ci.yml", block("GitLab", "yaml")),
        ("vendor.renovate", "renovate.json", block("Renovate", "json")),
        *(
            ("vendor.github-workflows", path.name, path.read_text(encoding="utf-8"))
            for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
        ),
    ],
)
def test_each_example_is_valid_by_its_schema(tmp_path: Path, schema: str, name: str, text: str) -> None:
    if importlib.util.find_spec("check_jsonschema") is None:
        pytest.skip("no check-jsonschema: pip install '.[package]', on Python 3.11 or newer")
    (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_example_gives_the_action_the_inputs_that_it_has() -> None:
    yaml = YAML(typ="safe")
    steps = yaml.load(block("GitHub", "yaml"))["jobs"]["check"]["steps"]
    [given] = [step["with"] for step in steps if step["uses"].startswith("opsmill/infrahub-migrator@")]
    inputs = yaml.load(ROOT / "action.yml")["inputs"]
    assert given.keys() <= inputs.keys()
    assert all(name in given for name, each in inputs.items() if each.get("required"))


OBJECT = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: infrahub
  namespace: infrahub
spec:
  chart:
    spec:
      chart: infrahub-enterprise
      version: 4.18.0-medium # Renovate was here
  values:
"""


def renovate(cli: Callable[..., Done]) -> Done:
    """What Renovate runs once it has moved the version."""
    [command] = RENOVATE["packageRules"][1]["postUpgradeTasks"]["commands"]
    program, *words = command.replace("{{{newVersion}}}", "4.18.0-medium").split()
    assert program == "infrahub-migrator"
    return cli(*words)


def test_renovates_command_migrates_what_the_project_file_decides(cli: Callable[..., Done], tmp_path: Path) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(OBJECT + re.sub("^(?=.)", "    ", values("medium"), flags=re.MULTILINE).replace("    ---\n", ""))
    project = "version: 1\nreleases:\n  - name: production\n    layers: [release.yaml]\n    answers: {redis-db: 2}\n"
    (tmp_path / "infrahub-migrator.yaml").write_text(project, encoding="utf-8")
    (tmp_path / "deployment.yaml").write_text("kind: Deployment\n", encoding="utf-8")
    done = renovate(cli)
    assert done.returncode == 0, done.stderr
    assert 'url: "redis://infrahub-cache-master:6379/2"' in release.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name or path.suffix == ".bak") == []
    before = release.read_bytes()
    assert renovate(cli).returncode == 0
    assert release.read_bytes() == before


def test_renovates_command_names_the_flag_of_a_missing_decision(cli: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(values("medium"), encoding="utf-8")
    done = renovate(cli)
    assert done.returncode == 3
    assert b"--redis-db" in done.stderr
    assert (tmp_path / "values.yaml").read_text(encoding="utf-8") == values("medium")


def test_renovates_command_is_allowed() -> None:
    [command] = RENOVATE["packageRules"][1]["postUpgradeTasks"]["commands"]
    [allowed] = re.findall(r'"allowedCommands": \["(.*)"\]', PAGE)
    pattern = json.loads(f'"{allowed}"')
    assert re.search(pattern, command)
    assert not re.search(pattern, command + "; curl example.com")


@pytest.mark.parametrize(
    ("version", "parts"), [("4.18.0-large-data", ("4", "18", "0", "large-data")), ("4.32.0", ("4", "32", "0", None))]
)
def test_renovate_treats_the_flavour_as_compatibility(version: str, parts: tuple[str, ...]) -> None:
    pattern = RENOVATE["packageRules"][0]["versioning"].removeprefix("regex:").replace("(?<", "(?P<")
    found = re.match(pattern, version)
    assert found is not None
    assert found.group("major", "minor", "patch", "compatibility") == parts


def test_gitlabs_job_writes_the_report_that_it_uploads(cli: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(values("medium"), encoding="utf-8")
    job = YAML(typ="safe").load(block("GitLab", "yaml"))["infrahub-values"]
    check, verify = job["script"][-2:]
    command, _, file = check.partition(" > ")
    assert job["artifacts"]["reports"]["junit"] == file
    done = cli(*command.split()[1:])
    assert done.returncode == 1
    assert b"<testsuite" in done.stdout
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    assert [cli(*each.split()[1:]).returncode for each in (command, verify)] == [0, 0]
    text = (tmp_path / "values.yaml").read_text("utf-8")
    unquoted = text.replace('value: "1"', "value: 1", 1)  # which the API server refuses, and no migration knows
    (tmp_path / "values.yaml").write_text(unquoted, "utf-8")
    assert [cli(*each.split()[1:]).returncode for each in (command, verify)] == [0, 4]
