"""Env entries as messages show them, and as Prefect reads them."""

from __future__ import annotations

import pytest

from migrator.prefect import env
from migrator.values.edits import Value


@pytest.mark.parametrize(
    ("value", "value_from", "shown"),
    [
        ("true", None, '"true"'),
        ("", None, '""'),
        (True, None, "true"),
        (False, None, "false"),
        (5, None, "5"),
        (1.5, None, "1.5"),
        (None, None, "empty"),
        ([1], None, "a list"),
        ({"a": 1}, None, "a mapping"),
        (None, {"secretKeyRef": {"name": "a", "key": "b"}}, "set by valueFrom"),
        ("x", {"secretKeyRef": {"name": "a", "key": "b"}}, "set by valueFrom"),
    ],
)
def test_how_an_entry_is_shown(value: Value, value_from: Value, shown: str) -> None:
    entry = env.Entry("NAME", value, value_from, 0)
    assert env.quoted_value(entry) == shown
    assert env.raw(entry) == (value if value_from is None else {"valueFrom": value_from})


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ({"name": "a", "key": "b"}, ("a", "b")),
        ({"name": "a", "key": ""}, None),
        ({"name": "", "key": "b"}, None),
        ({"name": "a"}, None),
        ({"name": 5, "key": "b"}, None),
        ({"name": "a", "key": 5}, None),
    ],
)
def test_a_secret_reference_needs_a_name_and_a_key(reference: Value, named: tuple[str, str] | None) -> None:
    assert env.secret_of(env.Entry("NAME", None, {"secretKeyRef": reference}, 0)) == named


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((text, True) for text in ("true", "True", "t", "yes", "Y", "on", "1", True, 1)),
        *((text, False) for text in ("false", "FALSE", "f", "no", "n", "off", "0", False, 0)),
        *((text, None) for text in ("", "truth", " true", None, "2", "{{ x }}")),
    ],
)
def test_how_prefect_reads_a_boolean(value: Value, expected: bool | None) -> None:
    assert env.as_bool(value) is expected


@pytest.mark.parametrize(
    ("value", "value_from", "plain"),
    [("x", None, True), ("{{ x }}", None, False), ("x", {}, False), (5, None, True), (None, None, True)],
)
def test_which_values_can_be_read(value: Value, value_from: Value, plain: bool) -> None:
    assert env.Entry("NAME", value, value_from, 0).is_plain is plain
