"""Compare what is running with what was installed: the env of each container, the replicas, and failing pods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.charts.archive import Manifest
from migrator.cluster.live import Live, name_of, namespace_of
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_map

Log = Callable[[Manifest, str], str]
"""Returns the end of the log of a pod's container, as a phrase."""

INSTALL = "Install the release again: that restores what it lost."
TWICE = "Remove all of them, and add one back."
_ON_ITS_WAY = ("ContainerCreating", "PodInitializing", "")


class RunningTrouble(NamedTuple):
    """What is wrong with a running release: the `deployment` and, if it is about an env entry, its `name`."""

    rule: str
    text: str
    remedy: str
    commands: tuple[str, ...]
    deployment: str = ""
    name: str = ""


def troubles(
    manifest: Sequence[Manifest], live: Live, namespace: str, again: str, log: Log
) -> Iterator[RunningTrouble]:
    """Everything that differs from the manifest or does not run; `again` is the command that reinstalls the release."""
    deployments = {(namespace_of(each), name_of(each)): each for each in live.deployments}
    for each in manifest:
        if each.get("kind") != "Deployment":
            continue
        space, name = namespace_of(each) or namespace, name_of(each)
        deployment = deployments.get((space, name))
        if deployment is None:
            text = f"Deployment {name} of the manifest is not in namespace {space}"
            yield RunningTrouble("deployed-missing", text, INSTALL, (again,), name)
            continue
        for container, wanted, there in _containers(each, deployment):
            yield from _env(name, space, container, wanted, there, again)
        pods = live.pods_of(deployment)
        yield from _rollout(deployment, pods, space)
        for pod in pods:
            yield from _pod(pod, name, space, log)


def _containers(manifest: Manifest, deployment: Manifest) -> Iterator[tuple[str, list[Manifest], list[Manifest]]]:
    """The containers that both have, with both env lists of each."""
    there = dict(_envs(tree.get(deployment, ("spec", "template", "spec"))))
    for name, entries in _envs(tree.get(manifest, ("spec", "template", "spec"))):
        if name in there:
            yield name, entries, there[name]


def _envs(pod: Value) -> Iterator[tuple[str, list[Manifest]]]:
    for kind in ("initContainers", "containers"):
        listed = as_map(pod).get(kind)
        for container in listed if isinstance(listed, list) else []:
            entries = as_map(container).get("env")
            found = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
            yield str(as_map(container).get("name")), found


def _env(
    deployment: str, space: str, container: str, wanted: Sequence[Manifest], there: Sequence[Manifest], again: str
) -> Iterator[RunningTrouble]:
    asked, present = (Counter(str(each.get("name")) for each in entries) for entries in (wanted, there))
    ours, theirs = _last(wanted), _last(there)
    where = f"container {container} of deployment {deployment}"
    for name in asked:
        fix = _fix(deployment, space, container, name, ours[name], again)
        if name not in present:
            text = f"{where} lacks what the manifest has, as a patch can lose it: {name}"
            yield RunningTrouble("deployed-env-lost", text, *fix, deployment, name)
        elif present[name] > asked[name]:
            text = f"{name} appears {present[name]} times in {where}, but {_times(asked[name])} in the manifest"
            commands = (_set(deployment, space, container, f"{name}-"), *fix[1])
            yield RunningTrouble("deployed-env-twice", text, TWICE, commands, deployment, name)
        elif ours[name] != theirs[name]:
            text = f"{where} differs from the manifest: {name}"
            yield RunningTrouble("deployed-env-differs", text, *fix, deployment, name)
    for name in present:
        if name not in asked:
            text = f"{where} has more than the manifest: {name}"
            commands = (_set(deployment, space, container, f"{name}-"),)
            yield RunningTrouble("deployed-env-added", text, "Remove it.", commands, deployment, name)


def folded(troubles: Sequence[RunningTrouble]) -> list[RunningTrouble]:
    """Troubles that are alike for several entries of a container merged into one, with one command."""
    found: dict[object, RunningTrouble] = {}
    for each in troubles:
        is_entry = each.text.endswith(f": {each.name}")
        key = (each.rule, each.remedy, each.text.removesuffix(each.name)) if is_entry else each
        first = found.get(key)
        if first is None:
            found[key] = each
        else:
            commands = tuple(map(_joined, first.commands, each.commands))
            found[key] = first._replace(text=f"{first.text}, {each.name}", commands=commands)
    return list(found.values())


def _joined(one: str, other: str) -> str:
    """Two commands for one container joined into one: `kubectl set env` takes any number of entries."""
    entry = other.partition(" --containers ")[2].partition(" ")[2]
    return f"{one} {entry}" if entry else one


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _last(entries: Sequence[Manifest]) -> Mapping[str, Value]:
    """The effective entry of each name, as the API server stores it: no value is an empty string."""
    return {str(each.get("name")): _as_kept(each) for each in entries}


