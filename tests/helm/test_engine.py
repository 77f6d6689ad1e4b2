"""Calling Helm: what it returns, and the errors."""

from __future__ import annotations

import builtins
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.charts.archive import ChartError
from migrator.errors import UsageError
from migrator.helm import engine
from migrator.helm.engine import HelmMissing, RenderError, render
from tests.helm.test_program import is_gone, until

AFTER = "2026.6.5172345"
VALUES = b"""\
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis.example.org}, docket: {url: "redis://redis.example.org:6379/2"}}
global: {prefect: {image: {prefectTag: 3.6.13}}}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A chart of one template that prints its values and its release."""
    _write(tmp_path / "plain" / "Chart.yaml", "{apiVersion: v2, name: plain, version: 0.0.0}")
    _write(tmp_path / "plain" / "values.yaml", "a: {x: 1, z: 2}\nb: 3\n")
    template = "values: {{ .Values | toJson }}\nname: {{ .Release.Name }}\nnamespace: {{ .Release.Namespace }}\n"
    _write(tmp_path / "plain" / "templates" / "one.yaml", template + "---\n---\nsecond: object\n")
    _write(tmp_path / "plain" / "templates" / "NOTES.txt", "text: that is no object\n")
    return tmp_path / "plain"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def without_helm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No helm program and no library."""
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "helm_python":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delitem(sys.modules, "helm_python", raising=False)
    monkeypatch.setattr(builtins, "__import__", importing)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Put a `helm` program with this shell script on PATH; returns a folder where it may leave files."""

    def put(script: str) -> Path:
        folder = tmp_path / "bin"
        _write(folder / "helm", f"#!/bin/sh\nleft='{folder}'\n{script}\n")
        (folder / "helm").chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder

    return put


@pytest.mark.usefixtures("engine")
class TestEngine:
    """What holds for the program and for the library alike."""

    def test_it_returns_the_objects_without_notes(self, plain: Path) -> None:
        first, second = engine.render(str(plain), [b"b: 4\n"], release_name="mine", namespace="here")

        assert first == {"values": {"a": {"x": 1, "z": 2}, "b": 4}, "name": "mine", "namespace": "here"}
        assert second == {"second": "object"}

    def test_later_files_win_and_a_null_removes(self, plain: Path) -> None:
        texts = [b"a: null\nb: 4\n", b"\xef\xbb\xbfa: {x: on}\r\nb: 5\r\n"]

        assert engine.render(str(plain), texts)[0]["values"] == {"a": {"x": True, "z": 2}, "b": 5}

    def test_it_renders_hooks_too(self, chart: Callable[..., Path]) -> None:
        kinds = [each["kind"] for each in engine.render(str(chart("prefect-server", AFTER)), [VALUES])]

        assert "Job" in kinds and kinds.count("Deployment") == 2

    def test_a_missing_chart_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ChartError, match="there is no chart here"):
            engine.render(str(tmp_path / "none"), [])

    def test_dependencies_that_are_not_unpacked_are_refused(self, plain: Path) -> None:
        text = "{apiVersion: v2, name: plain, version: 0.0.0, dependencies: [{name: common, version: 2.x.x}]}"
        _write(plain / "Chart.yaml", text)

        with pytest.raises(ChartError, match="not unpacked in its charts/ folder: common") as caught:
            engine.render(str(plain), [])
        assert "helm dependency build" in caught.value.remedy
        _write(plain / "charts" / "common" / "Chart.yaml", "{apiVersion: v2, name: common, version: 2.0.0}")
        assert engine.render(str(plain), [])

    def test_values_that_the_schema_refuses_are_an_error(self, chart: Callable[..., Path]) -> None:
        values = VALUES.replace(b"redis: {host", b"redis: {hots")

        with pytest.raises(RenderError, match=r"(?i)additional propert\S+ '?hots'?.* not allowed") as caught:
            engine.render(str(chart("prefect-server", AFTER)), [values])
        assert caught.value.exit_code == 4

    def test_a_template_that_fails_is_an_error(self, chart: Callable[..., Path]) -> None:
        values = VALUES.replace(b'docket: {url: "redis://redis.example.org:6379/2"}', b"docket: null")

        with pytest.raises(RenderError, match="nil pointer evaluating"):
            engine.render(str(chart("prefect-server", AFTER)), [values])

    def test_the_error_for_a_folder_without_a_chart_is_the_same_for_every_helm(self, tmp_path: Path) -> None:
        """Helm 4 words it differently from Helm 3 and the library."""
        with pytest.raises(ChartError) as caught:
            engine.render(str(tmp_path), [])
        assert caught.value.message == "no chart could be loaded: Chart.yaml file is missing."

    def test_values_that_are_not_yaml_are_refused(self, plain: Path) -> None:
        with pytest.raises(RenderError, match="Helm refuses the values"):
            engine.render(str(plain), [b"a: ["])


