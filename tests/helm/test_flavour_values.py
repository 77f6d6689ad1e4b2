"""Each flavour, as a full copy and as overrides only, ends with the effective values of the 4.14.1 chart."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.values.edits import Value

FLAVOURS = ["small", "medium", "medium-data", "large", "large-data"]
ANSWERS = {"redis-host": "redis.prod", "redis-db": "2"}
OWN: Value = {"messaging": {"redis": {"host": "redis.prod"}, "docket": {"url": "redis://redis.prod:6379/2"}}}
HOST = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
ELSE = "infrahub: {infrahubServer: {replicas: 2}}\n"
Values = Callable[[Value, Sequence[Value]], Value]


def chart(version: str, flavour: str) -> Value:
    """prefect-server's part of the chart of that version and flavour."""
    return presets.of_chart("infrahub-enterprise", Version(version), flavour).prefect


def intended(helm_values: Values, flavour: str) -> Value:
    """What the flavour's own chart has with the customer's host and docket."""
    own: Value = {"infrahub": {"prefect-server": {"backgroundServices": OWN}}}
    return helm_values(chart("4.14.1", flavour), [own])


def of_text(helm_values: Values, text: str, flavour: str) -> Value:
    from migrator import yamltext

    return helm_values(chart("4.14.1", flavour), [yamltext.parse(text.encode()).documents[0].data])


@pytest.mark.parametrize("baked_in", [True, False], ids=["on its flavour", "on the plain chart"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_full_copy_ends_with_the_values_of_the_new_chart(
    flavour: str, baked_in: bool, preset: Callable[[str, str], str], migrate: Callable[..., Any], helm_values: Values
) -> None:
    version = f"4.13.0-{flavour}" if baked_in else "4.13.0"
    after = migrate(preset(flavour, "4.13.0"), ANSWERS, version_from=version).text
    assert of_text(helm_values, after, flavour if baked_in else "") == intended(helm_values, flavour)


@pytest.mark.parametrize("text", [HOST, ELSE], ids=["the host", "no Prefect values"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_overrides_only_end_with_the_values_of_the_new_chart(
    flavour: str, text: str, migrate: Callable[..., Any], helm_values: Values
) -> None:
    after = migrate(text, ANSWERS, version_from=f"4.13.0-{flavour}").text
    assert of_text(helm_values, after, flavour) == intended(helm_values, flavour)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_copy_of_the_newest_preset_needs_only_its_host(
    flavour: str, preset: Callable[[str, str], str], migrate: Callable[..., Any], helm_values: Values
) -> None:
    after = migrate(preset(flavour, "4.14.1"), {"redis-host": "redis.prod"}, version_from=f"4.14.1-{flavour}").text
    assert json.loads(after)["configPreset"] == flavour
    assert of_text(helm_values, after, flavour) == intended(helm_values, flavour)
