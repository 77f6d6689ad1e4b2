"""Random values of Infrahub's own part are migrated so that nothing is left to do, or refused with a reason."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from migrator import rules
from migrator.errors import MigratorError, VerificationError
from migrator.planning import apply, catalog, discover, examine
from tests import releases

ANSWERS = {
    "redis-db": "2",
    "redis-host": "redis",
    "startup-probe": "match",
    "tracing": "enable",
    "restore": "disable",
    "event-logger": "remove",
    "custom-toggles": "keep",
    "separate-services": "separate",
    "flavour": "none",
    "release-name": "hub",
    "namespace": "prod",
}
UNASKED = {"image-pin": "1.10.6", "image-flavour": "split", "neo4j-heap": "16G", "flavour-change": "carry"}
ODD: list[Any] = [None, True, False, 0, 1, "", "x", "{{ x }}", "${X}", [], [1], ["a", {}], {}, {"a": 1}, "24G", 3.5]
HEAP = {f"server.memory.heap.{name}": "24G" for name in ("initial_size", "max_size")}
NEWEST = {chart: str(catalog.newest(chart, catalog.load())) for chart in ("infrahub-enterprise", "infrahub")}
MOVES = {
    "infrahub-enterprise": (
        ("4.2.3", NEWEST["infrahub-enterprise"]),
        ("4.13.0", ""),
        ("4.18.0-medium", "4.18.0-small"),
    ),
    "infrahub": (("4.16.3", NEWEST["infrahub"]), ("4.27.0", "")),
}


class Draw:
    """Values in the shape of the chart's, with keys missing and some values of any kind."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def some(self, **values: Any) -> dict[str, Any]:
        kept = {key: value for key, value in values.items() if self.rng.random() < 0.7}
        return {key: self.rng.choice(ODD) if self.rng.random() < 0.1 else value for key, value in kept.items()}

    def flag(self) -> bool:
        return self.rng.random() < 0.5

    def probe(self) -> dict[str, Any]:
        get = self.some(port=self.rng.choice([8000, 8443]), path="/up")
        delay = self.rng.choice([1, 600])
        return self.some(httpGet=get, exec=self.some(command=["a"]), initialDelaySeconds=delay, failureThreshold=20)

    def server(self) -> dict[str, Any]:
        return self.some(
            envFromExistingSecret="a",
            envFromExistingSecrets=["b"],
            livenessProbe=self.probe(),
            readinessProbe=self.probe(),
            startupProbe=self.probe(),
            env=self.some(INFRAHUB_INITIAL_ADMIN_TOKEN="own"),
            extraVolumes=[{"name": "ca"}],
            tty=True,
        )

    def prefect(self) -> dict[str, Any]:
        server = self.some(
            loggingLevel="info",
            env=[{"name": "PREFECT_UI_SERVE_BASE", "value": "/"}],
            containerSecurityContext=self.some(readOnlyRootFilesystem=True),
            image=self.some(prefectTag="3.0.11"),
        )
        background = self.some(
            runAsSeparateDeployment=self.flag(), messaging=self.some(redis=self.some(host="redis", db=1))
        )
        return self.some(enabled=self.flag(), server=server, backgroundServices=background)

    def values(self) -> dict[str, Any]:
        restore = self.some(
            enabled=True,
            mode="cronjob",
            s3=self.some(bucket="b", key="k"),
            storage=self.some(type=self.rng.choice(["s3", "local"]), s3=self.some(key="k", latest=True)),
        )
        whole = {
            "global": self.some(
                infrahubTag=self.rng.choice(["1.9.8", "1.9.8-avd"]),
                infrahubImageFlavor="avd",
                tracing=self.some(enabled=self.flag(), endpoint="otel:4317"),
                prefect=self.some(image=self.some(prefectTag="1.9.8")),
            ),
            "infrahubServer": self.some(infrahubServer=self.server(), type="NodePort", service=self.some(type="x")),
            "infrahubTaskWorker": self.some(infrahubTaskWorker=self.some(args=["git-agent"])),
            "infrahub-observability": self.some(enabled=True, tempo=self.some(enabled=False)),
            "infrahub-backup": self.some(enabled=True, backup=self.some(enabled=True), restore=restore),
            "upgrade": self.some(enabled=True),
            "neo4j": self.some(enabled=self.flag(), config=HEAP, neo4j=self.some(resources=self.some(limits=None))),
            "prefect-server": self.prefect(),
        }
        return self.some(**whole)


@pytest.mark.parametrize("seed", range(60))
def test_random_values_are_migrated_or_refused_with_a_reason(seed: int) -> None:
    rng = random.Random(seed)
    draw = Draw(rng)
    chart = rng.choice(sorted(MOVES))
    layers = [draw.values() for _ in range(rng.choice([1, 1, 2]))]
    texts = [json.dumps({"infrahub": each} if chart == "infrahub-enterprise" else each, indent=1) for each in layers]
    release = releases.of_layers(*texts)
    answers = {**ANSWERS, "tracing": rng.choice(["enable", "leave"]), **(UNASKED if draw.flag() else {})}
    for start, to in MOVES[chart]:
        options = discover.Options(chart=chart, version_from=start, version_to=to)
        request = examine.Request(options, answers)
        try:
            case = examine.examine(release, request)
            if case.plan.open_questions:
                continue
            result = apply.apply_plan(case)
            apply.prove_settled(case, result, request)
        except VerificationError as error:
            raise AssertionError(texts) from error
        except MigratorError:
            continue
        for each in rules.check(case.plan.result, lambda layer, route: 1, [layer.name for layer in release.layers]):
            assert each.text and each.remedy
