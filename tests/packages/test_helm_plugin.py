"""`helm infrahub-migrate`, installed by real helms into separate folders.

The program inside is that of the checkout, in place of the single file; MIGRATOR_SINGLE_FILE names a real one.
MIGRATOR_HELMS names folders with a helm (separated as in PATH); otherwise the one on PATH is used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done

ROOT = Path(__file__).resolve().parents[2]
NAMED = [folder for folder in os.environ.get("MIGRATOR_HELMS", "").split(os.pathsep) if folder]
HELMS = [found for path in NAMED or [os.environ["PATH"]] if (found := shutil.which("helm", path=path))]
Helm = Callable[..., Done]

BUNDLED_REDIS = """\
redis:
  enabled: true
backgroundServices:
  runAsSeparateDeployment: true
"""


ANSWERS = ["--release-name", "flows", "--redis-db", "2", "--answer", "docket-password=reference"]


@pytest.fixture(scope="module", params=HELMS or ["none"], ids=[str(number) for number, _ in enumerate(HELMS or [""])])
def helm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Helm with the plugin, run in its own folder; without helm the test is skipped."""
    if not HELMS:
        pytest.skip("no helm on the PATH, and MIGRATOR_HELMS names no folder with one")
    folder = tmp_path_factory.mktemp("helm")
    plugin = folder / "infrahub-migrate"
    shutil.copytree(ROOT / "packaging" / "helm", plugin / "packaging" / "helm")
    shutil.copy(ROOT / "plugin.yaml", plugin)
    single_file = os.environ.get("MIGRATOR_SINGLE_FILE")
    if single_file:
        shutil.copy(single_file, plugin / "infrahub-migrator.pyz")
    else:
        start = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom migrator.__main__ import main\nsys.exit(main())\n"
        (plugin / "infrahub-migrator.pyz").write_text(start, encoding="utf-8")
    own = {f"HELM_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "CONFIG", "CACHE")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "INFRAHUB_MIGRATE_PYTHON": sys.executable, **own}

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        command = [request.param, *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, cwd=folder, env=environment, timeout=120)
        return Done(done.returncode, done.stdout, done.stderr)

    installed = run("plugin", "install", str(plugin))
    assert installed.returncode == 0, installed.stderr
    return run


def test_the_plugin_migrates_a_file(helm: Helm) -> None:
    sample = helm("infrahub-migrate", "example").stdout
    done = helm("infrahub-migrate", "migrate", "-", "--redis-db", "2", "--non-interactive", stdin=sample)
    assert done.returncode == 0
    assert b'url: "redis://infrahub-cache-master:6379/2"' in done.stdout
    assert helm("infrahub-migrate", "check", "-", stdin=done.stdout).returncode == 0


def test_the_exit_code_is_the_programs(helm: Helm) -> None:
    sample = helm("infrahub-migrate", "example").stdout
    assert helm("infrahub-migrate", "check", "-", stdin=sample).returncode == 1
    assert helm("infrahub-migrate", "plan", "missing.yaml").returncode == 2
    assert helm("infrahub-migrate", "migrate", "-", "--non-interactive", stdin=sample).returncode == 3


def test_the_namespace_given_to_helm_counts(helm: Helm) -> None:
    options = [*ANSWERS, "--non-interactive"]
    done = helm("infrahub-migrate", "migrate", "-", *options, "--namespace", "production", stdin=BUNDLED_REDIS.encode())
    assert b"@flows-redis-headless.production.svc" in done.stdout, done.stderr
    before = helm("-n", "production", "infrahub-migrate", "migrate", "-", *options, stdin=BUNDLED_REDIS.encode())
    assert before.stdout == done.stdout


def test_without_a_namespace_it_is_asked_for(helm: Helm) -> None:
    """Helm passes `default` then, which nobody decided on."""
    options = [*ANSWERS, "--non-interactive"]
    done = helm("infrahub-migrate", "migrate", "-", *options, stdin=BUNDLED_REDIS.encode())
    assert done.returncode == 3
    assert b"namespace" in done.stdout + done.stderr


def test_printed_commands_use_the_name_of_the_plugin(helm: Helm) -> None:
    sample = helm("infrahub-migrate", "example").stdout
    done = helm("infrahub-migrate", "diff", "-", "--redis-db", "2", "--format", "markdown", stdin=sample)
    assert done.returncode == 0
    assert b"usage: helm infrahub-migrate diff" in helm("infrahub-migrate", "diff", "--help").stdout
    assert b"helm infrahub-migrate migrate" in done.stdout
