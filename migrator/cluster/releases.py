"""Releases as Helm keeps them: which revision is deployed, what it was given, what was installed.

Sources: cmd/helm get_metadata.go, list.go and get_values.go of Helm 3.19 and 4.3 (the fields of their JSON).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from migrator.charts.archive import Manifest
from migrator.charts.versions import CHARTS
from migrator.cluster.access import SECONDS_FOR_ALL, Access, as_data, as_items
from migrator.cluster.trouble import ClusterError, ReleaseNotFound
from migrator.errors import UsageError, did_you_mean
from migrator.sources.bundle import Deployed

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?")
"""What Helm takes for a release's name (pkg/chart/common/util/validate_name.go); nothing of it is an option."""

_BACK = 10
"""How many revisions are looked at for the one that is deployed: helm upgrade keeps ten unless told otherwise."""


_ALL = ("--deployed", "--failed", "--pending", "--max", "0")
"""Whatever stands, and as much of it as there is: helm list leaves out by default what is being installed."""


class Dependency(NamedTuple):
    """One of these charts inside another one: its name, its version or range, and the key that it reads values at."""

    chart: str
    version: str
    key: str


class Found(NamedTuple):
    """A release, and what its chart has of these where it is none of them itself."""

    deployed: Deployed
    inside: Dependency | None = None


def find(access: Access, name: str) -> Found:
    """The release of that name. Raises UsageError for what can be none's, ClusterError where there is none."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not a release name.", remedy="`helm list -A` lists them.")
    try:
        newest = access.helm_json("get", "metadata", name)
    except ReleaseNotFound:
        raise _unknown(access, name) from None
    about = newest
    for revision in range(_revision(newest) - 1, max(_revision(newest) - 1 - _BACK, 0), -1):
        if about.get("status") in ("deployed", "uninstalled"):
            break
        try:
            about = access.helm_json("get", "metadata", name, "--revision", str(revision))
        except ReleaseNotFound:  # Helm forgot it
            break
    if newest.get("status") == "uninstalled":
        raise ClusterError(f"release {name} is uninstalled; Helm keeps only its history.")
    if about.get("status") != "deployed":
        about = newest
    return _found(about, newest, access)


def every(access: Access) -> list[Found]:
    """All releases of these charts that a cluster holds, or a namespace where `access` names one, by their names."""
    where = () if access.namespace else ("--all-namespaces",)
    listed = as_items(access.helm_json("list", *where, *_ALL, seconds=SECONDS_FOR_ALL))
    found = []
    for each in sorted(listed, key=lambda one: (str(one.get("namespace")), str(one.get("name")))):
        name, namespace = str(each.get("name")), str(each.get("namespace"))
        chart, version = _chart_of(str(each.get("chart")))
        if not chart or not _NAME.fullmatch(name):
            continue
        if each.get("status") != "deployed":  # which revision is, only its own metadata tells
            found.append(find(access._replace(namespace=namespace), name))
            continue
        revision = int(str(each.get("revision")))
        deployed = Deployed(name, namespace, revision, chart, version, "deployed", revision, access.options)
        found.append(Found(deployed))
    return found


def values(access: Access, deployed: Deployed) -> bytes:
    """What the release was given (`helm get values`), as YAML; an empty mapping where that was nothing."""
    text = _of(access, deployed, "values", "--output", "yaml")
    return b"{}\n" if text.strip() in ("", "null", "{}") else text.encode()


_FLUX = re.compile(r"^\s+helm\.toolkit\.fluxcd\.io/(name|namespace): *\"?([\w.-]+)\"?\s*$", re.MULTILINE)


def with_manager(access: Access, found: Found) -> Found:
    """The release with the object by which Flux installs it, where it does: Flux labels all that it installs.

    Source: 0.9.0 in the CHANGELOG of fluxcd/helm-controller.
    """
    labels = dict(_FLUX.findall(_of(access, found.deployed, "manifest")))
    if "name" not in labels:
        return found
    space = labels.get("namespace", found.deployed.namespace)
    managed_by = f"Flux's HelmRelease {labels['name']} in {space}"
    return found._replace(deployed=found.deployed._replace(managed_by=managed_by))


def given(access: Access, deployed: Deployed) -> Any:
    """What the release was given, as data."""
    return as_data(_of(access, deployed, "values", "--output", "json"), "helm get values")


def computed_values(access: Access, deployed: Deployed) -> Any:
    """The same over the values that Helm took for the chart's own (`helm get values --all`), as data."""
    return as_data(_of(access, deployed, "values", "--all", "--output", "json"), "helm get values")


def manifest(access: Access, deployed: Deployed, *, with_hooks: bool = False) -> list[Manifest]:
    """The objects that were installed, and the hooks that ran."""
    from migrator.helm.engine import objects_in

    found = list(objects_in(_of(access, deployed, "manifest"), f"the manifest of {deployed.called}"))
    if with_hooks:
        found += objects_in(_of(access, deployed, "hooks"), f"the hooks of {deployed.called}")
    return found


def _of(access: Access, deployed: Deployed, what: str, *options: str) -> str:
    words = ("get", what, deployed.name, "--revision", str(deployed.revision), *options)
    return access.helm(*words, namespace=deployed.namespace)


def _found(about: Mapping[str, Any], newest: Mapping[str, Any], access: Access) -> Found:
    name, namespace = str(about.get("name")), str(about.get("namespace"))
    chart, version = str(about.get("chart")), str(about.get("version"))
    status = str(newest.get("status"))
    found = Deployed(name, namespace, _revision(about), chart, version, status, _revision(newest), access.options)
    return Found(found, None if chart in CHARTS else next(_inside(about), None))


def _inside(about: Mapping[str, Any]) -> Iterator[Dependency]:
    for each in as_items(about.get("dependencies")):
        chart = str(each.get("name"))
        if chart in CHARTS:
            yield Dependency(chart, str(each.get("version") or ""), str(each.get("alias") or chart))


def _revision(about: Mapping[str, Any]) -> int:
    revision = about.get("revision")
    if not isinstance(revision, int):
        raise ClusterError("helm get metadata reports no revision.", remedy="Install a newer helm.")
    return revision


def _chart_of(text: str) -> tuple[str, str]:
    """One of these charts and its version, from both in one text as `helm list` has them; empty for another chart."""
    for chart in CHARTS:
        version = text.removeprefix(f"{chart}-")
        if version != text and version[:1].isdigit():
            return chart, version
    return "", ""


def _unknown(access: Access, name: str) -> ClusterError:
    """The error for a name that no release has there, with where one has it, or with the nearest."""
    where = f"namespace {access.namespace}" if access.namespace else "the namespace that helm uses without --namespace"
    try:
        listed = as_items(access.helm_json("list", "--all-namespaces", *_ALL, seconds=SECONDS_FOR_ALL))
    except ClusterError:  # whoever may not list all of them
        remedy = "`helm list --all-namespaces` lists what there is."
    else:
        homes = [str(each.get("namespace")) for each in listed if each.get("name") == name]
        names = [str(each.get("name")) for each in listed]
        remedy = f"`helm list --all-namespaces` lists what there is{did_you_mean(name, names)}."
        if homes:
            remedy = f"There is one in {' and '.join(homes)}: name it with --namespace."
    return ClusterError(f"there is no release {name} in {where}.", remedy=remedy)
