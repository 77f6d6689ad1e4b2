"""The hook, run by the real pre-commit on a repository of mixed YAML; only its installation is left out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import yamltext
from migrator.values.edits import Value

from .test_projects import overlay, whole

ROOT = Path(__file__).resolve().parents[2]
PRE_COMMIT = shutil.which("pre-commit") or shutil.which("pre-commit", path=os.path.dirname(sys.executable))

pytestmark = pytest.mark.skipif(PRE_COMMIT is None or shutil.which("git") is None, reason="no pre-commit, or no git")


def hook() -> dict[str, Value]:
    data = yamltext.parse((ROOT / ".pre-commit-hooks.yaml").read_bytes()).documents[0].data
    assert isinstance(data, list) and isinstance(data[0], dict)
    return data[0]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(folder.parent / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    run(folder, "git", "init", "-q")
    for name, text in {
        "apps/deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
        "apps/broken.yaml": "a: [\n",
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: infrahub, version: 4.27.0}]\n",
        "notes.txt": "infrahub\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    entry = str(hook()["entry"]).replace("infrahub-migrator", f"{sys.executable} -m migrator", 1)
    own = {**hook(), "language": "system", "entry": entry}
    text = json.dumps({"repos": [{"repo": "local", "hooks": [own]}]})
    (folder / ".pre-commit-config.yaml").write_text(text, "utf-8")
    return folder


def run_hook(folder: Path) -> subprocess.CompletedProcess[str]:
    run(folder, "git", "add", "-A")
    assert PRE_COMMIT is not None
    return run(folder, PRE_COMMIT, "run", "--all-files")


def test_the_hook_manifest_is_valid(tmp_path: Path) -> None:
    assert PRE_COMMIT is not None
    assert run(tmp_path, PRE_COMMIT, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")).returncode == 0
    assert [word for word in str(hook()["entry"]).split() if word in ("migrate", "undo")] == []


def test_unrelated_files_pass_and_a_file_to_migrate_fails(repository: Path) -> None:
    done = run_hook(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    (repository / "apps/values.yaml").write_text(whole("redis"), "utf-8")
    done = run_hook(repository)
    assert done.returncode == 1
    assert "apps/values.yaml: needs-decision" in done.stdout
    assert "deploy" not in done.stdout and "broken" not in done.stdout and "config" not in done.stdout
    assert (repository / "apps/values.yaml").read_text("utf-8") == whole("redis")


def test_the_hook_uses_the_project_file(repository: Path) -> None:
    (repository / "base.yaml").write_text(whole("redis").replace("host: redis\n", "port: 6379\n"), "utf-8")
    (repository / "prod.yaml").write_text(overlay("redis-prod"), "utf-8")
    (repository / "infrahub-migrator.yaml").write_text(
        "version: 1\nreleases: [{name: prod, layers: [base.yaml, prod.yaml], answers: {redis-db: 2}}]\n", "utf-8"
    )
    done = run_hook(repository)
    assert done.returncode == 1
    assert "prod: pending" in done.stdout
    assert "base.yaml:" not in done.stdout
