"""Files that mention these charts but are not values for them: errors that say what they are and what to do instead.

A file is recognised by its name or its shape. Whether it concerns these charts at all depends on its bytes: a file
without any of their keys, chart names or images is unrelated, whatever it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from migrator.charts import roots
from migrator.charts.roots import presets
from migrator.errors import MigratorError, OutOfScopeError, RefusedError, UnrelatedError
from migrator.sources.marks import mentions
from migrator.sources.sops import covers_encrypted_only, is_encrypted
from migrator.values.edits import Value
from migrator.values.merge import Map, as_map

BY_NAME = (
    (r"Chart\.ya?ml|Chart\.lock|requirements\.(ya?ml|lock)", "is part of a chart, and has no values", "chart"),
    (r"values\.schema\.json", "is the schema of a chart's values", "schema"),
    (r"helmfile.*\.ya?ml(\.gotmpl)?", "is a helmfile", "helmfile"),
    (r"(docker-compose|compose)([._-]?(override|prod|dev|test|ci))?\.ya?ml", "is a compose file", "compose"),
    (r"\.gitlab-ci.*\.ya?ml|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.ya?ml|Jenkinsfile.*", "is a CI file", "ci"),
    (r"Pulumi(\..+)?\.ya?ml", "is a Pulumi file", "own"),
    (r".*\.(tf|tfvars|hcl|tftpl|tf\.json)", "is Terraform", "terraform"),
    (r"kustomization\.ya?ml|Kustomization", "is a kustomization that inflates none of these charts", "kustomization"),
    (r".*\.gotmpl", "is a Go template", "template"),
    (r".*\.(j2|jinja2?)", "is a Jinja template", "template"),
    (r".*\.te?mpl|.*\.tpl", "is a template", "template"),
)
_FOLDERS = (
    (r"/\.github/workflows/|/\.circleci/", "is a CI file", "ci"),
    (r"/(group_vars|host_vars|roles/[^/]+/(vars|defaults|tasks|handlers))/", "is an Ansible file", "ansible"),
)
_FILLED_IN = {"terraform", "template", "ansible"}
"""Kinds of files that are rendered before Helm reads them, and so are not values even if they have their shape."""
_OBJECTS = {
    ("helm.cattle.io", "HelmChart"): ("is a k3s HelmChart", "own"),
    ("helm.cattle.io", "HelmChartConfig"): ("is a k3s HelmChartConfig", "own"),
    ("helm.crossplane.io", "Release"): ("is a Crossplane Release", "own"),
    ("fluxcd.controlplane.io", "ResourceSet"): ("is a ResourceSet, whose templates an operator fills in", "template"),
    ("fluxcd.controlplane.io", "ResourceSetInputProvider"): ("is a ResourceSet input", "template"),
}
"""Objects by group and kind."""
_NOT_VALUES = ", not a values file"
_REMEDIES = {
    "chart": "Name the chart's values file; move a dependency's version by hand, and run helm dependency update.",
    "schema": "Name the values file that it describes.",
    "helmfile": "Name the values files of one release in order (-f FILE -f FILE), and move its version by hand.",
    "compose": "Helm's values are in another file: name that one.",
    "ci": "Name the values files that it passes to Helm; move a chart version in it by hand.",
    "ansible": "Migrate its values in a separate file, and copy the result back; move the version by hand.",
    "terraform": "Migrate its values in a separate file, and move the version by hand.",
    "template": "Migrate the rendered file, and copy the changes by hand.",
    "own": "Migrate its values in a separate file, and copy the result back; move the version by hand.",
    "object": "Name the values files, or the object that embeds the values.",
    "kustomization": "Name the object or the values that it builds from.",
}


class EncryptedError(RefusedError):
    """A file encrypted by SOPS."""


def error_by_name(name: str) -> OutOfScopeError | None:
    """The error for a file that its name identifies; None if it does not."""
    return next((_error(name, what, remedy) for what, remedy in _names(name)), None)


def is_helmfile(name: str, data: Value) -> bool:
    """Whether a file is a helmfile, by its name or its shape."""
    return any(remedy == "helmfile" for _, remedy in (*_names(name), *_shapes(as_map(data))))


def _names(name: str) -> Iterator[tuple[str, str]]:
    """What a file is by its name and by the folders that it is in, each with the key of its remedy."""
    base, path = os.path.basename(name), os.path.abspath(name).replace(os.sep, "/")
    yield from ((what, remedy) for pattern, what, remedy in BY_NAME if re.fullmatch(pattern, base, re.IGNORECASE))
    yield from ((what, remedy) for pattern, what, remedy in _FOLDERS if re.search(pattern, path))


def is_rendered_first(name: str) -> bool:
    """Whether the file's name says that it is rendered before Helm reads it."""
    return not _FILLED_IN.isdisjoint(remedy for _, remedy in _names(name))


