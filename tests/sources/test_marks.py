"""Which files of a directory are parsed: none with values of these charts is skipped, however its keys are written."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.sources import marks

from .texts import VALUES

Cli = Callable[..., Any]
CODED = base64.b64encode(b"prefect-server").decode()

SPELT = {
    "an escape": '{"prefec\\x74-server": {"background\\x53ervices": {runAsSeparateDeployment: true}}}\n',
    "a long escape": '{"\\U00000070refec\\u0074-server": {"background\\x53ervices": {env: []}}}\n',
    "a folded line": '? "prefe\\\n  ct-server"\n: {server: {env: []}}\n',
    "base64": f"? !!binary {CODED}\n: server: {{env: []}}\n",
    "base64, by its whole tag": f"? !<tag:yaml.org,2002:binary> {CODED}\n: server: {{env: []}}\n",
    "base64, by a tag of its own": f"%TAG !b! tag:yaml.org,2002:bin\n---\n? !b!ary {CODED}\n: server: {{env: []}}\n",
    "base64, by an escaped tag": f"? !!%62inary {CODED}\n: server: {{env: []}}\n",
}


@pytest.mark.parametrize("how", SPELT)
def test_values_are_found_however_their_keys_are_spelt(cli: Cli, tmp_path: Path, how: str) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t/v.yaml").write_text(SPELT[how], "utf-8")
    done = cli("check", "t", "--chart", "infrahub", "--from", "4.27.0")
    assert done.returncode in (0, 1, 3), done.stderr
    assert done.stdout.startswith(b"t/v.yaml: ")


def test_a_key_that_is_an_alias_is_found(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    text = "x: &name prefect-server\n*name :\n  backgroundServices: {runAsSeparateDeployment: true}\n"
    (tmp_path / "t/v.yaml").write_text(text, "utf-8")
    assert cli("check", "t").stdout.startswith(b"t/v.yaml: ")


def test_values_in_utf16_are_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t/v.yaml").write_bytes(VALUES.encode("utf-16"))
    done = cli("check", "t")
    assert done.returncode == 2
    assert b"t/v.yaml:1: the file is UTF-16, not UTF-8." in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "replicas: 2\n",
        'regex: "^\\\\d+$"\n',
        "when: !Equals [a, b]\n",
        "apiVersion: v1\nkind: ConfigMap\nbinaryData: {a: aGk=}\n",
        "kind: HelmRelease\nspec: {chart: {spec: {chart: podinfo}}}\n",
        "resources: [a.yaml]\nkind: Kustomization\n",
    ],
)
def test_an_unrelated_file_is_not_parsed(text: str) -> None:
    assert not marks.may_concern("apps/a.yaml", text.encode())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Kustomization", "patches: []\n"),
        ("a/kustomization.yaml", "configMapGenerator: []\n"),
        ("a.yaml", "kind: HelmRelease\nspec: {chartRef: {kind: OCIRepository, name: x}}\n"),
        ("a.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nspec: {patches: []}\n"),
        ("a.yaml", "spec: {values: {server: {uiConfig: {}}}}\n"),
        ("prefect/a.yaml", "a: 1\n"),
        ("a.yaml", "image: registry/Infrahub:1\n"),
    ],
)
def test_a_file_that_may_concern_these_charts_is_parsed(name: str, text: str) -> None:
    assert marks.may_concern(name, text.encode())


def test_the_name_of_the_given_directory_does_not_make_files_related(cli: Cli, tmp_path: Path) -> None:
    """A repository may well be named after these charts."""
    (tmp_path / "infrahub-fleet").mkdir()
    (tmp_path / "infrahub-fleet/v.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "infrahub-fleet/other.yaml").write_text("a: 1\n", "utf-8")
    done = cli("check", "infrahub-fleet")
    assert done.stdout.count(b"\n") == 1
    assert b"other" not in done.stdout + done.stderr
