"""2026.7.23210422: the values say whether prefect-server has probes."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id, effects

TEXT = "server:\n  uiConfig: {}\n"
VERSIONS = {"version_from": "2026.6.5172345", "version_to": "2026.8.18172642"}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@pytest.mark.parametrize(("answer", "value", "effect"), [("disable", "false", "none"), ("enable", "true", "behaviour")])
def test_each_answer_is_written_for_every_probe(migrate: Migrate, answer: str, value: str, effect: str) -> None:
    done = migrate(TEXT, {"probes": answer}, **VERSIONS)
    assert done.text == TEXT + "".join(f"  {name}:\n    enabled: {value}\n" for name in PROBES)
    assert effects(done.plan) == {effect}


def test_a_probe_that_the_values_set_is_kept(migrate: Migrate) -> None:
    half = TEXT + "  livenessProbe: {enabled: true, config: {failureThreshold: 10}}\n"
    after = migrate(half, {"probes": "disable"}, **VERSIONS).text
    assert after == half + "  startupProbe:\n    enabled: false\n  readinessProbe:\n    enabled: false\n"
    whole = TEXT + "".join(f"  {name}: {{enabled: false}}\n" for name in PROBES)
    assert migrate(whole, **VERSIONS).text == whole


def test_only_a_target_that_has_probes_asks(migrate: Migrate, plan: Plans) -> None:
    assert migrate(TEXT, version_from="2026.6.5172345", version_to="2026.7.15163855").text == TEXT
    assert migrate(TEXT, version_from="2026.7.23210422").text == TEXT
    assert list(by_id(plan(TEXT, **VERSIONS))) == ["probes"]
    assert list(by_id(plan(TEXT, version_to="2026.7.23210422"))) == ["probes"]


def test_a_template_in_the_api_url_is_a_warning(migrate: Migrate) -> None:
    text = "server: {uiConfig: {prefectUiApiUrl: 'http://{{ x }}'}}\n"
    assert "rendered as a template" in migrate(text, {"probes": "disable"}, **VERSIONS).notices
    assert "rendered as a template" not in migrate(text, version_from="2026.6.5172345").notices
