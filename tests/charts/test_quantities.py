"""Kubernetes quantities are compared by amount, however they are written."""

from __future__ import annotations

import pytest

from migrator.charts.quantities import number
from migrator.values.edits import Value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("32Gi", "34359738368"),
        ("32Gi", "32768Mi"),
        ("1.5Gi", "1536Mi"),
        ("1Ki", 1024),
        ("300m", "0.3"),
        ("100m", 0.1),
        (".5", "500m"),
        ("1.", 1),
        ("1e3", "1k"),
        ("1E", "1e18"),
        ("5n", "0.005u"),
        ("-1", "-1000m"),
    ],
)
def test_two_spellings_of_one_quantity(one: Value, other: Value) -> None:
    assert number(one) == number(other) is not None


@pytest.mark.parametrize(("less", "more"), [("1", "1001m"), ("24G", "24Gi"), ("999Mi", "1Gi"), ("1n", "2n")])
def test_a_smaller_and_a_larger_quantity(less: Value, more: Value) -> None:
    small, large = number(less), number(more)
    assert small is not None and large is not None and small < large


@pytest.mark.parametrize("value", ["", ".", "1.2.3", "K", "1K", "x", "e3", "1 Gi", None, True, ["1"]])
def test_what_is_not_a_quantity(value: Value) -> None:
    assert number(value) is None
