"""Values in every shape of docs/shapes.md, passed to Helm as a controller would: text, effective values and pods.

What a controller passes on is read here independently of `migrator.sources`: by the route that its documentation
names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.version import Version

from migrator import sources, yamltext
from migrator.charts import presets
from migrator.helm.engine import render
from migrator.planning import apply, discover, examine
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map
from tests import skeleton

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"
URL = "redis://redis.prod:6379/2"
DOCKET = f"PREFECT_SERVER_DOCKET_URL={URL}"
OLD, NEW = "4.13.0", "4.18.0"
VALUES = skeleton.values("webserver-only triggers-off OURS=server", "triggers-on OURS=background", ["host: redis.prod"])
MIGRATED = skeleton.values("webserver-only pin OURS=server", "metrics OURS=background", ["host: redis.prod"], URL)
NO_DOCKET = MIGRATED.replace(f"        docket:\n          url: {URL}\n", "")
HOST_ABOVE = "infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n        redis:\n          "
SETS_HOST = HOST_ABOVE + "host: redis.prod\n"
SETS_DOCKET = f"{SETS_HOST}        docket:\n          url: {URL}\n"
REDIS = "infrahub.prefect-server.backgroundServices.messaging"


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def flux(values: str, version: str, head: str = "", group: str = "helm.toolkit.fluxcd.io/v2") -> str:
    return f"""\
apiVersion: {group}
kind: HelmRelease
metadata: {{name: infrahub}}
spec:
  chart: {{spec: {{chart: infrahub-enterprise, version: {version}}}}}
{head}  values:
{indented(values, 4)}"""


def argo(helm: str, version: str, kind: str = "Application") -> str:
    source = f"""\
source:
  chart: infrahub-enterprise
  targetRevision: {version}
  helm:
{indented(helm, 4)}"""
    head = f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: infrahub}}\nspec:\n"
    return head + (indented(source, 2) if kind == "Application" else f"  template:\n    spec:\n{indented(source, 6)}")


def sources_of(values: str, version: str) -> str:
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: infrahub}\nspec:\n  sources:\n"
    item = f"    - chart: infrahub-enterprise\n      targetRevision: {version}\n      helm:\n        values: |\n"
    return f"{head}    - {{repoURL: https://example.com/v.git, ref: v}}\n{item}{indented(values, 10)}"


def in_object(values: str) -> str:
    return "valuesObject:\n" + indented(values, 2)


def parameters(*settings: tuple[str, str]) -> str:
    return "parameters:\n" + "".join(f"  - {{name: {name}, value: '{value}'}}\n" for name, value in settings)


def kustomization(values: str, version: str) -> str:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n"
    item = f"  - name: infrahub-enterprise\n    version: {version}\n    valuesInline:\n"
    return head + item + indented(values, 6)


def listed(values: str, version: str) -> str:
    """A List with another object before it."""
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
    items = "".join("  - " + indented(text, 4)[4:] for text in (other, flux(values, version)))
    return "apiVersion: v1\nkind: List\nitems:\n" + items


class Shape(NamedTuple):
    """The files of a release, and where the values are in each of them; `set_to` is what is set over all of them."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    places: Sequence[tuple[str, int, Route]]
    set_to: Value = None
    set_after: Value = None
    answers: Mapping[str, str] = {"redis-db": "2"}


def one(before: str, after: str, *route: str | int, document: int = 0, **more: Any) -> Shape:
    return Shape({"file.yaml": before}, {"file.yaml": after}, [("file.yaml", document, route)], **more)


def redis_set(**values: Value) -> Value:
    return {"infrahub": {"prefect-server": {"backgroundServices": {"messaging": values}}}}


