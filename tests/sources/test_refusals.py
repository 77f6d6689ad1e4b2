"""Files that are refused with an explanation: what they are and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES

REFUSED = {
    "values.yaml.gotmpl": (VALUES.replace("redis.prod", '{{ requiredEnv "HOST" }}'), b"is a Go template"),
    "values.yaml": ("{{- if .Values.x }}\n" + VALUES + "{{- end }}\n", b"has Go templates"),
    "main.tf": ('resource "helm_release" "x" {\n  values = [<<EOT\n' + VALUES + "EOT\n  ]\n}\n", b"is Terraform"),
    "main.yaml": (
        'resource "helm_release" "x" {\n  values = [<<EOT\n' + VALUES + "EOT\n  ]\n}\n",
        b"is Terraform, not YAML",
    ),
    "helmfile.yaml": ("releases:\n  - {name: infrahub, chart: a/infrahub, values: [v.yaml]}\n", b"is a helmfile."),
    "configmap.yaml": ("apiVersion: v1\nkind: ConfigMap\ndata: {}\n", b"object of kind ConfigMap, not a values file"),
    "secret.yaml": ("apiVersion: v1\nkind: Secret\nstringData: {}\n", b"object of kind Secret"),
    "sops.yaml": (VALUES + "sops: {mac: x}\n", b"encrypted by SOPS"),
    "null.yaml": ("USER-SUPPLIED VALUES:\nnull\n", b"for a release without custom values. Replace all of it"),
    "empty.yaml": ("null\n", b"is empty, so it has no values. For a release without custom values, put {}"),
    "broken.yaml": ("infrahub: [\n", b"broken.yaml:"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_is_refused_and_unchanged(cli: Callable[..., Any], tmp_path: Path, name: str) -> None:
    text, words = REFUSED[name]
    (tmp_path / name).write_text(text, "utf-8")
    done = cli("migrate", name, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2
    assert words in done.stderr
    assert (tmp_path / name).read_text("utf-8") == text


def test_a_quoted_template_expression_is_text(cli: Callable[..., Any], tmp_path: Path) -> None:
    text = VALUES.replace("host: redis.prod", "host: '{{ .Release.Name }}'")
    (tmp_path / "values.yaml").write_text(text, "utf-8")
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").returncode == 3


def test_a_directory_skips_refused_files(cli: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "good.yaml").write_text(VALUES, "utf-8")
    (folder / "bad.yaml").write_text("{{ if }}\n  infrahub: [\n", "utf-8")
    (folder / "other.yaml").write_text("{{ if }}\n  a: [\n", "utf-8")
    done = cli("check", "all")
    assert done.returncode == 1
    assert b"all/good.yaml: needs-decision" in done.stdout
    assert b"all/bad.yaml: out-of-scope: line 2: has Go templates" in done.stdout
    assert b"all/other.yaml" not in done.stdout + done.stderr


def test_helm_get_values_output_is_a_values_file(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("USER-SUPPLIED VALUES:\n" + VALUES, "utf-8")
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    assert (tmp_path / "values.yaml").read_text("utf-8") == "USER-SUPPLIED VALUES:\n" + AFTER
    (tmp_path / "values.yaml").write_text("COMPUTED VALUES:\n" + VALUES, "utf-8")
    assert b"has all computed values" in cli("plan", "values.yaml").stdout