@pytest.mark.usefixtures("without_helm")
def test_without_helm_it_says_what_to_install(plain: Path) -> None:
    with pytest.raises(HelmMissing, match="neither a helm program on PATH nor the library") as caught:
        engine.render(str(plain), [])
    assert "pip install 'infrahub-migrator[helm]'" in caught.value.remedy
    assert caught.value.exit_code == 2


@pytest.mark.usefixtures("without_helm")
def test_a_kubernetes_version_needs_the_program(plain: Path) -> None:
    with pytest.raises(UsageError, match="--kube-version"):
        engine.render(str(plain), [], kube_version="1.30.0")


def test_the_program_is_preferred_and_gets_all_arguments(program: Callable[[str], Path], plain: Path) -> None:
    left = program(
        'echo "$@" > $left/arguments\n'
        "while [ $# -gt 0 ]; do [ $1 = --values ] && { cat $2 >> $left/values; shift; }; shift; done\n"
        "echo 'kind: Deployment'"
    )
    texts = [b"secret: one\n", b"secret: two\n"]

    manifests = engine.render(str(plain), texts, release_name="mine", namespace="here", kube_version="1.30.0")

    arguments = (left / "arguments").read_text(encoding="utf-8").split()
    assert manifests == [{"kind": "Deployment"}]
    assert arguments[:7] == ["template", "mine", str(plain), "--namespace", "here", "--kube-version", "1.30.0"]
    assert arguments[7::2] == ["--values", "--values"]
    assert (left / "values").read_bytes() == b"".join(texts)


def test_a_layer_that_helm_cannot_read_is_named_by_its_number(program: Callable[[str], Path], plain: Path) -> None:
    program('for last; do true; done; echo "Error: failed to parse $last: no YAML" >&2; exit 1')

    with pytest.raises(RenderError, match=r"failed to parse the values of layer 2: no YAML"):
        engine.render(str(plain), [b"a: 1\n", b"a: ["])
    with pytest.raises(RenderError, match=r"failed to parse the values: no YAML"):
        engine.render(str(plain), [b"a: ["])


def test_the_error_of_the_program_is_passed_on(program: Callable[[str], Path], plain: Path) -> None:
    program("echo 'Error: execution error at (x.yaml:1:2): no host' >&2; exit 1")

    with pytest.raises(RenderError, match=r"Helm refuses the values on this chart: execution error at \(x\.yaml:1:2\)"):
        engine.render(str(plain), [])


def test_an_invalid_kubernetes_version_is_a_usage_error(program: Callable[[str], Path], plain: Path) -> None:
    program("echo 'Error: invalid kube version '\\''banana'\\'': could not parse it as version' >&2; exit 1")

    with pytest.raises(UsageError, match="--kube-version: invalid kube version 'banana'"):
        engine.render(str(plain), [], kube_version="banana")


def test_the_programs_error_for_missing_dependencies_is_recognised(program: Callable[[str], Path], plain: Path) -> None:
    words = "An error occurred while checking for chart dependencies: found in Chart.yaml, but missing in charts/ "
    program(f"echo '{words}directory: common, redis' >&2; exit 1")

    with pytest.raises(ChartError, match="not unpacked in its charts/ folder: common, redis"):
        engine.render(str(plain), [])


def test_a_program_that_hangs_is_killed(
    program: Callable[[str], Path], plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = program("sleep 20 & echo $! > $left/child; wait")
    monkeypatch.setattr(engine, "SECONDS", 0.2)

    with pytest.raises(RenderError, match=r"did not finish within 0\.2 s"):
        engine.render(str(plain), [])
    child = int((left / "child").read_text(encoding="utf-8"))
    assert until(lambda: is_gone(child))


def test_nothing_of_helm_is_loaded_before_something_is_rendered() -> None:
    """In a separate process, since this one has loaded more."""
    code = "import sys; import migrator.helm.engine, migrator.verify.rendered_pods, migrator.rules; "
    code += "heavy = ('helm_python', 'subprocess', 'tempfile', 'dataclasses', 'json'); "
    code += "print([name for name in heavy if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


ODD = """\

  first: object
---# Source: a comment behind the marker
second: {text: "with --- inside"}
third: |
  a line
  --- that separates nothing
{{- if true }}
---
    fourth: object
{{- end }}
---
"""


def test_rendered_text_is_split_as_helm_splits_it(plain: Path, engine: None) -> None:
    """Helm trims each text and cuts it at lines that begin with ---, before any YAML is read."""
    _write(plain / "templates" / "odd.yaml", ODD)
    objects = [each for each in render(str(plain), []) if "values" not in each]
    assert sorted(objects, key=str) == [
        {"first": "object"},
        {"fourth": "object"},
        {"second": "object"},
        {"second": {"text": "with --- inside"}, "third": "a line\n--- that separates nothing"},
    ]
