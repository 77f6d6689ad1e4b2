"""Explain each difference in the cluster by a step of the plan or by the charts; some have no explanation.

Rendering shows what each step causes. A difference that comes with the new chart is explained if the change in the
chart is known, or if it is in the chart's own values; the rest is left for a person to review.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from migrator.helm import manifests
from migrator.helm.manifests import Difference
from migrator.helm.upgrade import Cause, RenderedUpgrade
from migrator.prefect import env
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING
from migrator.report import cluster_records
from migrator.report.cluster_records import Explanation
from migrator.report.records import ChangeReport
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map

_LISTS = {"prefect-server": env.SERVER, "prefect-background-services": env.BACKGROUND}
_JOB = "pre-upgrade-migration"
_LABELS = {"helm.sh/chart", "chart", "app.kubernetes.io/version", "prefect-version"}

UNKNOWN = Explanation("none", text="no single cause could be identified")


class ReportedStep(NamedTuple):
    """A step of the plan, with its changes as reported."""

    migration: str
    id: str
    title: str
    changes: tuple[ChangeReport, ...]


class OwnValues(NamedTuple):
    """The charts' own values, old and new."""

    before: Map
    after: Map


def explain(
    upgrade: RenderedUpgrade, steps: Sequence[ReportedStep], own: OwnValues
) -> list[tuple[Difference, Explanation]]:
    """Each difference between the start and end of the upgrade, with its explanation."""
    differing = list(tree.differences(own.before, own.after))
    return [
        (each, _explanation(each, upgrade, steps, differing))
        for each in manifests.compare(upgrade.before, upgrade.after)
    ]


def _explanation(
    difference: Difference,
    upgrade: RenderedUpgrade,
    steps: Sequence[ReportedStep],
    differing: Sequence[tuple[Route, Value, Value]],
) -> Explanation:
    count = sum((difference.what, difference.route) in each for each in upgrade.generated)
    if count == len(upgrade.generated):
        return Explanation("made-up")
    if count:
        return UNKNOWN._replace(text="one of the charts generates it anew on every render, the other does not")
    causes = _causes(difference, upgrade)
    of_steps = [steps[cause.step] for cause in causes if cause.kind == "step"]
    charts = [cause.kind for cause in causes if cause.kind != "step"]
    for step in of_steps:
        why = next((change.why for change in step.changes if _affects(change, difference.route)), "")
        if why:
            return Explanation("step", step.migration, step.id, step.title, why)
    if of_steps and not charts:
        first, others = of_steps[0], of_steps[1:]
        together = f"together with step {' and '.join(step.id for step in others)}: neither renders alone"
        return Explanation("step", first.migration, first.id, first.title, together if others else _only_why(first))
    if not charts:
        return UNKNOWN
    kind = _version(difference.route)
    if kind:
        return Explanation("version", text=kind)
    known = _by_known_change(difference)
    if known:
        return Explanation("chart", text=known)
    if charts != ["templates"]:
        reason = _by_own_values(difference, differing)
        if reason or charts == ["values"]:
            return Explanation("values", text=reason or "they differ from the old chart's")
    return UNKNOWN._replace(text="it comes with the new chart, whatever the file says") if not of_steps else UNKNOWN


def _causes(difference: Difference, upgrade: RenderedUpgrade) -> tuple[Cause, ...]:
    """The causes of the last move that changes the field, which gives it its final value."""
    for move in reversed(upgrade.moves):
        was, became = (manifests.at(each, difference.what, difference.route) for each in (move.before, move.after))
        if not tree.same(was, became):
            return move.causes
    return ()


def _only_why(step: ReportedStep) -> str:
    """The reason for the step, if it has only one."""
    whys = {change.why for change in step.changes}
    return whys.pop() if len(whys) == 1 else ""


def _affects(change: ChangeReport, route: Route) -> bool:
    """Whether the change sets or removes that env entry, directly or by a value that the chart builds it from."""
    if len(route) < 3 or route[-2] != "env":
        return False
    name = str(route[-1]).removesuffix(cluster_records.AGAIN)
    ends = {f"{tree.show(env.GLOBAL)}.{name}", *_source_paths(name)}
    lists = [_LISTS[str(route[-3])]] if route[-3] in _LISTS else list(_LISTS.values())
    ends |= {f"{tree.show(each)}.{name}" for each in lists}
    if any(change.path == end or change.path.endswith(f".{end}") for end in ends):
        return True
    return name in _names_of(change.after) and any(change.path.endswith(tree.show(each)) for each in lists)


