"""The rules of the target version: what must hold for a release's values, checked without the chart itself.

A rule looks at effective values only, so it applies to migrated and hand-written files alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from migrator.report.records import Finding
from migrator.rules import docket, entries, infrahub, keys, live, messaging, pods
from migrator.rules.rule import Breach, Rule
from migrator.values.edits import Route
from migrator.values.release import Release

__all__ = ["RULES", "Rule", "breaches", "check"]

RULES: tuple[Rule, ...] = (
    *messaging.RULES,
    *docket.RULES,
    *live.RULES,
    *pods.RULES,
    *entries.RULES,
    *keys.RULES,
    *infrahub.RULES,
)


def check(release: Release, line_of: Callable[[int, Route], int], names: Sequence[str]) -> list[Finding]:
    """What the release breaks on the target version, errors first, in the order of the rules.

    `names` are the layers' display names, and `line_of(layer, route)` is the line of a route in a layer's text, from 1.
    What is in the chart's own values has no file, and line 0.
    """
    found = [_finding(rule, breach, line_of, names) for rule, breach in breaches(release)]
    return [each for severity in ("error", "warning") for each in found if each.severity == severity]


def breaches(release: Release, ids: Collection[str] | None = None) -> Iterator[tuple[Rule, Breach]]:
    """Where the release breaks the rules (only those with these `ids`, if given), each breach once.

    For a release without Prefect, only the rules of Infrahub's part apply.
    """
    runs_prefect = release.prefect.get("enabled") is not False
    for rule in RULES:
        if (runs_prefect or rule.part == "infrahub") and (ids is None or rule.id in ids):
            for breach in dict.fromkeys(rule.breaches(release)):
                own = "" if breach.in_file else " (in the chart's own values)"
                yield rule, breach._replace(text=f"{breach.text}{own}", remedy=breach.remedy or rule.remedy)


def _finding(rule: Rule, breach: Breach, line_of: Callable[[int, Route], int], names: Sequence[str]) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        file=names[breach.layer] if breach.in_file else "",
        line=line_of(breach.layer, breach.route) if breach.in_file else 0,
        text=breach.text,
        remedy=breach.remedy,
        about=breach.about,
    )
