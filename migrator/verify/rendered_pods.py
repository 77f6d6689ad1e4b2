"""Checks on Prefect's two deployments as Helm rendered them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.charts import quantities
from migrator.charts.archive import Manifest
from migrator.charts.presets import EXAMPLE_HOST, TOGGLED_SERVICES
from migrator.helm.engine import RenderError
from migrator.prefect.names import DOCKET_NAME, INJECTED_PIN, MESSAGING_HOST, MESSAGING_URL, PIN, WEBSERVER_ONLY
from migrator.prefect.toggles import service_of
from migrator.report.records import Finding
from migrator.rules.rule import PODS
from migrator.values import tree
from migrator.values.merge import as_map
from migrator.verify.checks import Check

PINS = (PIN, INJECTED_PIN)

# What Prefect connects to; the example host elsewhere, as in INFRAHUB_CACHE_ADDRESS, need not matter.
_ADDRESSES = (DOCKET_NAME, MESSAGING_HOST, MESSAGING_URL)
_FROM = {DOCKET_NAME: "docket.url", MESSAGING_HOST: "redis.host"}
"""The keys that the chart sets them from."""
_CONTAINERS = {"prefect-server": "server", "prefect-background-services": "background"}


class Pod(NamedTuple):
    """One of Prefect's deployments: its name, its container, and the container's env entries in order."""

    deployment: str
    kind: str
    container: Manifest
    env: tuple[Manifest, ...]

    def last(self, name: str) -> Manifest | None:
        """The entry that takes effect in the container."""
        found = [entry for entry in self.env if entry.get("name") == name]
        return found[-1] if found else None

    @property
    def has_infrahub_image(self) -> bool:
        """Whether the image, or the entry point, is Infrahub's."""
        return "infrahub" in str(self.container.get("image")) or "infrahub" in self.args

    @property
    def args(self) -> str:
        """The container's arguments in one line."""
        args = self.container.get("args")
        return " ".join(map(str, args)) if isinstance(args, list) else ""


_WORDS = {"server": ("server.env.", PODS["server"]), "background": ("backgroundServices.env.", PODS["background"])}
"""What the rules call the pods and their lists."""

_BOTH_REFUSED = "Remove it from the values' env lists where the chart sets it; server-side apply refuses both."

CHECKS = {
    "chart-refuses": Check(
        "error",
        "Helm renders the chart with the values.",
        "Fix what Helm names; a chart older than 4.14.0 (prefect-server 2026.4.10163454) refuses a migrated file, "
        "so upgrade both together.",
    ),
    "pods-none": Check(
        "error",
        "A deployment of a Prefect server is rendered.",
        "Name the chart that the values belong to, unpacked with its dependencies; see prefect-server.enabled.",
    ),
    "pods-env-twice": Check("error", "No env name appears twice on a Prefect pod.", _BOTH_REFUSED),
    "pods-env-string": Check(
        "error",
        "Every env value of Prefect's pods is text.",
        "Put the value in quotes: the API server refuses it.",
    ),
    "pods-example-host": Check(
        "error",
        "Prefect's pods connect to no Redis at the presets' example host.",
        "Set the host of your Redis in the values.",
    ),
    "pods-example-left": Check(
        "warning",
        "No other env entry of Prefect's pods contains the presets' example host.",
        "Put the right host there, or remove the entry.",
    ),
    "pods-requests": Check(
        "error",
        "No container of any pod asks for more than its limits allow.",
        (
            "Raise the limits along with the requests: the API server refuses such pods, and the old ones do not come "
            "back."
        ),
    ),
    "pods-docket": Check(
        "error",
        f"Both Prefect pods get {DOCKET_NAME} once, with the same value.",
        "Set messaging.docket.url or existingSecret, and remove the name from all env lists.",
    ),
    "pods-toggle": Check(
        "warning",
        "None of the presets' service toggles is left on the pods.",
        "Run infrahub-migrator migrate, unless it was kept on purpose.",
    ),
    "pods-webserver-only": Check(
        "error",
        "The API pods run no background services where these have their own pods.",
        f'Add {WEBSERVER_ONLY} "true" to server.env.',
    ),
    "pods-migrate-pin": Check(
        "error",
        'With Infrahub\'s image both names of migrate-on-start are "false" on the API pods.',
        f'Add {PIN} "false" to server.env; the chart sets the other name by itself.',
    ),
    "pods-migrations-job": Check(
        "warning",
        "With Infrahub's image no Job migrates the database.",
        "Set migrations.enabled to false.",
    ),
    "pods-migrations-missing": Check(
        "error",
        "With Prefect's own image and separate services a Job migrates the database.",
        "Set migrations.enabled to true.",
    ),
    "pods-services-nowhere": Check(
        "error",
        "Some pod runs the background services.",
        "Set backgroundServices.runAsSeparateDeployment to true.",
    ),
}
"""All checks, by id."""


