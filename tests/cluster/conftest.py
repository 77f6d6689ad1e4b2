"""A cluster for the tests, and the real programs that query it.

MIGRATOR_HELMS names folders with a `helm` and a `kubectl` (separated as in PATH), each of which is tried; if it names
none, those on PATH are used. `programs.py` downloads them. Without any, Helm's own library takes their place
(`stand_ins.py`); without that as well the tests are skipped and say so.
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
from tests.cluster.server import Cluster, Revision
from tests.cluster.stand_ins import StandIns
from tests.helm import charts

Object = dict[str, Any]

NAMED = [folder for folder in os.environ.get("MIGRATOR_HELMS", "").split(os.pathsep) if folder]
USER: Object = {
    "infrahub": {
        "prefect-server": {"backgroundServices": {"messaging": {"redis": {"host": "redis.prod", "db": 1}}}},
    }
}
"""Values given with --set years ago; the rest comes from the flavour."""


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
    """The folder whose helm and kubectl come first on PATH."""
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
    """An empty server, to which HELM_KUBEAPISERVER leads."""
    for name in [name for name in os.environ if name.startswith("HELM_") or name == "KUBECONFIG"]:
        monkeypatch.delenv(name)
    with Cluster() as running:
        monkeypatch.setenv("HELM_KUBEAPISERVER", running.address)
        yield running
        assert all(each.startswith("GET ") for each in running.requests), running.requests


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`chart("4.13.0")` or `("4.14.0")`: the tests' own chart of that version, with the preset of flavour medium."""
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
    """The Prefect values of flavour medium at that version."""
    prefect = presets.of_chart("infrahub-enterprise", Version(version), "medium").prefect
    parts = {part: prefect[part] for part in ("server", "backgroundServices")}
    return json.dumps({"configPreset": "medium", "infrahub": {"prefect-server": parts}})


@pytest.fixture
def install(cluster: Cluster, chart: Callable[[str], Path]) -> Callable[..., Revision]:
    """`install(values, version, revision=7)`: a revision of release infrahub in prod, as helm stores it.

    The previous revision is superseded, and the deployments of the manifest run; `chart_values` replace the chart's own
    values, as `helm upgrade --reuse-values` does.
    """

    def put(values: Object, version: str, revision: int = 7, chart_values: Object | None = None) -> Revision:
        path = chart(version)
        own = as_object(charts.read(path / "values.yaml")) if chart_values is None else chart_values
        objects = rendered(str(path), json.dumps(own), json.dumps(values))
        manifest = "".join(f"---\n# Source: {version}\n{json.dumps(each)}\n" for each in objects)
        installed = Revision(
            "infrahub", "prod", revision, "infrahub-enterprise", f"{version}-medium", values, own, manifest=manifest
        )
        cluster.releases = [
            each._replace(status="superseded") if each.status == "deployed" and each.name == installed.name else each
            for each in cluster.releases
        ]
        cluster.releases.append(installed)
        cluster.run(objects, "prod")
        return installed

    return put


@functools.cache
def rendered(chart: str, *texts: str) -> list[Object]:
    """What Helm renders from the values as release infrahub in prod; cached, since most tests start with the same."""
    found = render(chart, [text.encode() for text in texts], release_name="infrahub", namespace="prod")
    return [as_object(each) for each in found]


def as_object(value: Any) -> Object:
    assert isinstance(value, dict)
    return value


def env_of(cluster: Cluster, deployment: str) -> list[Object]:
    """The env list of a running deployment, to be changed as by kubectl; that of its pods stays as it is."""
    (found,) = [each for each in cluster.deployments if each["metadata"]["name"] == deployment]
    listed: list[Object] = found["spec"]["template"]["spec"]["containers"][0]["env"]
    return listed
