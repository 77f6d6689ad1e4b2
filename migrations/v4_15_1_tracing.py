"""Infrahub sends traces only if `global.tracing.enabled` is true or its own Tempo runs.

Until infrahub-enterprise 4.15.0 (infrahub 4.29.0) `infrahub-observability.enabled` was enough. With its Tempo off and a
custom endpoint, traces stop silently unless `enabled` is set.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/templates/_env.tpl
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.migration import Ask, Choice, Decision, Migration, Outcome, Question, Step, one_of
from migrator.values import tree
from migrator.values.changes import Change, Notice
from migrator.values.edits import AddKey, RemoveKey, Route, SetValue, before
from migrator.values.merge import Map
from migrator.values.part import globals_at
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.15.1", "infrahub": "4.29.1"}
WHY = "traces to this endpoint now need it, since Infrahub's own Tempo is off"
WHY_GONE = "as answered: traces stop with the upgrade, and nothing reads the endpoint after it"
ENABLED: Route = ("tracing", "enabled")
ENDPOINT: Route = ("tracing", "endpoint")
OBSERVED: Route = ("infrahub-observability", "enabled")
TEMPO: Route = ("infrahub-observability", "tempo", "enabled")


def tracing(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Keep sending traces to a custom endpoint."""
    part = infrahub.part_of(release)
    if part is None or _sends(part.values):
        return
    levels = release.levels()[:-1]
    layer, endpoint, _ = next(globals_at(release, levels, ENDPOINT), (0, (), None))
    is_active = part.is_on(OBSERVED) and part.is_on(("global", *ENDPOINT))
    if not (endpoint and is_active):
        yield from _by_chart(release, is_active)
        return
    if not release.is_below(VERSIONS):
        if not release.before.is_known:
            yield Notice(_UNKNOWN.format(tree.show(endpoint)), "warning", layer, endpoint)
        return
    switch = next(
        ((number, route) for number, route, value in globals_at(release, levels, ENABLED) if value is False), None
    )
    if switch is None:
        route = (*endpoint[:-1], "enabled")
        exists = tree.exists(release.layers[layer].data, route)
        edit = SetValue(route, True) if exists else AddKey(route, True, before("endpoint"))
        yield Change(layer, edit, tree.show(route), None, True, WHY, "behaviour")
        return
    answer = ask(_question(tree.show(switch[1]), tree.show(endpoint)))
    if answer == "enable":
        yield Change(switch[0], SetValue(switch[1], True), tree.show(switch[1]), False, True, WHY, "behaviour")
    elif answer == "leave":
        for number, route, value in globals_at(release, levels, ENDPOINT):
            if value:
                yield Change(number, RemoveKey(route), tree.show(route), value, None, WHY_GONE, "behaviour")


def _by_chart(release: Release, is_active: bool) -> Iterator[Notice]:
    """Report traces that stop where only the chart's own values set what they depend on, for its owner to fix."""
    if is_active and release.may_be_below(VERSIONS):
        yield Notice(_IN_CHART, "warning")
    elif release.is_below(VERSIONS) and _sent(release.infrahub_now):
        yield Notice(_IN_OLD_CHART, "warning")


def _sent(values: Map) -> bool:
    """Whether a chart up to 4.15.0 sent traces to a custom endpoint."""
    is_on = bool(tree.get(values, ("global", *ENABLED))) or bool(tree.get(values, OBSERVED))
    return is_on and bool(tree.get(values, ("global", *ENDPOINT)))


def _sends(values: Map) -> bool:
    """Whether a chart from 4.15.1 on sends traces; Tempo is on unless something says otherwise."""
    return bool(tree.get(values, ("global", *ENABLED))) or (
        bool(tree.get(values, OBSERVED)) and tree.get(values, TEMPO) in (True, None)
    )


_IN_CHART = (
    "The chart's own values set global.tracing.endpoint, and from 4.15.1 on no traces go there without "
    "global.tracing.enabled. To keep them, set that to true."
)
_IN_OLD_CHART = (
    "The chart that runs now sends traces to an endpoint from its own values; on the new chart they stop. To keep "
    "them, set global.tracing.endpoint, and global.tracing.enabled to true."
)
_UNKNOWN = (
    "{} is set, and from 4.15.1 on no traces go there without global.tracing.enabled. If the release runs an older "
    "chart, give its version with --from, or set that key to true."
)


def _question(enabled: str, endpoint: str) -> Question:
    return Question(
        id="tracing",
        text=f"{endpoint} is set and {enabled} is false. Traces still went there, because infrahub-observability "
        "is enabled; from 4.15.1 on they do not. Keep them?",
        flag="--answer tracing=enable|leave",
        choices=(
            Choice("enable", "traces continue: enabled becomes true"),
            Choice("leave", f"traces stop with the upgrade, and {endpoint} is removed: nothing reads it after that"),
        ),
    )


MIGRATION = Migration(
    title="tracing",
    versions=VERSIONS,
    steps=(Step("tracing", "keep sending traces, or stop", tracing, {}, "infrahub"),),
    questions={"tracing": Decision(one_of("enable", "leave"))},
)
