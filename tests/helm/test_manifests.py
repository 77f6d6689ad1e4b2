"""What differs between two renderings, object by object and field by field."""

from __future__ import annotations

from typing import Any

import pytest

from migrator import yamltext
from migrator.charts.archive import Manifest
from migrator.helm import manifests
from migrator.report.cluster_records import AGAIN, HIDDEN


def objects(text: str) -> list[Manifest]:
    documents = yamltext.parse(text.encode()).documents
    return [document.data for document in documents if isinstance(document.data, dict)]


def differences(before: str, after: str) -> list[tuple[Any, ...]]:
    return [
        tuple(each) for each in manifests.compare(manifests.objects(objects(before)), manifests.objects(objects(after)))
    ]


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
ENV = ("spec", "template", "spec", "containers", "prefect-server", "env")
WHAT = "Deployment prefect-server in here"


def test_order_and_equal_objects_are_no_difference() -> None:
    moved = POD.replace(
        "metadata: {name: prefect-server, namespace: here}", "metadata: {namespace: here, name: prefect-server}"
    )
    moved = moved.replace("            - {name: A, value: one}\n", "") + "            - {value: one, name: A}\n"

    assert differences(POD, moved) == []


def test_an_env_entry_is_compared_by_name_and_as_a_whole() -> None:
    new = POD.replace("{name: B, value: two}", "{name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}")

    ((what, route, was, became),) = differences(POD, new)
    assert (what, route) == (WHAT, (*ENV, "B"))
    assert was == {"name": "B", "value": "two"}
    assert became == {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}


@pytest.mark.parametrize("none", ["          env: []\n", "          env:\n", ""])
def test_the_first_entry_is_compared_by_name_too(none: str) -> None:
    head = POD.partition("          env:\n")[0]
    one = head + "          env: [{name: A, value: one}]\n"

    assert differences(head + none, one) == [(WHAT, (*ENV, "A"), None, {"name": "A", "value": "one"})]
    assert differences(one, head + none) == [(WHAT, (*ENV, "A"), {"name": "A", "value": "one"}, None)]


def test_the_earlier_of_two_entries_of_one_name_is_listed_separately() -> None:
    twice = POD.replace("{name: A, value: one}", "{name: B, value: lost}")
    once = POD.replace("            - {name: A, value: one}\n", "")

    assert differences(twice, once) == [(WHAT, (*ENV, f"B{AGAIN}"), {"name": "B", "value": "lost"}, None)]


def test_a_field_is_reported_at_its_deepest_path() -> None:
    new = POD.replace("replicas: 2", "replicas: 3").replace("image: prefect:1", "image: prefect:1\n          tty: true")

    assert differences(POD, new) == [
        (WHAT, ("spec", "replicas"), 2, 3),
        (WHAT, (*ENV[:-1], "tty"), None, True),
    ]


def test_a_new_or_removed_object_is_summarised() -> None:
    job = "kind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: pre-upgrade}}\n"

    assert differences(POD, job) == [
        ("Job x", (), None, {"hooks": "pre-upgrade"}),
        (WHAT, (), {"replicas": 2, "images": ["prefect:1"]}, None),
    ]
    assert differences("", "kind: ConfigMap\nmetadata: {name: c}\ndata: {a: long, b: long}\n") == [
        ("ConfigMap c", (), None, {"keys": ["a", "b"]})
    ]


def test_the_same_name_in_another_namespace_is_another_object() -> None:
    assert [each[:2] for each in differences(POD, POD.replace("here", "there"))] == [
        ("Deployment prefect-server in there", ()),
        (WHAT, ()),
    ]


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_a_secret_is_hidden_and_a_changed_one_still_shows(field: str) -> None:
    secret = f"kind: Secret\nmetadata: {{name: s}}\n{field}: {{password: b2xk}}\n"

    assert differences(secret, secret) == []
    assert differences(secret, secret.replace("b2xk", "bmV3")) == [("Secret s", (field, "password"), HIDDEN, HIDDEN)]
    assert differences(secret, secret.replace("password", "other")) == [
        ("Secret s", (field, "password"), HIDDEN, None),
        ("Secret s", (field, "other"), None, HIDDEN),
    ]
    assert differences(secret, "") == [("Secret s", (), HIDDEN, None)]
    assert differences(secret, secret + "type: Opaque\n") == [("Secret s", ("type",), None, "Opaque")]


@pytest.mark.parametrize(
    ("hook", "counts"), [("test", False), ("test-success", False), ("test, pre-upgrade", True), ("pre-upgrade", True)]
)
def test_objects_that_only_helm_test_creates_are_ignored(hook: str, counts: bool) -> None:
    text = f"kind: Pod\nmetadata: {{name: t, annotations: {{helm.sh/hook: '{hook}'}}}}\n"

    assert bool(differences("", text)) is counts