def _source_paths(name: str) -> Iterator[str]:
    """The paths of the values that the chart builds an entry from."""
    if name == DOCKET_NAME:
        yield tree.show(DOCKET)
        yield from (f"{tree.show(DOCKET)}.{key}" for key in ("url", "existingSecret"))
    elif name.startswith("PREFECT_REDIS_MESSAGING_"):
        yield tree.show((*MESSAGING, "redis", name.removeprefix("PREFECT_REDIS_MESSAGING_").lower()))


def _names_of(value: Value) -> set[str]:
    items = value if isinstance(value, list) else []
    return {str(item["name"]) for item in items if isinstance(item, dict) and "name" in item}


def _version(route: Route) -> str:
    """The kind of a field that follows from other changes: labels with a version, or checksums; otherwise empty."""
    key = str(route[-1]) if route else ""
    if key in _LABELS and "labels" in route:
        return "labels"
    return "checksums" if "annotations" in route and key.startswith("checksum") else ""


def _by_known_change(difference: Difference) -> str:
    """The explanation from known changes in the charts. Source: PrefectHQ/prefect-helm, charts/prefect-server."""
    return next((text for knows in _KNOWN if (text := knows(difference))), "")


def _image(difference: Difference) -> str:
    route = difference.route
    return "it uses another image" if route[-1:] == ("image",) and route[-3:-2] != ("env",) else ""


def _renamed(difference: Difference) -> str:
    """Since 2026.4.21154022 (pull request 622)."""
    name = str(difference.route[-1]).removesuffix(cluster_records.AGAIN) if difference.route else ""
    setting = name.partition("_DATABASE_")[2]
    if setting not in ("CONNECTION_URL", "MIGRATE_ON_START") or difference.route[-2] != "env":
        return ""
    old, new = f"PREFECT_API_DATABASE_{setting}", f"PREFECT_SERVER_DATABASE_{setting}"
    removed, added = name == old and difference.after is None, name == new and difference.before is None
    return f"it now injects {new} in place of {old}" if removed or added else ""


def _migrations_job(difference: Difference) -> str:
    """HOME and security context since 2026.3.18164649 (pull request 606), unique names since 2026.4.21153810 (620)."""
    route = difference.route
    if not difference.what.startswith("Job ") or "-db-migrations" not in difference.what:
        return ""
    if route[-2:] == ("env", "HOME") or route[-1:] == ("securityContext",):
        return "it now gives the migrations Job a home and a security context"
    if route[-2:-1] == ("env",) and route[-3] == _JOB:
        return "it now merges the env lists of the migrations Job, each name once"
    return ""


def _probes(difference: Difference) -> str:
    """Since 2026.7.23210422 (pull request 642)."""
    of_server = difference.route[-2:-1] == ("prefect-server",) and str(difference.route[-1]).endswith("Probe")
    return "it turns the health probes on, unless the values say otherwise" if of_server else ""


def _service_account_token(difference: Difference) -> str:
    """Since 2026.8.18172642 (pull request 680)."""
    says_default = difference.before is None and difference.after is True
    if difference.route[-1:] != ("automountServiceAccountToken",) or not says_default:
        return ""
    return "it now says that the service account's token is mounted, which is Kubernetes' default"


_KNOWN: tuple[Callable[[Difference], str], ...] = (
    _image,
    _renamed,
    _migrations_job,
    _probes,
    _service_account_token,
)


def _by_own_values(difference: Difference, differing: Sequence[tuple[Route, Value, Value]]) -> str:
    """The chart's own value whose change explains the difference."""
    route = difference.route
    if len(route) > 2 and route[-2] == "env":
        return _by_own_env(str(route[-1]), _LISTS.get(str(route[-3])), differing)
    for path, _, became in differing:
        if route and (route[-1] in path or (became is not None and became == difference.after)):
            return f"{tree.show(path)} differs"
    return ""


def _by_own_env(name: str, listed: Route | None, differing: Sequence[tuple[Route, Value, Value]]) -> str:
    """Like `_by_own_values`, for an env entry; `listed` is the path of its pod's own list, if known."""
    own_list_first = sorted(differing, key=lambda each: listed is None or each[0][-len(listed) :] != listed)
    for path, was, became in own_list_first:
        had, has = name in _names_of(was), name in _names_of(became)
        if path[-1] == "env" and had is not has:
            return f"{tree.show(path)} {'has it now' if has else 'no longer has it'}"
        if path[-2:] == ("env", name) or any(tree.show(path).endswith(end) for end in _source_paths(name)):
            return f"{tree.show(path)} differs"
    return ""