def _as_kept(entry: Manifest) -> Value:
    source = entry.get("valueFrom")
    if not isinstance(source, dict):
        return str(entry.get("value") or "")
    kinds = {kind: dict(as_map(what)) for kind, what in source.items()}
    for what in kinds.values():
        what.pop("apiVersion", None)  # the API server fills it in
        if what.get("optional") is False:
            del what["optional"]
    return dict(kinds)


def _fix(
    deployment: str, space: str, container: str, name: str, value: Value, again: str
) -> tuple[str, tuple[str, ...]]:
    """The remedy and commands for an entry: a plain value is set; one with a reference or credential is restored by
    installing the release again."""
    import shlex

    from migrator.report.mask import Mask

    if isinstance(value, str) and Mask().value(value, name) == value:
        return "Restore it.", (_set(deployment, space, container, shlex.quote(f"{name}={value}")),)
    return INSTALL, (again,)


def _set(deployment: str, space: str, container: str, entry: str) -> str:
    return f"kubectl set env deployment/{deployment} --namespace {space} --containers {container} {entry}"


def _rollout(deployment: Manifest, pods: Sequence[Manifest], space: str) -> Iterator[RunningTrouble]:
    name, status = name_of(deployment), as_map(deployment.get("status"))
    wanted = _number(tree.get(deployment, ("spec", "replicas"), 1))
    ready, updated = (_number(status.get(key)) for key in ("readyReplicas", "updatedReplicas"))
    template = dict(_envs(tree.get(deployment, ("spec", "template", "spec"))))
    old = [name_of(pod) for pod in pods if _is_old(pod, template)]
    seen = _number(status.get("observedGeneration"))
    why = []
    if ready < wanted:
        why.append(f"{ready} of {wanted} replicas are ready")
    if seen < _number(tree.get(deployment, ("metadata", "generation"))):
        why.append("its last change has not been picked up yet")
    elif updated < wanted:
        why.append(f"{updated} of {wanted} use the new template")
    if old:
        why.append(f"with the env from before: {', '.join(old)}")
    if why:
        text = f"deployment {name} is not rolled out: {'; '.join(why)}"
        commands = (f"kubectl rollout status deployment/{name} --namespace {space} --timeout 5m",)
        yield RunningTrouble("deployed-rollout", text, "See what it waits for.", commands, name)


def _is_old(pod: Manifest, template: Mapping[str, Sequence[Manifest]]) -> bool:
    """Whether a pod lacks or differs from what the deployment's template sets; injected entries do not matter."""
    own = {name: _last(entries) for name, entries in _envs(pod.get("spec"))}
    return any(
        name in own and any(own[name].get(entry) != value for entry, value in _last(entries).items())
        for name, entries in template.items()
    )


def _pod(pod: Manifest, deployment: str, space: str, log: Log) -> Iterator[RunningTrouble]:
    name = name_of(pod)
    for condition in _maps(tree.get(pod, ("status", "conditions"))):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            text = f"pod {name} cannot be scheduled: {condition.get('message') or condition.get('reason')}"
            commands = (f"kubectl describe pod {name} --namespace {space}",)
            yield RunningTrouble("deployed-unscheduled", text, "See what it asks for.", commands, deployment)
    for kind in ("initContainerStatuses", "containerStatuses"):
        for status in _maps(tree.get(pod, ("status", kind))):
            yield from _container(status, pod, deployment, space, log)


def _container(status: Manifest, pod: Manifest, deployment: str, space: str, log: Log) -> Iterator[RunningTrouble]:
    name, container, restarts = name_of(pod), str(status.get("name")), _number(status.get("restartCount"))
    waiting = as_map(tree.get(status, ("state", "waiting")))
    reason = str(waiting.get("reason") or "")
    ended = as_map(tree.get(status, ("lastState", "terminated"))) or as_map(tree.get(status, ("state", "terminated")))
    why = f" (exit code {ended.get('exitCode')}, {ended.get('reason')})" if ended else ""
    where = f"container {container} of pod {name}"
    whole = f"kubectl logs {name} --container {container} --previous --namespace {space}"
    if reason == "CrashLoopBackOff":
        text = f"{where} keeps exiting, {restarts} times so far{why}; {log(pod, container)}"
        yield RunningTrouble("deployed-crash-loop", text, "See why.", (whole,), deployment)
    elif reason not in _ON_ITS_WAY:
        text = f"{where} does not start, {reason}: {waiting.get('message') or 'no details given'}"
        commands = (f"kubectl describe pod {name} --namespace {space}",)
        yield RunningTrouble("deployed-not-started", text, "See what prevents it.", commands, deployment)
    elif restarts and container in dict(_envs({"containers": tree.get(pod, ("spec", "containers"))})):
        text = f"{where} was restarted {_times(restarts)}{why}; {log(pod, container)}"
        yield RunningTrouble("deployed-restarts", text, "See why.", (whole,), deployment)


def _maps(value: Value) -> list[Manifest]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number(value: Value) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