OBJECT = ("spec", "source", "helm", "valuesObject")
BY_PARAMETER = argo(parameters((f"{REDIS}.redis.host", "redis.prod")) + in_object(VALUES), OLD)
PARAMETER_AFTER = (
    argo(parameters((f"{REDIS}.redis.host", "redis.prod")), NEW)
    + f"        - {{name: {REDIS}.docket.url, value: '{URL}'}}\n"
    + indented(in_object(NO_DOCKET), 6)
)
TARGET = f"  valuesFrom: [{{kind: Secret, name: own, valuesKey: host, targetPath: {REDIS}.redis.host}}]\n"
SHAPES = {
    "values file": one(VALUES, MIGRATED),
    "output of helm get values": one("USER-SUPPLIED VALUES:\n" + VALUES, "USER-SUPPLIED VALUES:\n" + MIGRATED),
    "several documents": one(VALUES + "---\na: 1\n", MIGRATED + "---\na: 1\n"),
    "layers": Shape(
        {"base.yaml": VALUES.replace("redis.prod", "redis.base"), "prod.yaml": SETS_HOST},
        {"base.yaml": NO_DOCKET.replace("redis.prod", "redis.base"), "prod.yaml": SETS_DOCKET},
        [("base.yaml", 0, ()), ("prod.yaml", 0, ())],
    ),
    "Flux": one(flux(VALUES, OLD), flux(MIGRATED, NEW), "spec", "values"),
    "Flux, its first version": one(
        flux(VALUES, OLD, group="helm.toolkit.fluxcd.io/v2beta1"),
        flux(MIGRATED, NEW, group="helm.toolkit.fluxcd.io/v2beta1"),
        *("spec", "values"),
    ),
    "Flux with a target path": one(
        flux(VALUES, OLD, TARGET),
        flux(MIGRATED, NEW, TARGET),
        *("spec", "values"),
        set_to=redis_set(redis={"host": "redis.prod"}),
        set_after=redis_set(redis={"host": "redis.prod"}),
        answers={"redis-db": "2", "redis-host": "redis.prod"},
    ),
    "a file below a Flux object": Shape(
        {"base.yaml": VALUES.replace("redis.prod", "redis.base"), "release.yaml": flux(SETS_HOST, OLD)},
        {"base.yaml": NO_DOCKET.replace("redis.prod", "redis.base"), "release.yaml": flux(SETS_DOCKET, NEW)},
        [("base.yaml", 0, ()), ("release.yaml", 0, ("spec", "values"))],
    ),
    "Argo CD, a mapping": one(argo(in_object(VALUES), OLD), argo(in_object(MIGRATED), NEW), *OBJECT),
    "Argo CD, a text": one(
        argo("values: |\n" + indented(VALUES, 2), OLD),
        argo("values: |\n" + indented(MIGRATED, 2), NEW),
        *("spec", "source", "helm", "values"),
    ),
    "Argo CD, one of several sources": one(
        sources_of(VALUES, OLD), sources_of(MIGRATED, NEW), *("spec", "sources", 1, "helm", "values")
    ),
    "Argo CD, parameters": one(
        BY_PARAMETER,
        PARAMETER_AFTER,
        *OBJECT,
        set_to=redis_set(redis={"host": "redis.prod"}),
        set_after=redis_set(redis={"host": "redis.prod"}, docket={"url": URL}),
    ),
    "Argo CD, an ApplicationSet": one(
        argo(in_object(VALUES), OLD, "ApplicationSet"),
        argo(in_object(MIGRATED), NEW, "ApplicationSet"),
        *("spec", "template", *OBJECT),
    ),
    "a List": one(listed(VALUES, OLD), listed(MIGRATED, NEW), "items", 1, "spec", "values"),
    "an object among others": one(
        f"---\nkind: ConfigMap\napiVersion: v1\n---\n{flux(VALUES, OLD)}",
        f"---\nkind: ConfigMap\napiVersion: v1\n---\n{flux(MIGRATED, NEW)}",
        *("spec", "values"),
        document=1,
    ),
    "kustomization": one(kustomization(VALUES, OLD), kustomization(MIGRATED, NEW), *("helmCharts", 0, "valuesInline")),
    "umbrella": one("platform:\n" + indented(VALUES, 2), "platform:\n" + indented(MIGRATED, 2), "platform"),
}


