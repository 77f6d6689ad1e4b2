"""The tests' own charts, built like the published ones, and Helm's engine to render them."""

from __future__ import annotations

import functools
import importlib.util
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.charts.archive import Manifest
from migrator.helm.engine import render
from migrator.planning import apply, discover, examine
from migrator.planning.plan import Plan
from migrator.values.edits import Value
from migrator.values.merge import as_map
from tests import releases
from tests.helm import charts

Build = Callable[..., Path]
Env = dict[str, list[str]]
Pods = Callable[..., Env]


@pytest.fixture(scope="session")
def engine() -> None:
    """Helm, as a program or as the library; without either the test is skipped and says so."""
    if shutil.which("helm") is None and importlib.util.find_spec("helm_python") is None:
        pytest.skip("no Helm: neither a helm program nor helm-python-sdk, which has wheels for Linux on x86-64 only")


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory, engine: None) -> Build:
    """`chart(name, version, preset="")`: a chart around that prefect-server; `preset` is text of values merged over
    the enterprise chart's own, as the flavours are published."""

    @functools.cache
    def build(name: str, version: str, preset: str = "") -> Path:
        return charts.build(tmp_path_factory.mktemp("charts"), name, version, preset)

    return build


@pytest.fixture(scope="session")
def helm_values(tmp_path_factory: pytest.TempPathFactory, engine: None) -> Callable[[Value, Sequence[Value]], Value]:
    """`helm_values(chart, layers)`: what Helm passes to prefect-server inside infrahub inside infrahub-enterprise,
    where the innermost chart's own values are `chart`."""

    @functools.cache
    def printer(chart: str) -> str:
        root = tmp_path_factory.mktemp("printer") / "infrahub-enterprise"
        inner = root / "charts" / "infrahub"
        for place, values, template in (
            (root, "{}", ""),
            (inner, "{}", ""),
            (inner / "charts" / "prefect-server", chart, "values: {{ .Values | toJson }}\n"),
        ):
            (place / "templates").mkdir(parents=True)
            about = {"apiVersion": "v2", "name": place.name, "version": "0.0.0"}
            (place / "Chart.yaml").write_text(json.dumps(about), encoding="utf-8")
            (place / "values.yaml").write_text(values, encoding="utf-8")
            (place / "templates" / "values.yaml").write_text(template, encoding="utf-8")
        return str(root)

    def values(chart: Value, layers: Sequence[Value]) -> Value:
        texts = [json.dumps(layer).encode() for layer in layers]
        (printed,) = render(printer(json.dumps(chart)), texts)
        return printed["values"]

    return values


@pytest.fixture
def preset() -> Callable[[str, str], str]:
    """`preset(flavour, version)`: the values of a flavour of the enterprise chart, as text."""

    def text(flavour: str, version: str) -> str:
        prefect = presets.of_chart("infrahub-enterprise", Version(version), flavour).prefect
        parts: Value = {part: prefect[part] for part in ("server", "backgroundServices")}
        return json.dumps({"configPreset": flavour, "infrahub": {"prefect-server": parts}})

    return text


class Migrated(NamedTuple):
    """Text after its migration, and the plan for it."""

    text: str
    plan: Plan


@pytest.fixture
def migrate() -> Callable[..., Migrated]:
    """Migrate text unattended with these answers, and prove the result."""

    def migrated(text: str, answers: Mapping[str, str], **options: str) -> Migrated:
        request = examine.Request(discover.Options(**options), answers)
        case = examine.examine(releases.of_text(text), request)
        assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
        result = apply.apply_plan(case)
        apply.prove_settled(case, result, request)
        return Migrated(result.streams[0].data.decode(), case.plan)

    return migrated


@pytest.fixture
def rendered(chart: Build) -> Callable[..., list[Manifest]]:
    """`rendered(text, name, version, preset="")`: what Helm renders from the text on that chart."""

    def manifests(text: str, name: str, version: str, preset: str = "") -> list[Manifest]:
        path = chart(name, version, preset)
        # A real prefect-server accepts a separate deployment of Prefect's own image only with a full version number.
        values = [b"global: {prefect: {image: {prefectTag: 3.6.13}}}", text.encode()]
        return render(str(path), values, release_name="infrahub", namespace="infrahub")

    return manifests


@pytest.fixture
def pods(rendered: Callable[..., list[Manifest]]) -> Pods:
    """The env of each of Prefect's containers, an entry a line: `NAME=value`, or `NAME<-SECRET/KEY`."""

    def env(*arguments: str) -> Env:
        found: Env = {}
        for manifest in rendered(*arguments):
            if manifest["kind"] == "Deployment" and "prefect" in str(as_map(manifest["metadata"])["name"]):
                pod = as_map(as_map(as_map(manifest["spec"])["template"])["spec"])
                containers = pod["containers"]
                assert isinstance(containers, list)
                container = as_map(containers[0])
                entries = container["env"]
                assert isinstance(entries, list)
                found[str(container["name"])] = [_line(as_map(entry)) for entry in entries]
        return found

    return env


def _line(entry: Manifest) -> str:
    if "valueFrom" in entry:
        source = as_map(as_map(entry["valueFrom"])["secretKeyRef"])
        return f"{entry['name']}<-{source['name']}/{source['key']}"
    return f"{entry['name']}={entry.get('value')}"