def error_by_shape(name: str, data: Value) -> OutOfScopeError | None:
    """The error for a document whose shape shows that it is not values; None if it may be."""
    if isinstance(data, list):
        items = [as_map(item) for item in data]
        is_patch = bool(items) and all({"op", "path"} <= item.keys() for item in items)
        if is_patch:
            return _error(name, "is a JSON 6902 patch, which a kustomization applies to objects", "kustomization")
        is_play = any(item.keys() & {"hosts", "tasks", "roles", "import_playbook"} for item in items)
        is_task = any("name" in item and any("helm" in key for key in item) for item in items)
        if is_play or is_task:
            return _error(name, "is an Ansible file", "ansible")
    if not isinstance(data, dict):
        what = "a list" if isinstance(data, list) else "a single value"
        return OutOfScopeError(f"has {what} at the top, but Helm values are a mapping.", path=name, line=1)
    return next((_error(name, what, remedy) for what, remedy in _shapes(data)), None)


def error_with_values(error: OutOfScopeError, place: str, line: int) -> OutOfScopeError:
    """The error for a file that nevertheless has values of these charts at that place."""
    what = error.message.removesuffix(".").removesuffix(_NOT_VALUES)
    remedy = _REMEDIES["own"] if error.remedy == _REMEDIES["object"] else error.remedy
    return OutOfScopeError(
        f"{what}, with values of these charts at {place}.", path=error.path, line=line, remedy=remedy
    )


def _shapes(values: Map) -> Iterator[tuple[str, str]]:
    version, kind = values.get("apiVersion"), values.get("kind")
    if isinstance(version, str) and isinstance(kind, str):
        yield _OBJECTS.get(
            (version.partition("/")[0], kind), (f"is a Kubernetes object of kind {kind}{_NOT_VALUES}", "object")
        )
    if isinstance(version, str) and "name" in values and "version" in values:
        yield "is the Chart.yaml of a chart", "chart"
    if "dependencies" in values and "digest" in values:
        yield "is the Chart.lock of a chart", "chart"
    releases = values.get("releases")
    if isinstance(releases, list) and any("chart" in as_map(item) for item in releases):
        yield "is a helmfile", "helmfile"
    services = [as_map(each) for each in as_map(values.get("services")).values()]
    if services and all(each.keys() & {"image", "build", "extends"} for each in services):
        yield "is a compose file", "compose"
    jobs = as_map(values.get("jobs"))
    has_steps = any(as_map(job).keys() & {"steps", "runs-on", "uses", "script", "docker"} for job in jobs.values())
    if has_steps or ("stages" in values and isinstance(values["stages"], list)):
        yield "is a CI file", "ci"
    if isinstance(values.get("$schema"), str) and "properties" in values:
        yield "is a JSON Schema", "schema"
    if isinstance(values.get("runtime"), (str, dict)) and "name" in values:
        yield "is a Pulumi file", "own"


def refuse_encrypted(name: str, data: Value) -> None:
    """Raise RefusedError for a file encrypted by SOPS: only sops can write it."""
    if not is_encrypted(data):
        return
    why = "whose checksum covers every value: an edit outside sops breaks the file"
    if covers_encrypted_only(data):
        why = "and only sops can decide which of the new values to encrypt"
    raise EncryptedError(
        f"is encrypted by SOPS, {why}.",
        path=name,
        remedy="Migrate a decrypted copy outside of Git (sops --decrypt FILE > COPY), and encrypt the result again; or "
        "leave it out (--exclude, or exclude: in the project file) if nothing in it concerns the upgrade.",
    )


def has_values(data: Value) -> bool:
    """Whether a document has the shape of these charts' values."""
    return roots.has_values(data) or bool(presets([data], None))


def unreadable_error(name: str, data: bytes, error: MigratorError) -> MigratorError:
    """The error for text that is not YAML: an unrelated file, one that its name identifies, or a broken file."""
    known: MigratorError | None = error_by_name(name)
    if known is None or known.remedy == _REMEDIES["kustomization"]:
        known = error  # kustomizations are edited, so a broken one is an error
    return known if mentions(name, data) else unrelated_error(name, known)


def unrelated_error(name: str, error: MigratorError | None = None) -> UnrelatedError:
    """The error for a file whose path and bytes have nothing to do with these charts."""
    if error is not None:
        return UnrelatedError(error.message, path=name, line=error.line, remedy=error.remedy)
    return UnrelatedError(
        "has nothing to do with these charts: it contains none of their keys, chart names or images.",
        path=name,
        line=1,
    )


def no_values_error(name: str) -> OutOfScopeError:
    """The error for a file that mentions these charts but has no recognisable values."""
    return OutOfScopeError(
        "mentions these charts, but has no values that can be recognised as theirs: nothing below infrahub "
        "(enterprise chart), no infrahubServer or similar key (community chart), nothing of prefect-server.",
        path=name,
        line=1,
        remedy="If it does have values, say which chart they are for with --chart, or where Prefect's are with --root; "
        "for overrides of a flavoured chart, give --from VERSION-FLAVOUR and --chart infrahub-enterprise.",
    )


def _error(name: str, what: str, remedy: str) -> OutOfScopeError:
    return OutOfScopeError(f"{what}.", path=name, remedy=_REMEDIES[remedy])
