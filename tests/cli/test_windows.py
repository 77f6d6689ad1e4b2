"""Simulated Windows (windows.py): commands that write nothing work, and those that write say what to do instead."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows is simulated on other systems")

WINDOWS = Path(__file__).with_name("windows.py")
BEFORE = b"""\
infrahub:
  prefect-server:
    backgroundServices:\r
      runAsSeparateDeployment: true
      messaging:
        redis: {host: cache.example.org, port: 6379, db: 1}
"""
ANSWERS = ("--redis-db", "2", "--answer", "flavour=none")
RELEASE = b"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub}
spec:
  chart: {spec: {chart: infrahub-enterprise, version: 4.13.0}}
  valuesFrom:
    - {kind: ConfigMap, name: infrahub-values}
"""
KUSTOMIZATION = b"""\
resources: [release.yaml]
configMapGenerator:
  - name: infrahub-values
    files: [values.yaml=values/prod.yaml]
"""


class Done(NamedTuple):
    """The outcome of a run, with the path separators of this system."""

    code: int
    out: bytes
    err: bytes


class Run(Protocol):
    def __call__(self, *arguments: str, simulated: bool, stdin: bytes = b"") -> Done: ...


@pytest.fixture(scope="module")
def windows() -> Iterator[subprocess.Popen[str]]:
    """A process that runs command lines on the simulated Windows; see `windows.py`."""
    environment = {**os.environ, "PYTHONPATH": str(WINDOWS.parents[2]), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, str(WINDOWS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        yield running


@pytest.fixture
def run(folder: Path, windows: subprocess.Popen[str], cli: Callable[..., Any]) -> Run:
    """Run the command line in `folder`; Windows paths in the arguments are translated if Windows is not simulated."""

    def run(*arguments: str, simulated: bool, stdin: bytes = b"") -> Done:
        if simulated:
            assert windows.stdin is not None and windows.stdout is not None
            windows.stdin.write(json.dumps([str(folder), arguments, stdin.decode("latin-1")]) + "\n")
            windows.stdin.flush()
            code, *outputs = json.loads(windows.stdout.readline())
            texts = [each.encode("latin-1") for each in outputs]
        else:
            code, *texts = cli(*(each.removeprefix("C:").replace("\\", "/") for each in arguments), stdin=stdin)
        # In JSON and in YAML that is quoted a backslash is doubled.
        out, err = (
            text.replace(b"C:\\\\", b"/").replace(b"C:\\", b"/").replace(b"\\\\", b"/").replace(b"\\", b"/")
            for text in texts
        )
        return Done(code, re.sub(rb"\(\d+\.\d s\)", b"(0.0 s)", out), err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A values file two folders down, with one line that ends in CRLF, and an object with its values next to it."""
    for name, data in (
        ("sub/values.yaml", BEFORE),
        ("flux/release.yaml", RELEASE),
        ("flux/kustomization.yaml", KUSTOMIZATION),
        ("flux/values/prod.yaml", BEFORE),
        ("layers/base.yaml", BEFORE),
        ("layers/prod.yaml", b"infrahub: {prefect-server: {server: {replicas: 3}}}\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "sub\\values.yaml"),
        ("plan", "C:{}\\sub\\values.yaml", "--format", "json"),
        ("plan", "flux"),
        ("plan", "-f", "layers\\base.yaml", "-f", "layers\\prod.yaml", *ANSWERS),
        ("diff", "sub\\values.yaml", *ANSWERS),
        ("diff", "C:{}\\sub\\values.yaml", *ANSWERS),
        ("diff", "sub\\..\\sub\\values.yaml", *ANSWERS, "--format", "structural"),
        ("diff", "sub\\values.yaml", *ANSWERS, "--format", "markdown"),
        ("diff", "flux\\release.yaml", "--redis-db", "2", "--format", "json"),
        ("check", "."),
        ("check", "layers"),
        ("check", "C:{}\\flux"),
        ("verify", "sub\\values.yaml"),
        ("verify", "sub", "--format", "json"),
        ("migrate", "sub\\values.yaml", *ANSWERS, "--non-interactive", "--dry-run"),
        ("migrate", "sub\\values.yaml", *ANSWERS, "--non-interactive", "--output", "-"),
        ("plan", "sub\\nowhere.yaml"),
        ("list",),
        ("explain", "4.14.0"),
        ("example", "small"),
    ],
    ids=" ".join,
)
def test_commands_that_write_nothing_give_the_same_output(run: Run, folder: Path, command: tuple[str, ...]) -> None:
    here = str(folder).replace("/", "\\")
    arguments = tuple(word.replace("{}", here) for word in command)
    simulated = run(*arguments, simulated=True)
    assert simulated == run(*arguments, simulated=False)
    assert b"bug in" not in simulated.err
    assert (folder / "sub" / "values.yaml").read_bytes() == BEFORE


def test_standard_input_goes_to_standard_output(run: Run) -> None:
    arguments = ("migrate", "-", *ANSWERS, "--non-interactive")
    simulated = run(*arguments, simulated=True, stdin=BEFORE)
    assert simulated == run(*arguments, simulated=False, stdin=BEFORE)
    assert (simulated.code, b"redis://cache.example.org:6379/2" in simulated.out) == (0, True)


@pytest.mark.parametrize(
    "command",
    [
        ("migrate", "sub\\values.yaml", *ANSWERS),
        ("migrate", ".", "--non-interactive"),
        ("migrate", "sub\\values.yaml", *ANSWERS, "--output", "new.yaml"),
        ("migrate", "-", *ANSWERS, "--output", "new.yaml"),
        ("migrate", "sub\\values.yaml", *ANSWERS, "--output", "-", "--save-answers", "answers.yaml"),
        ("migrate", "sub\\values.yaml", *ANSWERS, "--output", "-", "--report", "report.md"),
        ("init", "sub"),
        ("undo", "sub\\values.yaml"),
    ],
    ids=" ".join,
)
def test_commands_that_write_are_refused_before_any_question(run: Run, folder: Path, command: tuple[str, ...]) -> None:
    before = sorted(folder.rglob("*"))
    done = run(*command, simulated=True)
    assert (done.code, done.out) == (2, b"")
    (line,) = done.err.decode().splitlines()
    assert "files cannot be written safely on this system" in line
    assert "plan, diff, check, verify and migrate --dry-run work here" in line
    assert "WSL" in line and "migrate FILE --output -" in line
    assert sorted(folder.rglob("*")) == before
