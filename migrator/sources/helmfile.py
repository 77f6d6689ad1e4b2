"""What a helmfile says about its releases: chart, version, namespace, and the values files in order.

A helmfile is not edited. `init` takes from it what a directory does not show, and for values files it is evidence of
which version runs and where that is set. Only plain text counts: what a template, an environment or another helmfile
would fill in is ignored, and other values of a release are reported as unread.
Sources: https://helmfile.readthedocs.io/en/latest/configuration/ (`bases`, `defaultInherit` and `inherit` add values
from elsewhere, and a values file that ends in .gotmpl is a template; paths are relative to the helmfile's folder);
pkg/state/state.go of helmfile/helmfile (ApplyOverrides: a `namespace` at the top beats a release's own).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.charts.ranges import is_range
from migrator.charts.versions import CHARTS, FLAVOURS, parse
from migrator.errors import MigratorError
from migrator.sources import foreign
from migrator.sources.bundle import Bundle, Helmfile, ReleaseChart, chart_name, open_version_reason
from migrator.sources.memory import once
from migrator.sources.source import Source, read
from migrator.values.changes import Notice
from migrator.values.edits import Value
from migrator.values.merge import Map, as_list, as_map, as_text

_ADDING_VALUES = ("inherit", "set", "setString", "setTemplate", "valuesTemplate", "valuesPathPrefix")
"""Keys of a release that add other values, or change where its files are looked up; `secrets` override all of them."""
_INHERITING = ("bases", "defaultInherit")


class HelmfileRelease(NamedTuple):
    """A release of these charts in a helmfile; a field is empty if the helmfile does not give it as plain text.

    `layers` are the values files that it names, relative to the current directory, and `is_whole` is whether these are
    all of its values files; `unread` are the places of its other values, and `secrets` its encrypted files. `path` is
    the helmfile, `line` the line of the release, `text` its version as written, and `place` the FILE:LINE of that
    version. `folder` is the chart as written if it is a folder, and `labels` select the release.
    """

    name: str
    chart: str
    version: str
    namespace: str
    layers: tuple[str, ...]
    is_whole: bool
    path: str
    line: int
    text: str = ""
    place: str = ""
    folder: str = ""
    unread: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    labels: str = ""


def with_entry(bundle: Bundle, path: str) -> Bundle:
    """The release with what the helmfile says about it, if that lists its uppermost file as the last of one release."""
    entry = _entry_of(bundle.uppermost.name, path)
    if entry is None:
        return bundle
    unmovable = open_version_reason(entry.text)
    if entry.folder:  # Helm then ignores a version
        unmovable = f"its chart is the folder {entry.folder}: update that in the same change"
    if entry.version or unmovable:
        unmovable = f"{entry.place}: {unmovable}" if unmovable else ""
        version = ReleaseChart(entry.chart, entry.text, (), unmovable, elsewhere=entry.place)
        bundle = bundle._replace(version=version)
    named = {os.path.realpath(layer.name) for layer in bundle.layers if not layer.is_typed}
    if entry.is_whole and any(os.path.realpath(each) not in named for each in entry.layers):
        text = f"{entry.path}:{entry.line} lists it over other files: name them all (-f {' -f '.join(entry.layers)})."
        bundle = bundle._replace(notices=(*bundle.notices, Notice(text, "warning")))
    if entry.unread:
        text = (
            f"{entry.path}:{entry.line} gives this release values that are not read here, too: "
            f"{', '.join(entry.unread)}. "
            "If they hold values of Prefect or Infrahub, move those into a values file, and name it with -f as well."
        )
        bundle = bundle._replace(notices=(*bundle.notices, Notice(text, "warning")))
    helmfile = Helmfile(entry.path, entry.labels, entry.folder, entry.secrets)
    return bundle._replace(release_name=entry.name, namespace=entry.namespace, helmfile=helmfile)


def _entry_of(values: str, path: str) -> HelmfileRelease | None:
    """The only release of the helmfile whose last values file this is."""
    entries = once("releases of a helmfile", path, lambda: releases(path))
    real_path = os.path.realpath(values)
    found = [each for each in entries if each.layers and os.path.realpath(each.layers[-1]) == real_path]
    return found[0] if len(found) == 1 else None


def releases(path: str) -> list[HelmfileRelease]:
    """The releases of these charts that the file installs, without rendering it; empty if it is not a helmfile."""
    try:
        source = read(path)
    except MigratorError:
        return []
    return list(_releases(source)) if foreign.is_helmfile(path, source.data) else []


def _releases(source: Source) -> Iterator[HelmfileRelease]:
    inherits_nothing = not any(as_map(each.data).get(key) for each in source.stream.documents for key in _INHERITING)
    for document in source.stream.documents:
        for number, item in enumerate(map(as_map, as_list(as_map(document.data).get("releases")))):
            chart = chart_name(_plain(item.get("chart")))
            if chart not in CHARTS or item.get("installed") is False:
                continue
            home = os.path.dirname(source.name)
            layers = [_file(home, each) for each in as_list(item.get("values"))]
            folder = _folder(home, item.get("chart"))
            unread = tuple(_unread(item, layers))
            version = ["version"] if "version" in item else []
            over_all = as_map(document.data).get("namespace")
            name, namespace = _plain(item.get("name")), _plain(over_all or item.get("namespace"))
            # Whether the label has the namespace of the whole helmfile depends on Helmfile's version.
            labels = f"name={name}" if over_all else f"name={name},namespace={namespace}"
            yield HelmfileRelease(
                name=name,
                chart=chart,
                version="" if folder else _version(_plain(item.get("version"))),
                namespace=namespace,
                layers=tuple(filter(None, layers)),
                is_whole=inherits_nothing and bool(layers) and not unread,
                path=source.name,
                line=document.line(("releases", number)),
                text="" if folder else as_text(item.get("version")),
                place=f"{source.name}:{document.line(('releases', number, *version))}",
                folder=folder,
                unread=unread,
                secrets=tuple(filter(None, (_file(home, each) for each in as_list(item.get("secrets"))))),
                labels=labels if name and namespace else "",
            )


def _unread(item: Map, layers: Sequence[str]) -> Iterator[str]:
    """The places of values in a release that are in none of its plain values files, given with the files found."""
    for number, (value, path) in enumerate(zip(as_list(item.get("values")), layers)):
        if not path:
            text = as_text(value)
            yield f"values[{number}]" + (f" ({text})" if text.isprintable() and text else "")
    yield from (key for key in _ADDING_VALUES if item.get(key))


def _plain(value: Value) -> str:
    """The text; empty if it is a template expression or not printable."""
    text = as_text(value)
    return "" if "{{" in text or not text.isprintable() else text


def _version(text: str) -> str:
    if not text or is_range(text):
        return ""
    try:
        flavour = parse(text).flavour
    except MigratorError:
        return ""
    return text if flavour in ("", *FLAVOURS) else ""


def _folder(home: str, chart: Value) -> str:
    """The chart as written if it is a folder next to the helmfile or elsewhere on this machine; otherwise empty."""
    name = _plain(chart)
    is_path = name.startswith((".", "/")) or os.path.isdir(os.path.join(home, name))
    return name if is_path else ""


def _file(folder: str, value: Value) -> str:
    """The path of this values file; empty for inline values, addresses, and templates."""
    name = _plain(value)
    path = os.path.normpath(os.path.join(folder, name))
    is_values = name.endswith((".yaml", ".yml")) and not os.path.isabs(name)
    return path if is_values and os.path.isfile(path) else ""
