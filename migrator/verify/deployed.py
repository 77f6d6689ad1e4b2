"""`verify --release NAME --deployed`: whether what was installed, and what is running, obeys the rules.

It looks at the values (by the rules, as always), the manifest that Helm installed, and the running deployments and
pods. Each finding comes with a command that fixes it or shows the reason.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.charts import presets, versions
from migrator.charts.archive import Manifest
from migrator.charts.versions import ChartVersion
from migrator.cluster import live, opening, releases
from migrator.cluster.access import Access
from migrator.cluster.live import Live
from migrator.errors import UsageError
from migrator.planning import examine
from migrator.prefect import env
from migrator.prefect.deployment import has_docket
from migrator.prefect.names import DOCKET
from migrator.prefect.toggles import service_of
from migrator.report.records import FileReport, Finding, NoticeReport
from migrator.sources import Bundle, Deployed
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map
from migrator.verify import rendered_pods, running, verify
from migrator.verify.checks import DEPLOYED
from migrator.verify.running import RunningTrouble

_MOST_LOGS = 5
"""The most logs to read: pods of one kind fail alike, and each log is another request to the cluster."""


class _Seen(NamedTuple):
    """What the cluster knows about a release: the manifest, what is running, and the values that Helm used."""

    deployed: Deployed
    manifest: Sequence[Manifest]
    live: Live
    computed: Map
    given: Map


def verify_deployed(
    bundle: Bundle, request: examine.Request, access: Access, *, kube_version: str = "", show_secrets: bool = False
) -> FileReport:
    """Whether the release runs as its target version requires; without a given target, the installed version.

    Raises ClusterError if the cluster does not answer.
    """
    deployed = bundle.deployed
    assert deployed is not None, "only a release of a cluster is deployed"
    installed = bundle.version.version
    wanted = request.options.version_to
    if not wanted and installed is not None and _knows_docket(bundle.version.chart, installed):
        request = request._replace(options=request.options._replace(version_to=bundle.version.text))
    report = verify.verify(bundle, request, kube_version=kube_version)
    if report.status == "needs-decision":
        return report
    seen = _look(bundle, deployed, access)
    root: Route = () if report.root == "." else tuple(report.root.split("."))
    again = _helm_upgrade(bundle, deployed, report.version_to)
    found = [*_about_release(bundle, deployed, report, installed, again)]
    is_behind = any(each.rule == "deployed-version" for each in found)
    if not is_behind:  # a release that is not upgraded yet would break all of the target's rules
        found += [*report.findings, *_about_reuse(bundle, seen, root, installed, again)]
    found += _about_pods(seen, access, again, show_secrets, with_prefect=not is_behind and _runs_prefect(seen, root))
    found.sort(key=lambda each: each.severity)  # errors first, otherwise in their order
    wrong = any(each.severity == "error" for each in found)
    what = f"{_count(seen.live.deployments, 'deployment')} and {_count(seen.live.pods, 'pod')}"
    summary = NoticeReport("info", f"Looked at {what} of {deployed.full_name}, revision {deployed.revision}.", "", 0)
    read: tuple[Value, ...] = (list(seen.manifest), list(seen.live.deployments), list(seen.live.pods), seen.computed)
    return report._replace(
        status="failed" if wrong else "current",
        exit_code=4 if wrong else 0,
        findings=tuple(found),
        notices=(*report.notices, *_about_manager(deployed), summary),
        also_read=read,
    )


def _about_manager(deployed: Deployed) -> list[NoticeReport]:
    return [NoticeReport(each.severity, each.text, "", 0) for each in opening.manager_notices(deployed)]


def _look(bundle: Bundle, deployed: Deployed, access: Access) -> _Seen:
    manifest = releases.manifest(access, deployed, with_hooks=True)
    computed = as_map(releases.computed_values(access, deployed))
    given = as_map(bundle.layers[0].data) if bundle.is_from_cluster else as_map(releases.given(access, deployed))
    return _Seen(deployed, manifest, live.read(access, deployed, manifest), computed, given)


def _count(items: Sequence[Manifest], what: str) -> str:
    return f"{len(items)} {what}{'' if len(items) == 1 else 's'}"


def _knows_docket(chart: str, version: ChartVersion) -> bool:
    return chart in versions.CHARTS and has_docket(presets.of_chart(chart, version.release, version.flavour).prefect)


def _runs_prefect(seen: _Seen, root: Route) -> bool:
    return tree.get(seen.computed, (*root, "enabled")) is not False


def _helm_upgrade(bundle: Bundle, deployed: Deployed, version: str) -> str:
    """The command that installs the release again, with its current values."""
    chart = bundle.version.chart
    what = f"REPO/{chart} --version {version}" if deployed.chart == chart and version else "CHART"
    files = [f"-f {shlex.quote(layer.name)}" for layer in bundle.layers if layer.snapshot is not None]
    values = " ".join(files) or "--reset-then-reuse-values"
    options = " ".join(map(shlex.quote, deployed.helm_arguments[1:]))
    return f"helm upgrade {deployed.name} {what} {options} {values}"


def _about_release(
    bundle: Bundle, deployed: Deployed, report: FileReport, installed: ChartVersion | None, again: str
) -> Iterator[Finding]:
    where = deployed.full_name
    if deployed.status != "deployed":
        text = f"revision {deployed.newest} is {deployed.status}, and revision {deployed.revision} is the one in use"
        remedy, first = "See why, fix it, and install it again.", f"helm history {shlex.join(deployed.helm_arguments)}"
        if deployed.status.startswith("pending"):
            words = (deployed.name, str(deployed.revision), *deployed.helm_arguments[1:])
            remedy, first = "Once nobody else is upgrading it:", f"helm rollback {shlex.join(words)}"
        yield _finding("deployed-status", where, text, remedy, (first, again))
    if installed is None or not report.version_to:
        return
    try:
        target = versions.parse(report.version_to).release
    except UsageError:
        return
    if installed.release < target:
        text = f"what runs is {bundle.version.chart} {bundle.version.text}, not {report.version_to} yet"
        commands: tuple[str, ...] = (again,)
        if bundle.is_from_cluster:
            options = f"--release {shlex.join(deployed.helm_arguments)} --to {report.version_to} --output values.yaml"
            commands = (
                f"infrahub-migrator migrate {options}",
                again.replace("--reset-then-reuse-values", "-f values.yaml"),
            )
        yield _finding("deployed-version", where, text, "Migrate its values, and upgrade it.", commands)


def _about_reuse(
    bundle: Bundle, seen: _Seen, root: Route, installed: ChartVersion | None, again: str
) -> Iterator[Finding]:
    """What --reuse-values leaves behind: the old chart's own values in place of the new chart's."""
    if (
        installed is None
        or bundle.version.chart not in versions.CHARTS
        or not _knows_docket(bundle.version.chart, installed)
    ):
        return
    own = presets.of_chart(bundle.version.chart, installed.release, installed.flavour).prefect
    left = []
    for env_path in (env.SERVER, env.BACKGROUND):
        if _is_given(seen.given, (*root, *env_path)):
            continue
        toggles = [name for name in _names(tree.get(seen.computed, (*root, *env_path))) if service_of(name)]
        old = [name for name in toggles if name not in _names(tree.get(own, env_path))]
        if old:
            left.append(f"{tree.show((*root, *env_path))} still has {', '.join(old)}")
    url = tree.get(own, (*DOCKET, "url"))
    route = (*root, *DOCKET, "url")
    if url and not tree.get(seen.computed, route) and not _is_given(seen.given, route):
        left.append(f"{tree.show(route)} is empty, although the chart sets one")
    if left:
        text = (
            f"the old chart's own values are still in force, as --reuse-values leaves them: {'; '.join(left)}, and "
            "no value given to the release says so"
        )
        remedy = "Use the new chart's values, below those given to the release."
        yield _finding("deployed-reuse-values", seen.deployed.full_name, text, remedy, (again,))


def _is_given(given: Map, route: Route) -> bool:
    """Whether the release was given that value, or one that replaces a map around it."""
    for depth in range(1, len(route) + 1):
        found = tree.find(given, route[:depth])
        if found is tree.MISSING:
            return False
        if not isinstance(found, dict):
            return True
    return True


def _names(entries: Value) -> list[str]:
    return [str(as_map(each).get("name")) for each in entries] if isinstance(entries, list) else []


def _about_pods(
    seen: _Seen, access: Access, again: str, show_secrets: bool, *, with_prefect: bool
) -> Iterator[Finding]:
    read: list[Manifest] = []

    def log(pod: Manifest, container: str) -> str:
        read.append(pod)
        if len(read) > _MOST_LOGS:
            return "its log was not read, because enough others were"
        return live.log_of(access, pod, container, show_secrets=show_secrets)

    where, namespace = seen.deployed.full_name, seen.deployed.namespace
    found = list(running.troubles(seen.manifest, seen.live, namespace, again, log))
    reported: list[RunningTrouble] = []
    if with_prefect:
        in_manifest = rendered_pods.check(seen.manifest, where)
        for each in in_manifest:
            remedy = f"{each.remedy} Then upgrade with it."
            yield each._replace(text=f"{each.text} (in the manifest)", remedy=remedy, commands=(again,))
        known = {(each.rule, each.text) for each in in_manifest}
        others = [each for each in seen.manifest if each.get("kind") != "Deployment"]
        for each in rendered_pods.check([*seen.live.deployments, *others], where):
            if (each.rule, each.text) in known or each.rule in ("pods-none", "pods-env-string"):
                continue
            causes = [one for one in found if one.name and _mentions(each.text, one.name, one.deployment)]
            reported += causes
            text = f"{each.text} (as it runs; not so in the manifest)"
            remedy, commands = (causes[0].remedy, causes[0].commands) if causes else (running.INSTALL, (again,))
            yield each._replace(text=text, remedy=remedy, commands=commands)
    for trouble in running.folded([each for each in found if each not in reported]):
        yield _finding(trouble.rule, where, trouble.text, trouble.remedy, trouble.commands)


def _finding(rule: str, where: str, text: str, remedy: str, commands: tuple[str, ...]) -> Finding:
    return Finding(rule, DEPLOYED[rule].severity, where, 0, text, remedy, commands=commands)


def _mentions(text: str, *names: str) -> bool:
    """Whether a sentence has each of these as a full name, not only as part of a longer one."""
    return all(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in names)