def passed_values(shape: Shape, texts: Mapping[str, str], set_to: Value) -> list[Value]:
    """The values as Helm gets them: one file after the other, and what is set over them."""
    layers = []
    for name, document, route in shape.places:
        found = tree.get(yamltext.parse(texts[name].encode()).documents[document].data, route)
        layers.append(yamltext.parse(found.encode()).documents[0].data if isinstance(found, str) else found)
    return [*layers, *([set_to] if set_to is not None else [])]


def migrated(folder: Path, shape: Shape, answers: Mapping[str, str]) -> dict[str, str]:
    """The files after a run on them."""
    names = [str(folder / name) for name in shape.before]
    (bundle,) = (sources.open_layers(names) if len(names) > 1 else sources.open_file(names[0])).bundles
    case = examine.examine(bundle, examine.Request(discover.Options(version_from=OLD), answers))
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    result = apply.apply_plan(case)
    return {Path(layer.name).name: layer.stream.data.decode() for layer in bundle.with_streams(result.streams).layers}


def write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_migrated_byte_for_byte(name: str, tmp_path: Path) -> None:
    """Before and after, byte by byte; and what was migrated plans to nothing, without any answers."""
    shape = SHAPES[name]
    write(tmp_path, shape.before)
    assert migrated(tmp_path, shape, shape.answers) == shape.after
    write(tmp_path, shape.after)
    assert migrated(tmp_path, shape, {}) == shape.after


@pytest.mark.parametrize("name", SHAPES)
def test_only_the_migrated_values_change_in_every_shape(
    name: str, helm_values: Callable[[Value, Sequence[Value]], Value]
) -> None:
    """By Helm's own engine on the new chart: what the steps concern changes, and nothing else does."""
    shape = SHAPES[name]
    chart = presets.of_chart("infrahub-enterprise", Version(NEW), "").prefect
    before = helm_values(chart, passed_values(shape, shape.before, shape.set_to))
    after = helm_values(chart, passed_values(shape, shape.after, shape.set_after))

    paths: dict[Route, tuple[Value, Value]] = {
        ("backgroundServices", "messaging", "docket", "url"): ("", URL),
        **{
            (part, "env"): (entries(VALUES, part), entries(MIGRATED, part)) for part in ("server", "backgroundServices")
        },
    }
    for path, (old, new) in paths.items():
        assert tree.get(before, path) == old, path
        assert tree.get(after, path) == new, path
        remove(before, path)
        remove(after, path)
    assert before == after


def entries(text: str, part: str) -> Value:
    return tree.get(yamltext.parse(text.encode()).documents[0].data, ("infrahub", "prefect-server", part, "env"))


def remove(values: Value, path: Route) -> None:
    del as_map(tree.get(values, path[:-1]))[str(path[-1])]


@pytest.fixture
def pods(chart: Callable[..., Path]) -> Callable[..., dict[str, list[str]]]:
    """The env of both pods under these layers, as Helm's engine renders them."""
    import json

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


@pytest.mark.parametrize("name", SHAPES)
def test_the_pods_change_as_expected_in_every_shape(name: str, pods: Callable[..., dict[str, list[str]]]) -> None:
    shape = SHAPES[name]
    before = pods(passed_values(shape, shape.before, shape.set_to), BEFORE)
    after = pods(passed_values(shape, shape.after, shape.set_after), AFTER)

    assert set(before) == set(after) == {SERVER, BACKGROUND}
    for pod, toggle in ((SERVER, "false"), (BACKGROUND, "true")):
        removed = f"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED={toggle}"
        renamed = {entry for entry in before[pod] if entry.startswith("PREFECT_API_DATABASE_")}
        added = {DOCKET, *(entry.replace("PREFECT_API_", "PREFECT_SERVER_") for entry in renamed)}
        pin = {"PREFECT_API_DATABASE_MIGRATE_ON_START=false"}
        added |= pin if pod == SERVER else {"PROMETHEUS_MULTIPROC_DIR="}
        assert set(before[pod]) - set(after[pod]) == {removed, *renamed} - (pin if pod == SERVER else set())
        assert set(after[pod]) - set(before[pod]) == added - (pin if pod == SERVER else set())
        names_seen = [entry.partition("=")[0] for entry in after[pod]]
        assert len(names_seen) == len(set(names_seen))
