"""Releases as Helm stores them: which revision is deployed, its values, and its manifest.

Sources: cmd/helm get_metadata.go, list.go and get_values.go of Helm 3.19 and 4.3 (the fields of their JSON).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from migrator.charts.archive import Manifest
from migrator.charts.versions import CHARTS
from migrator.cluster.access import SECONDS_FOR_ALL, Access, as_data, as_items
from migrator.cluster.errors import ClusterError, ReleaseNotFound
from migrator.errors import UsageError, did_you_mean
from migrator.sources.bundle import Deployed

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?")
"""Release names that Helm accepts (pkg/chart/common/util/validate_name.go); none can be mistaken for an option."""

_MOST_REVISIONS = 10
"""How many revisions are searched for the deployed one; helm upgrade keeps ten by default."""


_ALL = ("--deployed", "--failed", "--pending", "--max", "0")
"""Every installed release, without a limit; by default helm list omits pending ones."""


class Dependency(NamedTuple):
    """One of these charts as a dependency of another: its name, its version or range, and the key of its values."""

    chart: str
    version: str
    key: str


class FoundRelease(NamedTuple):
    """A release; `inside` is the dependency on one of these charts if the release's own chart is not one of them."""

    deployed: Deployed
    inside: Dependency | None = None


def find(access: Access, name: str) -> FoundRelease:
    """The release of that name. Raises UsageError if the name is not valid, ClusterError if there is none."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not a release name.", remedy="`helm list -A` lists them.")
    try:
        newest = access.helm_json("get", "metadata", name)
    except ReleaseNotFound:
        raise _not_found(access, name) from None
    about = newest
    for revision in range(_revision(newest) - 1, max(_revision(newest) - 1 - _MOST_REVISIONS, 0), -1):
        if about.get("status") in ("deployed", "uninstalled"):
            break
        try:
            about = access.helm_json("get", "metadata", name, "--revision", str(revision))
        except ReleaseNotFound:  # pruned from the history
            break
    if newest.get("status") == "uninstalled":
        raise ClusterError(f"release {name} is uninstalled; Helm keeps only its history.")
    if about.get("status") != "deployed":
        about = newest
    return _found(about, newest, access)


def find_all(access: Access) -> list[FoundRelease]:
    """All releases of these charts in the cluster, or in the namespace of `access`, sorted by namespace and name."""
    where = () if access.namespace else ("--all-namespaces",)
    listed = as_items(access.helm_json("list", *where, *_ALL, seconds=SECONDS_FOR_ALL))
    found = []
    for each in sorted(listed, key=lambda one: (str(one.get("namespace")), str(one.get("name")))):
        name, namespace = str(each.get("name")), str(each.get("namespace"))
        chart, version = _chart_of(str(each.get("chart")))
        if not chart or not _NAME.fullmatch(name):
            continue
        if each.get("status") != "deployed":  # only its metadata says which revision is deployed
            found.append(find(access._replace(namespace=namespace), name))
            continue
        revision = int(str(each.get("revision")))
        deployed = Deployed(name, namespace, revision, chart, version, "deployed", revision, access.options)
        found.append(FoundRelease(deployed))
    return found


def values(access: Access, deployed: Deployed) -> bytes:
    """The values given to the release (`helm get values`), as YAML; an empty mapping if there are none."""
    text = _get(access, deployed, "values", "--output", "yaml")
    return b"{}\n" if text.strip() in ("", "null", "{}") else text.encode()


_FLUX = re.compile(r"^\s+helm\.toolkit\.fluxcd\.io/(name|namespace): *\"?([\w.-]+)\"?\s*$", re.MULTILINE)


def with_manager(access: Access, found: FoundRelease) -> FoundRelease:
    """The release with `managed_by` set if Flux installs it: Flux labels every object that it installs.

    Source: 0.9.0 in the CHANGELOG of fluxcd/helm-controller.
    """
    labels = dict(_FLUX.findall(_get(access, found.deployed, "manifest")))
    if "name" not in labels:
        return found
    space = labels.get("namespace", found.deployed.namespace)
    managed_by = f"Flux's HelmRelease {labels['name']} in {space}"
    return found._replace(deployed=found.deployed._replace(managed_by=managed_by))


def given(access: Access, deployed: Deployed) -> Any:
    """The values given to the release, parsed."""
    return as_data(_get(access, deployed, "values", "--output", "json"), "helm get values")


def computed_values(access: Access, deployed: Deployed) -> Any:
    """The values given, merged over the chart's defaults (`helm get values --all`), parsed."""
    return as_data(_get(access, deployed, "values", "--all", "--output", "json"), "helm get values")


def manifest(access: Access, deployed: Deployed, *, with_hooks: bool = False) -> list[Manifest]:
    """The objects that were installed; `with_hooks` adds the hooks."""
    from migrator.helm.engine import objects_in

    found = list(objects_in(_get(access, deployed, "manifest"), f"the manifest of {deployed.full_name}"))
    if with_hooks:
        found += objects_in(_get(access, deployed, "hooks"), f"the hooks of {deployed.full_name}")
    return found


def _get(access: Access, deployed: Deployed, what: str, *options: str) -> str:
    words = ("get", what, deployed.name, "--revision", str(deployed.revision), *options)
    return access.helm(*words, namespace=deployed.namespace)


def _found(about: Mapping[str, Any], newest: Mapping[str, Any], access: Access) -> FoundRelease:
    name, namespace = str(about.get("name")), str(about.get("namespace"))
    chart, version = str(about.get("chart")), str(about.get("version"))
    status = str(newest.get("status"))
    found = Deployed(name, namespace, _revision(about), chart, version, status, _revision(newest), access.options)
    return FoundRelease(found, None if chart in CHARTS else next(_dependencies(about), None))


def _dependencies(about: Mapping[str, Any]) -> Iterator[Dependency]:
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
    """Chart name and version from the CHART-VERSION text of `helm list`; empty for any other chart."""
    for chart in CHARTS:
        version = text.removeprefix(f"{chart}-")
        if version != text and version[:1].isdigit():
            return chart, version
    return "", ""


def _not_found(access: Access, name: str) -> ClusterError:
    """The error for a release that is not there, with the namespaces that have one, or the most similar name."""
    where = f"namespace {access.namespace}" if access.namespace else "the namespace that helm uses without --namespace"
    try:
        listed = as_items(access.helm_json("list", "--all-namespaces", *_ALL, seconds=SECONDS_FOR_ALL))
    except ClusterError:  # no permission to list all namespaces
        remedy = "`helm list --all-namespaces` lists what there is."
    else:
        homes = [str(each.get("namespace")) for each in listed if each.get("name") == name]
        names = [str(each.get("name")) for each in listed]
        remedy = f"`helm list --all-namespaces` lists what there is{did_you_mean(name, names)}."
        if homes:
            remedy = f"There is one in {' and '.join(homes)}: name it with --namespace."
    return ClusterError(f"there is no release {name} in {where}.", remedy=remedy)
