"""4.15.1: traces to a custom endpoint need `enabled`, unless Infrahub's own Tempo runs."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id, effects

TEXT = """\
infrahub:
  global:
    tracing:
      endpoint: otel:4317  # ours
  infrahub-observability:
    enabled: true
    tempo: {enabled: false}
"""
ON = TEXT.replace("      endpoint", "      enabled: true\n      endpoint")
OFF = TEXT.replace("      endpoint", "      enabled: false\n      endpoint")


def test_tracing_is_enabled_beside_the_endpoint(migrate: Migrate) -> None:
    done = migrate(TEXT, version_from="4.14.1")
    assert done.text == ON
    assert effects(done.plan) == {"behaviour"}


def test_a_null_beside_the_endpoint_becomes_true(migrate: Migrate) -> None:
    assert migrate(ON.replace("enabled: true\n      end", "enabled: null\n      end"), version_from="4.14.1").text == ON


def test_tracing_is_enabled_in_the_outermost_block_with_an_endpoint(migrate: Migrate) -> None:
    top = "global: {tracing: {endpoint: a:4317}}\n" + TEXT
    after = migrate(top, version_from="4.13.0").text
    assert after == top.replace("{endpoint: a:4317}", "{enabled: true, endpoint: a:4317}")


@pytest.mark.parametrize(
    "text",
    [
        ON,
        TEXT.replace("endpoint: otel:4317", 'endpoint: ""'),
        TEXT.replace("    tempo: {enabled: false}\n", ""),
        TEXT.replace("{enabled: false}", "{enabled: true}"),
        TEXT.replace("    enabled: true\n", "    enabled: false\n"),
    ],
)
def test_a_file_that_sends_traces_as_before_is_left_alone(migrate: Migrate, text: str) -> None:
    assert migrate(text, version_from="4.13.0").text == text


def test_releases_of_4_15_1_or_an_unknown_version_are_left_alone(migrate: Migrate) -> None:
    assert migrate(TEXT, version_from="4.15.1").text == TEXT
    unknown = TEXT.replace("\n  ", "\n").replace("infrahub:\n", "")
    done = migrate(unknown)
    assert done.text == unknown
    assert any("--from" in notice.text and "global.tracing.endpoint" in notice.text for notice in done.warnings)


GONE = OFF.replace("      endpoint: otel:4317  # ours\n", "")


@pytest.mark.parametrize(("answer", "after"), [("enable", ON), ("leave", GONE)])
def test_an_explicit_false_is_asked_about(migrate: Migrate, answer: str, after: str) -> None:
    done = migrate(OFF, {"tracing": answer}, version_from="4.14.1")
    assert done.text == after
    assert effects(done.plan) == {"behaviour"}


def test_the_tracing_question_has_no_default(plan: Plans) -> None:
    asked = by_id(plan(OFF, version_from="4.14.1"))["tracing"]
    assert (asked.default, asked.suggestion) == (None, None)
    assert [each.value for each in asked.choices] == ["enable", "leave"]


def test_leave_removes_every_endpoint(migrate: Migrate) -> None:
    top = "global: {tracing: {endpoint: a:4317}, mine: 1}\n" + OFF
    after = migrate(top, {"tracing": "leave"}, version_from="4.14.1").text
    assert after == top.replace("{endpoint: a:4317}", "{}").replace("      endpoint: otel:4317  # ours\n", "")
