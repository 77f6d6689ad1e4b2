"""Values in every shape, as a controller would hand them to Helm: the pods before and after their migration."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from migrator import apply, discover, run, sources
from migrator.edits import Value
from migrator.helm import render
from migrator.release import as_map

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"
DOCKET = "PREFECT_SERVER_DOCKET_URL=redis://redis.prod:6379/2"
VALUES = """\
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "false"
        - name: OURS
          value: server
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: redis.prod
      env:
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "true"
        - name: OURS
          value: background
"""
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub}
spec:
  chart: {spec: {chart: infrahub-enterprise, version: 4.13.0}}
  values:
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: infrahub}
spec:
  source:
    chart: infrahub-enterprise
    targetRevision: 4.13.0
    helm:
"""


def indented(by: int) -> str:
    return "".join(" " * by + line for line in VALUES.splitlines(keepends=True))


OVER = "infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n        redis:\n          db: 3\n"
SHAPES = {
    "plain": [VALUES],
    "layers": [VALUES.replace("redis.prod", "redis.base"), OVER.replace("db: 3", "host: redis.prod")],
    "flux": [FLUX + indented(4)],
    "argo object": [ARGO + "      valuesObject:\n" + indented(8)],
    "argo text": [ARGO + "      values: |\n" + indented(8)],
    "layer and object": [VALUES, FLUX + "".join("    " + line for line in OVER.splitlines(keepends=True))],
}


@pytest.fixture
def pods(chart: Callable[..., Path]) -> Callable[..., dict[str, list[str]]]:
    """The env of both pods under these layers, as Helm's engine renders them."""

    def env(layers: Sequence[Value], version: str) -> dict[str, list[str]]:
        texts = [json.dumps({"global": {"prefect": {"image": {"prefectTag": "3.6.13"}}}}).encode()]
        texts += [json.dumps(layer).encode() for layer in layers]
        found = {}
        for manifest in render(str(chart("infrahub-enterprise", version)), texts, release_name="infrahub"):
            if manifest["kind"] == "Deployment":
                pod: Any = as_map(manifest["spec"])["template"]
                (container,) = pod["spec"]["containers"]
                found[container["name"]] = [f"{each['name']}={each.get('value')}" for each in container["env"]]
        return found

    return env


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pods_of_every_shape(shape: str, tmp_path: Path, pods: Callable[..., dict[str, list[str]]]) -> None:
    names = []
    for number, text in enumerate(SHAPES[shape]):
        names.append(str(tmp_path / f"layer-{number}.yaml"))
        (tmp_path / f"layer-{number}.yaml").write_text(text, "utf-8")
    (bundle,) = (sources.open_layers(names) if len(names) > 1 else sources.open_file(names[0])).bundles
    request = run.Request(discover.Wishes(version_from="4.13.0"), {"redis-db": "2"})
    result = apply.carry_out(run.examine([bundle], request))
    after = pods([layer.data for layer in bundle.on(result.streams).layers], AFTER)
    before = pods([layer.data for layer in bundle.layers], BEFORE)

    assert set(before) == set(after) == {SERVER, BACKGROUND}
    for pod, toggle in ((SERVER, "false"), (BACKGROUND, "true")):
        gone = f"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED={toggle}"
        renamed = {entry for entry in before[pod] if entry.startswith("PREFECT_API_DATABASE_")}
        come = {DOCKET, *(entry.replace("PREFECT_API_", "PREFECT_SERVER_") for entry in renamed)}
        pin = {"PREFECT_API_DATABASE_MIGRATE_ON_START=false"}
        come |= pin if pod == SERVER else {"PROMETHEUS_MULTIPROC_DIR="}
        assert set(before[pod]) - set(after[pod]) == {gone, *renamed} - (pin if pod == SERVER else set())
        assert set(after[pod]) - set(before[pod]) == come - (pin if pod == SERVER else set())
        names_seen = [entry.partition("=")[0] for entry in after[pod]]
        assert len(names_seen) == len(set(names_seen))
