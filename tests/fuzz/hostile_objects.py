"""Flux and Argo CD objects around values, valid ones and ones with fields of the wrong type."""

from __future__ import annotations

import random

VERSIONS = (
    "4.13.0-medium", "4.13.0", "2025.12.24192415", "4.27.0", "~4.13", ">=4.0.0", "latest", "''", "{}", "4.18.0",
)  # fmt: skip
CHARTS = ("infrahub-enterprise", "infrahub-enterprise", "infrahub", "prefect-server", "other", "[]", "''")

REPOSITORY = """\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: infrahub, namespace: prod}
spec: {url: oci://r.example/infrahub-enterprise, ref: {tag: VERSION}}
"""


def in_object(rng: random.Random, values: bytes) -> bytes:
    """A Flux or Argo CD object around the values."""
    text = values.decode("utf-8", "replace").replace("\r\n", "\n")
    make = rng.choice(
        (
            _release, _release, _release_by_reference, _patch, _application, _several_sources, _application_set,
            _kustomization,
        )
    )  # fmt: skip
    return make(rng, text).encode()


def _release(rng: random.Random, values: str) -> str:
    chart, version = rng.choice(CHARTS), rng.choice(VERSIONS)
    spec = f"interval: 5m\nchart:\n  spec:\n    chart: {chart}\n    version: {version}\n"
    from_target = f"valuesFrom: [{{kind: Secret, name: own, targetPath: {_setting(rng)[0]!r}}}]\n"
    spec += rng.choice(("", "valuesFrom: [{kind: ConfigMap, name: more}]\n", "valuesFrom: {}\n", from_target))
    return _object("helm.toolkit.fluxcd.io/v2", "HelmRelease", spec + "values:\n" + _indented(values, 2))


def _release_by_reference(rng: random.Random, values: str) -> str:
    spec = "chartRef: {kind: OCIRepository, name: infrahub}\nvalues:\n" + _indented(values, 2)
    repository = REPOSITORY.replace("VERSION", rng.choice(VERSIONS))
    return _object("helm.toolkit.fluxcd.io/v2", "HelmRelease", spec) + repository


def _application(rng: random.Random, values: str) -> str:
    spec = _destination() + "source:\n" + _indented(_source(rng, values), 2)
    return _object("argoproj.io/v1alpha1", "Application", spec)


def _several_sources(rng: random.Random, values: str) -> str:
    spec = "sources:\n- {repoURL: https://g.example/x, ref: v}\n-\n" + _indented(_source(rng, values), 2)
    return _object("argoproj.io/v1alpha1", "Application", _destination() + spec)


def _application_set(rng: random.Random, values: str) -> str:
    application = _destination() + "source:\n" + _indented(_source(rng, values), 2)
    spec = "generators: [{list: {elements: []}}]\ntemplate:\n  metadata: {name: x}\n  spec:\n"
    return _object("argoproj.io/v1alpha1", "ApplicationSet", spec + _indented(application, 4))


def _destination() -> str:
    return "destination: {server: https://k.example, namespace: prod}\n"


def _source(rng: random.Random, values: str) -> str:
    head = rng.choice(
        (
            "valuesObject:\n",
            "values: |" + rng.choice(("", "-", "+", "2")) + "\n",
            "values: >\n",
            "valueFiles: [a.yaml]\nvaluesObject:\n",
            _parameters(rng) + "valuesObject:\n",
            _parameters(rng) + "values: |\n",
            "fileParameters: [{name: " + _setting(rng)[0] + ", path: a}]\nvaluesObject:\n",
        )
    )
    chart, version = rng.choice(CHARTS), rng.choice(VERSIONS)
    helm = _indented(head + _indented(values, 2), 2)
    return f"repoURL: r.example.com/x\nchart: {chart}\ntargetRevision: {version}\nhelm:\n{helm}"


PLACES = (
    "infrahub.prefect-server.backgroundServices.messaging.redis.host",
    "infrahub.prefect-server.backgroundServices.messaging.redis.port",
    "infrahub.prefect-server.backgroundServices.messaging.redis.password",
    "infrahub.prefect-server.backgroundServices.messaging.docket.url",
    "infrahub.prefect-server.backgroundServices.messaging",
    "infrahub.prefect-server.backgroundServices.runAsSeparateDeployment",
    "infrahub.prefect-server.server.replicaCount",
    "infrahub.prefect-server.server.env",
    "prefect-server.enabled",
    "infrahub.prefect-server.server.env[0].value",
    "a.b[0]",
    "a..b",
    "",
)
SETTINGS = ("'2'", "true", "redis.own", "example-infrahub-cache-master", "redis://redis:6379/two", "null", "'{a,b}'",
            "'a\\,b'", "$NAME", "'{{.x}}'", "{}", "[]", "''", "1.5", "~")  # fmt: skip


def _setting(rng: random.Random) -> tuple[str, str]:
    return rng.choice(PLACES), rng.choice(SETTINGS)


def _parameters(rng: random.Random) -> str:
    items = [_setting(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    force = rng.choice(("", ", forceString: true", ", forceString: 'yes'"))
    listed = ", ".join(f"{{name: '{name}', value: {value}{force}}}" for name, value in items)
    return rng.choice(
        (f"parameters: [{listed}]\n", f"parameters: [{listed}]\n", "parameters: {}\n", "parameters: [x]\n")
    )


def _patch(rng: random.Random, values: str) -> str:
    spec = rng.choice(("", "chart: {spec: {version: 4.13.0}}\n")) + "values:\n" + _indented(values, 2)
    return _object("helm.toolkit.fluxcd.io/v2", "HelmRelease", spec)


def _kustomization(rng: random.Random, values: str) -> str:
    chart, version = rng.choice(CHARTS), rng.choice(VERSIONS)
    more = rng.choice(("", "  valuesFile: v.yaml\n", "  additionalValuesFiles: [v.yaml]\n", "  valuesMerge: []\n"))
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n"
    return f"{head}- name: {chart}\n  version: {version}\n{more}  valuesInline:\n{_indented(values, 4)}"


def _object(group: str, kind: str, spec: str) -> str:
    head = f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: infrahub, namespace: prod}}\nspec:\n"
    return head + _indented(spec, 2)


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + line if line.strip() else line for line in text.splitlines(keepends=True))
