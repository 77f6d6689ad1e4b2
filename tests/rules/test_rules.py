"""For each rule, a file that breaks only that rule, and one that nearly does; and what holds of all findings."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator import rules
from migrator.rules import live

from .cases import CASES, DOCKET, METRICS, PIN, SINGLE, SOUND, VANILLA, Case, case_id, findings, text_of, url


@pytest.mark.parametrize("text", [SOUND, SINGLE, VANILLA], ids=["separate", "single", "vanilla"])
def test_a_sound_file_breaks_no_rule(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_file_breaks_only_its_rule(case: Case) -> None:
    text = text_of(case, case.breaks)
    found = findings(text)

    assert {each.rule for each in found} == {case.rule}, found
    for each in found:
        assert each.file == "layer-0.yaml"
        assert case.line in text.splitlines()[each.line - 1]
        assert each.text and each.remedy


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_near_miss_does_not_break_the_rule(case: Case) -> None:
    assert case.rule not in {each.rule for each in findings(text_of(case, case.nearly))}


PAST_THE_DEFAULT = {"neo4j-heap", "flavour-change"}
"""Rules of versions past the default target, or of two versions at once: they have tests of their own."""


def test_every_rule_has_a_case_and_a_unique_id() -> None:
    ids = [rule.id for rule in rules.RULES]

    assert len(set(ids)) == len(ids)
    # Those that need a look at Redis have theirs in test_live.py.
    assert {case.rule for case in CASES} == set(ids) - {rule.id for rule in live.RULES} - PAST_THE_DEFAULT


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_holds_and_how_to_fix_it(rule: rules.Rule) -> None:
    assert rule.severity in ("error", "warning")
    assert rule.title.endswith(".") and rule.remedy.endswith(".")


def test_errors_come_first() -> None:
    text = SOUND.replace(DOCKET, url("redis://redis.example.org/16")).replace(PIN, "").replace(METRICS, "        []\n")

    assert [(each.severity, each.rule) for each in findings(text)] == [
        ("error", "migrate-pin"),
        ("error", "metrics-directory"),
        ("warning", "docket-database"),
    ]


def test_a_breach_in_the_flavours_preset_has_no_file_and_line() -> None:
    """The file sets no host, so the preset's example would be installed."""
    found = findings("infrahub:\n  prefect-server: {}\n", version_from="4.13.0-medium", to="4.14.1")

    assert {each.rule for each in found} == {"example-host"}
    assert [(each.file, each.line) for each in found] == [("", 0), ("", 0)]
    assert all(each.text.endswith("(in the chart's own values)") for each in found)


def test_a_breach_in_the_presets_list_has_no_file_and_line() -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            global:
              prefect:
                env:
                  - name: WEB_CONCURRENCY
                    value: "2"
            backgroundServices:
              messaging:
                redis:
                  host: redis.example.org
                docket:
                  url: redis://redis.example.org:6379/2
        """)
    found = findings(text, version_from="4.13.0-medium", to="4.14.1")

    assert [(each.rule, each.file, each.line) for each in found] == [("env-twice", "", 0)]
    assert found[0].text.endswith("(in the chart's own values)")


def test_each_finding_names_its_layer() -> None:
    base = SOUND.replace(DOCKET, "")
    found = findings(
        base, "infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n        docket: {url: x}\n"
    )

    assert [(each.rule, each.file, each.line) for each in found] == [("docket-url", "layer-1.yaml", 5)]


def test_a_release_without_prefect_breaks_no_rule() -> None:
    text = SOUND.replace("  prefect-server:\n", "  prefect-server:\n    enabled: false\n").replace(PIN, "")

    assert findings(text) == []
    assert findings(text.replace("enabled: false", "enabled: true")) != []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("migrate-pin", VANILLA),
        ("blocks-register", VANILLA),
        ("webserver-only", VANILLA),
        ("migrations-job", VANILLA),
        ("metrics-directory", VANILLA),
        ("docket-missing", SINGLE),
        ("migrate-pin", SINGLE),
        ("webserver-only", SINGLE),
    ],
)
def test_rules_that_do_not_apply_to_this_chart_or_image(rule: str, text: str) -> None:
    """Prefect's own image starts with --no-services and has its Job; a single process needs no docket."""
    assert rule not in {each.rule for each in findings(text)}
