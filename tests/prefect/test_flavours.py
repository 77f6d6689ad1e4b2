"""The enterprise chart's flavour, if nothing names it: which flavours differ for a file, and what each sets."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.planning.answers import Asking
from migrator.prefect import flavours
from migrator.values.release import Layer, Release
from migrator.yamltext import parse

ALL = ["", "openshift", "small", "medium", "medium-data", "large", "large-data"]
LISTS = "{server: {env: []%s}, backgroundServices: {env: []%s}}"
REPLICAS = ", replicaCount: 2", ", replicaCount: 2"
SEPARATE = "{backgroundServices: {runAsSeparateDeployment: true}}"


def release(prefect: str) -> Release:
    data = parse(f"infrahub: {{prefect-server: {prefect}}}".encode()).documents[0].data
    after = presets.of_chart("infrahub-enterprise", Version("4.14.0"), "")
    layers = [Layer("values.yaml", data)]
    root = ("infrahub", "prefect-server")
    return Release(chart="infrahub-enterprise", root=root, layers=layers, before=after, after=after)


@pytest.mark.parametrize(
    ("prefect", "differ"),
    [
        ("{}", ALL),
        (LISTS % ("", ""), ["", "openshift", "small", "medium", "large"]),  # by their replicas
        (LISTS % REPLICAS, ["", "openshift", "small"]),
    ],
)
def test_flavours_differ_in_what_a_file_leaves_out(prefect: str, differ: list[str]) -> None:
    assert flavours.that_differ(release(prefect)) == differ


@pytest.mark.parametrize(
    ("prefect", "medium"),
    [
        (
            "{}",
            "separate background services, server.replicaCount 2, backgroundServices.replicaCount 2, the preset's "
            "server.env, the preset's backgroundServices.env",
        ),
        (
            LISTS % ("", ""),
            "separate background services, server.replicaCount 2, backgroundServices.replicaCount 2",
        ),
        (
            SEPARATE.replace("true", "true, env: [], replicaCount: 1"),
            "server.replicaCount 2, the preset's server.env",
        ),
    ],
)
def test_each_choice_says_what_it_sets(prefect: str, medium: str) -> None:
    asking = Asking({"flavour": "none"})
    assert flavours.ask_for(asking, release(prefect)) == ""
    shown = {choice.value: choice.leads_to for choice in asking.asked["flavour"].question.choices}
    assert shown["none"] == (
        "the plain chart, X.Y.Z: one replica each, and the background services run inside the API process"
    )
    assert shown["medium"] == f"X.Y.Z-medium: {medium}"
    assert shown["openshift"] == "X.Y.Z-openshift: its preset is not known"
