"""2026.7.23210422: whether prefect-server is probed stands in the values."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id, effects

TEXT = "server:\n  uiConfig: {}\n"
WISHES = {"version_from": "2026.6.5172345", "version_to": "2026.8.18172642"}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@pytest.mark.parametrize(("answer", "value", "effect"), [("disable", "false", "none"), ("enable", "true", "behaviour")])
def test_each_answer_stands_in_the_values(migrate: Migrate, answer: str, value: str, effect: str) -> None:
    done = migrate(TEXT, {"probes": answer}, **WISHES)
    assert done.text == TEXT + "".join(f"  {name}:\n    enabled: {value}\n" for name in PROBES)
    assert effects(done.plan) == {effect}


def test_a_probe_of_which_the_values_speak_is_left(migrate: Migrate) -> None:
    half = TEXT + "  livenessProbe: {enabled: true, config: {failureThreshold: 10}}\n"
    after = migrate(half, {"probes": "disable"}, **WISHES).text
    assert after == half + "  startupProbe:\n    enabled: false\n  readinessProbe:\n    enabled: false\n"
    whole = TEXT + "".join(f"  {name}: {{enabled: false}}\n" for name in PROBES)
    assert migrate(whole, **WISHES).text == whole


def test_only_a_target_that_has_them_asks(migrate: Migrate, plan: Plans) -> None:
    assert migrate(TEXT, version_from="2026.6.5172345", version_to="2026.7.15163855").text == TEXT
    assert migrate(TEXT, version_from="2026.7.23210422").text == TEXT
    assert list(by_id(plan(TEXT, **WISHES))) == ["probes"]
    assert list(by_id(plan(TEXT, version_to="2026.7.23210422"))) == ["probes"]


def test_braces_in_the_url_are_told(migrate: Migrate) -> None:
    text = "server: {uiConfig: {prefectUiApiUrl: 'http://{{ x }}'}}\n"
    assert "rendered as a template" in migrate(text, {"probes": "disable"}, **WISHES).notices
    assert "rendered as a template" not in migrate(text, version_from="2026.6.5172345").notices
