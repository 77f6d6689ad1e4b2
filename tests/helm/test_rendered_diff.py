"""What the upgrade changes in the cluster, each difference under what explains it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator import apply, discover, reporting, run, yamltext
from migrator import rendered as checks
from migrator.helm import Manifest
from migrator.rendered import HIDDEN, Difference

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
ANSWERS = {"redis-host": "infrahub-cache-master", "redis-db": "2"}
HOST_ONLY = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging:
        redis:
          host: infrahub-cache-master
"""


def unexplained(found: list[Difference]) -> list[Difference]:
    return [each for each in found if not each.explanation]


@pytest.fixture
def upgrade(rendered: Callable[..., list[Manifest]]) -> Callable[..., list[Difference]]:
    """Old chart and old file against new chart and migrated file."""

    def differences(text: str, old: str = "", new: str = "", **wishes: str) -> list[Difference]:
        case = run.examine(
            [run.read_bytes(text.encode(), "values.yaml")], run.Request(discover.Wishes(**wishes), ANSWERS)
        )
        result = apply.carry_out(case)
        after = result.streams[0].data.decode()
        return checks.compare(
            rendered(text, "infrahub-enterprise", BEFORE, old),
            rendered(after, "infrahub-enterprise", AFTER, new),
            reporting.report(case, result).changes,
            case.plan.result,
        )

    return differences


@pytest.mark.parametrize("name", ["C/values.medium.yaml", "C/values.small.yaml", "C/values.medium-0dd049b.yaml"])
def test_nothing_of_a_presets_upgrade_is_unexplained(
    name: str, corpus: Path, upgrade: Callable[..., list[Difference]]
) -> None:
    found = upgrade((corpus / "presets" / name).read_text(encoding="utf-8"))

    assert unexplained(found) == []
    steps = {each.explanation.partition(":")[0] for each in found}
    assert steps >= {
        "v4_14_0_prefect_docket, step toggles",
        "v4_14_0_prefect_docket, step host",
        "v4_14_0_prefect_docket, step docket",
        "v4_14_1_prometheus_multiproc, step metrics-directory",
        "the chart",
    }


def objects(text: str) -> list[Manifest]:
    documents = yamltext.parse(text.encode()).documents
    return [document.data for document in documents if isinstance(document.data, dict)]


POD = """\
kind: Deployment
metadata: {name: prefect-server, namespace: here}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: prefect-server
          image: prefect:1
          env:
            - {name: A, value: one}
            - {name: B, value: two}
"""


def differences(before: str, after: str) -> list[tuple[Any, ...]]:
    return [tuple(each) for each in checks.compare(objects(before), objects(after))]


ENV = ("spec", "template", "spec", "containers", "prefect-server", "env")


def test_order_and_equal_objects_are_no_difference() -> None:
    moved = POD.replace(
        "metadata: {name: prefect-server, namespace: here}", "metadata: {namespace: here, name: prefect-server}"
    )
    moved = moved.replace("            - {name: A, value: one}\n", "") + "            - {value: one, name: A}\n"

    assert differences(POD, moved) == []


def test_an_env_entry_is_told_by_name_and_as_a_whole() -> None:
    new = POD.replace("{name: B, value: two}", "{name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}")

    ((what, route, was, became, explanation),) = differences(POD, new)
    assert (what, route, explanation) == ("Deployment prefect-server in here", (*ENV, "B"), "")
    assert was == {"name": "B", "value": "two"}
    assert became == {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}


def test_what_nothing_explains_stays_unexplained() -> None:
    assert differences(POD, POD.replace("replicas: 2", "replicas: 3")) == [
        ("Deployment prefect-server in here", ("spec", "replicas"), 2, 3, "")
    ]


def test_the_charts_image_and_renamed_settings_are_explained() -> None:
    old = POD.replace("name: A", "name: PREFECT_API_DATABASE_CONNECTION_URL")
    new = POD.replace("name: A", "name: PREFECT_SERVER_DATABASE_CONNECTION_URL").replace("prefect:1", "prefect:2")

    assert [each[-1].partition(":")[0] for each in differences(old, new)] == ["the chart"] * 3


def test_an_object_that_comes_or_goes_is_told_as_a_whole() -> None:
    job = "kind: Job\nmetadata: {name: x}\n"

    assert [each[:4] for each in differences(POD, job)] == [
        ("Job x", (), None, objects(job)[0]),
        ("Deployment prefect-server in here", (), checks._by_name(objects(POD)[0]), None),
    ]


def test_a_secret_is_hidden_and_a_changed_one_still_shows() -> None:
    secret = "kind: Secret\nmetadata: {name: s}\ndata: {password: b2xk}\n"

    assert differences(secret, secret) == []
    assert differences(secret, secret.replace("b2xk", "bmV3")) == [
        ("Secret s", ("data", "password"), HIDDEN, HIDDEN, "")
    ]
    assert differences(secret, POD)[-1][2] == HIDDEN


@pytest.mark.parametrize("flavour", ["small", "medium"])
def test_what_a_flavours_new_preset_brings_is_explained(
    flavour: str, upgrade: Callable[..., list[Difference]], preset: Callable[[str, str], str]
) -> None:
    """The file says no more than the host; the rest changes inside the chart."""
    version = f"4.13.0-{flavour}"
    old, new = preset(flavour, "4.13.0"), preset(flavour, "4.14.1")
    found = upgrade(HOST_ONLY, old, new, version_from=version, chart="infrahub-enterprise")

    assert unexplained(found) == []
    dropped = [each for each in found if each.explanation.endswith("dropped the entry")]
    assert len(dropped) == 8
