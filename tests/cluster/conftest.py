"""A cluster of the tests' own, and the real programs that ask it.

MIGRATOR_HELMS names folders with a `helm` and a `kubectl` (as in PATH: one after the other), each of which is tried;
where it names none, those on PATH are. `programs.py` fetches them. Where there is none, Helm's own library takes their
place (`stand_ins.py`); without that as well the tests are skipped, saying so.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.helm.engine import render
from tests.cluster.server import Cluster, Held
from tests.cluster.stand_ins import StandIns
from tests.helm import charts

Object = dict[str, Any]

NAMED = [folder for folder in os.environ.get("MIGRATOR_HELMS", "").split(os.pathsep) if folder]
USER: Object = {
    "infrahub": {
        "prefect-server": {"backgroundServices": {"messaging": {"redis": {"host": "redis.prod", "db": 1}}}},
    }
}
"""What somebody typed with --set years ago; the rest is the flavour's."""


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A folder with programs that take the place of helm and kubectl."""
    folder = tmp_path_factory.mktemp("stand-ins")
    with StandIns(folder) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield str(folder)
        running.shutdown()


@pytest.fixture(params=NAMED or ["PATH"], ids=lambda folder: Path(folder).name)
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, stand_ins: str) -> str:
    """The folder whose helm and kubectl are on PATH before all others."""
    folder = str(request.param)
    if not NAMED and not all(map(shutil.which, ("helm", "kubectl"))):
        if importlib.util.find_spec("helm_python") is None:
            pytest.skip("no helm and kubectl on PATH, MIGRATOR_HELMS names none, and there is no helm-python-sdk")
        folder = stand_ins
    if folder != "PATH":
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def cluster(programs: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A server that holds nothing yet; helm's own variable leads to it."""
    for name in [name for name in os.environ if name.startswith("HELM_") or name == "KUBECONFIG"]:
        monkeypatch.delenv(name)
    with Cluster() as running:
        monkeypatch.setenv("HELM_KUBEAPISERVER", running.address)
        yield running
        assert all(each.startswith("GET ") for each in running.asked), running.asked


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`chart("4.13.0")` or `("4.14.0")`: the tests' own chart of that age, as its flavour medium is published."""
    built: dict[str, Path] = {}

    def build(version: str) -> Path:
        if version not in built:
            age = charts.BEFORE if version == "4.13.0" else charts.AFTER
            built[version] = charts.build(
                tmp_path_factory.mktemp("charts"), "infrahub-enterprise", age, preset(version)
            )
        return built[version]

    return build


def preset(version: str) -> str:
    """The values of flavour medium at that version, as far as they are Prefect's."""
    prefect = presets.of_chart("infrahub-enterprise", Version(version), "medium").prefect
    parts = {part: prefect[part] for part in ("server", "backgroundServices")}
    return json.dumps({"configPreset": "medium", "infrahub": {"prefect-server": parts}})


@pytest.fixture
def install(cluster: Cluster, chart: Callable[[str], Path]) -> Callable[..., Held]:
    """`install(values, version, revision=7)`: a revision of release infrahub in prod, as helm leaves one behind.

    What ran before is superseded, and the deployments of the manifest run; `chart_values` take the place of the chart's
    own, as `helm upgrade --reuse-values` has it.
    """

    def put(values: Object, version: str, revision: int = 7, chart_values: Object | None = None) -> Held:
        path = chart(version)
        own = as_object(charts.read(path / "values.yaml")) if chart_values is None else chart_values
        objects = rendered(str(path), json.dumps(own), json.dumps(values))
        manifest = "".join(f"---\n# Source: {version}\n{json.dumps(each)}\n" for each in objects)
        held = Held(
            "infrahub", "prod", revision, "infrahub-enterprise", f"{version}-medium", values, own, manifest=manifest
        )
        cluster.releases = [
            each._replace(status="superseded") if each.status == "deployed" and each.name == held.name else each
            for each in cluster.releases
        ]
        cluster.releases.append(held)
        cluster.run(objects, "prod")
        return held

    return put


@functools.cache
def rendered(chart: str, *texts: str) -> list[Object]:
    """What Helm makes of the values, of release infrahub in prod: most tests begin with the same."""
    found = render(chart, [text.encode() for text in texts], release_name="infrahub", namespace="prod")
    return [as_object(each) for each in found]


def as_object(value: Any) -> Object:
    assert isinstance(value, dict)
    return value


def env_of(cluster: Cluster, deployment: str) -> list[Object]:
    """The env list of a deployment that runs, to be changed as somebody's kubectl would; its pods' stays as it is."""
    (found,) = [each for each in cluster.deployments if each["metadata"]["name"] == deployment]
    listed: list[Object] = found["spec"]["template"]["spec"]["containers"][0]["env"]
    return listed