class RenderedTrouble(NamedTuple):
    """What is wrong with the manifests: the check that fails, and where.

    `same_as` is the rule that reports the same of the values, if it can be seen there; its finding then has the words
    `about`, and is of this `pod` (both empty: any).
    """

    rule: str
    text: str
    same_as: str = ""
    about: str = ""
    pod: str = ""

    @property
    def check(self) -> Check:
        """What should hold."""
        return CHECKS[self.rule]

    def is_in(self, findings: Sequence[Finding]) -> bool:
        """Whether a rule reports the same among these findings."""
        words = re.compile(rf"(?<![\w-]){re.escape(self.about)}(?![\w-])" if self.about else "")
        return any(
            each.rule == self.same_as and words.search(each.text) and self.pod in ("", *_pods_in(each.text))
            for each in findings
        )


def _pods_in(text: str) -> list[str]:
    """The pods that a rule's finding is about: those that it names, or else both."""
    named = [pod for pod, words in _WORDS.items() if any(each in text for each in words)]
    return named if named and "global.prefect.env" not in text else list(_WORDS)


def pods(manifests: Sequence[Manifest]) -> list[Pod]:
    """Prefect's deployments among the manifests, recognised by the container names that the chart sets."""
    found = []
    for manifest in manifests:
        containers = tree.get(manifest, ("spec", "template", "spec", "containers"))
        if manifest.get("kind") != "Deployment" or not isinstance(containers, list):
            continue
        for container in containers:
            if isinstance(container, dict) and container.get("name") in _CONTAINERS:
                items = container.get("env")
                entries = tuple(item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
                name = str(tree.get(manifest, ("metadata", "name")))
                found.append(Pod(name, _CONTAINERS[str(container["name"])], container, entries))
    return found


def check(manifests: Sequence[Manifest], chart_path: str, known: Sequence[Finding] = ()) -> list[Finding]:
    """What is wrong with Prefect's pods in these manifests, errors first; `chart_path` is their source.

    What the rules' findings (`known`) report of the values is left out.

    With separate services: one docket on both pods, no toggle of the presets, no services on the API pods, and with
    Infrahub's image both migrate-on-start names "false" on them and no migrations Job. In any case: no env name twice,
    only strings in env, no example host, and no container of any pod whose requests exceed its limits.
    """
    troubles = [each for each in _troubles(manifests) if not each.is_in(known)]
    ordered = [each for severity in ("error", "warning") for each in troubles if each.check.severity == severity]
    return [_finding(each, chart_path) for each in ordered]


def render_finding(error: RenderError, chart_path: str) -> Finding:
    """Helm's error when it cannot render, as a finding, to be listed with those of the rules."""
    return _finding(RenderedTrouble("chart-refuses", error.message), chart_path)


def _finding(trouble: RenderedTrouble, chart_path: str) -> Finding:
    check = trouble.check
    return Finding(trouble.rule, check.severity, chart_path, 0, trouble.text, check.remedy)


def _troubles(manifests: Sequence[Manifest]) -> Iterator[RenderedTrouble]:
    found = pods(manifests)
    servers = [pod for pod in found if pod.kind == "server"]
    if not servers:
        yield RenderedTrouble("pods-none", "no deployment of a Prefect server was rendered")
    for pod in found:
        yield from _of_any(pod)
    yield from _above_limits(manifests)
    for server in servers:
        partners = [pod for pod in found if pod.deployment == f"{server.deployment}-background-services"]
        if partners:
            yield from _of_pair(server, partners[0], manifests)
        else:
            yield from _of_single(server)


def _above_limits(manifests: Sequence[Manifest]) -> Iterator[RenderedTrouble]:
    """Containers of any pod whose requests exceed their limits."""
    for manifest in manifests:
        pod = tree.get(manifest, ("spec", "template", "spec"))
        for kind in ("containers", "initContainers"):
            containers = as_map(pod).get(kind)
            for container in containers if isinstance(containers, list) else []:
                for words in quantities.excess_requests(as_map(as_map(container).get("resources"))):
                    where = f"{manifest.get('kind')} {tree.get(manifest, ('metadata', 'name'))}"
                    text = f"container {as_map(container).get('name')} of {where}: {words}"
                    yield RenderedTrouble("pods-requests", text, "requests-above-limits", words)


def _of_any(pod: Pod) -> Iterator[RenderedTrouble]:
    for name, times in Counter(str(entry.get("name")) for entry in pod.env).items():
        if times > 1:
            text = f"{name} is set {times} times on {pod.deployment}"
            yield RenderedTrouble("pods-env-twice", text, "env-twice", name, pod.kind)
    for entry in pod.env:
        name, value = str(entry.get("name")), entry.get("value")
        if value is not None and not isinstance(value, str):
            yield RenderedTrouble(
                "pods-env-string", f"{name} on {pod.deployment} is not text", "env-string", name, pod.kind
            )
        if isinstance(value, str) and EXAMPLE_HOST in value:
            text = f"{name} on {pod.deployment} contains {EXAMPLE_HOST}"
            if name in _ADDRESSES:
                yield RenderedTrouble("pods-example-host", text, "example-host", _FROM.get(name, name))
            else:
                yield RenderedTrouble("pods-example-left", text, "cache-example-host", name)


def _of_pair(server: Pod, background: Pod, manifests: Sequence[Manifest]) -> Iterator[RenderedTrouble]:
    yield from _docket(server, background)
    for pod in (server, background):
        for entry in pod.env:
            if service_of(str(entry.get("name"))) in TOGGLED_SERVICES:
                name = str(entry.get("name"))
                yield RenderedTrouble(
                    "pods-toggle", f"{name} is left on {pod.deployment}", "toggle-left", name, pod.kind
                )
    if "--no-services" not in server.args and not _is_set(server.last(WEBSERVER_ONLY)):
        text = f"nothing keeps the background services off {server.deployment}"
        yield RenderedTrouble("pods-webserver-only", text, "webserver-only")
    job = any(_is_migrations_job(manifest, server) for manifest in manifests)
    if server.has_infrahub_image:
        yield from _pins(server)
        if job:
            text = f"a Job migrates the database of {server.deployment}, which Infrahub does itself"
            yield RenderedTrouble("pods-migrations-job", text, "migrations-job")
    elif not job:
        text = f"no Job migrates the database of {server.deployment}, and its pods are set not to"
        yield RenderedTrouble("pods-migrations-missing", text, "migrations-missing")


def _docket(server: Pod, background: Pod) -> Iterator[RenderedTrouble]:
    counts = [sum(entry.get("name") == DOCKET_NAME for entry in pod.env) for pod in (server, background)]
    for pod, count in zip((server, background), counts):
        if count != 1:
            often = f"is set {count} times" if count else "is missing"
            same = ("env-twice", DOCKET_NAME) if count else ("docket-missing", "")
            yield RenderedTrouble("pods-docket", f"{DOCKET_NAME} {often} on {pod.deployment}", *same, pod.kind)
    ours, theirs = server.last(DOCKET_NAME), background.last(DOCKET_NAME)
    if ours is not None and theirs is not None and ours != theirs:
        text = f"{DOCKET_NAME} differs between {server.deployment} and {background.deployment}"
        yield RenderedTrouble("pods-docket", text, "docket-differs")


def _pins(server: Pod) -> Iterator[RenderedTrouble]:
    for name in PINS:
        entry = server.last(name)
        if entry is None or entry.get("value") != "false":
            state = "missing" if entry is None else 'not exactly "false"'
            text = f"{name} is {state} on {server.deployment}"
            yield RenderedTrouble("pods-migrate-pin", text, "migrate-pin", name)


def _of_single(server: Pod) -> Iterator[RenderedTrouble]:
    if "--no-services" in server.args or _is_set(server.last(WEBSERVER_ONLY)):
        text = f"nothing runs the background services: {server.deployment} is set not to, and no other deployment does"
        yield RenderedTrouble("pods-services-nowhere", text, "services-nowhere")


def _is_set(entry: Manifest | None) -> bool:
    return entry is not None and (entry.get("valueFrom") is not None or entry.get("value") not in (None, ""))


def _is_migrations_job(manifest: Manifest, server: Pod) -> bool:
    name = str(tree.get(manifest, ("metadata", "name")))
    return manifest.get("kind") == "Job" and name == f"{server.deployment}-db-migrations"
