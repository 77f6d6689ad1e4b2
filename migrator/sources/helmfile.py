"""What a helmfile says about its releases: chart, version, namespace, and the values files in order.

A helmfile is not edited. `init` takes from it what a directory does not show, and for values files it is evidence of
which version runs and where that is set. Only plain text counts: what a template, an environment or another helmfile
would fill in is ignored.
Source: https://helmfile.readthedocs.io/en/latest/configuration/ (`bases`, `defaultInherit` and `inherit` add values
from elsewhere, and a values file that ends in .gotmpl is a template; paths are relative to the helmfile's folder).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from migrator.charts.ranges import is_range
from migrator.charts.versions import CHARTS, FLAVOURS, parse
from migrator.errors import MigratorError
from migrator.sources import foreign
from migrator.sources.bundle import Bundle, ChartVersion, chart_name, left_open
from migrator.sources.memory import once
from migrator.sources.source import Source, read
from migrator.values.changes import Notice
from migrator.values.edits import Value
from migrator.values.merge import as_list, as_map, as_text

_ADDING_VALUES = ("inherit", "set", "setString", "setTemplate", "valuesTemplate", "valuesPathPrefix")
"""Keys of a release that add other values, or change where its files are looked up; `secrets` override them."""
_INHERITING = ("bases", "defaultInherit")


class Told(NamedTuple):
    """A release of these charts in a helmfile; a field is empty if the helmfile does not give it as plain text.

    `layers` are the values files that it names, relative to the current directory, and `is_whole` is whether these are
    all of its values files. `path` is the helmfile, `line` the line of the release, `text` its version as written, and
    `place` the FILE:LINE of that version.
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


def with_entry(bundle: Bundle, path: str) -> Bundle:
    """The release with what the helmfile says about it, if that lists its uppermost file as the last of one release."""
    told = _entry_of(bundle.uppermost.name, path)
    if told is None:
        return bundle
    unmovable = left_open(told.text)
    if told.version or unmovable:
        unmovable = f"{told.place}: {unmovable}" if unmovable else ""
        version = ChartVersion(told.chart, told.text, (), unmovable, elsewhere=told.place)
        bundle = bundle._replace(version=version)
    named = {os.path.realpath(layer.name) for layer in bundle.layers if not layer.is_typed}
    if told.is_whole and any(os.path.realpath(each) not in named for each in told.layers):
        text = f"{told.path}:{told.line} lists it over other files: name them all (-f {' -f '.join(told.layers)})."
        bundle = bundle._replace(notices=(*bundle.notices, Notice(text, "warning")))
    return bundle._replace(
        release_name=told.name, namespace=told.namespace, helmfile=told.path if told.name and told.namespace else ""
    )


def _entry_of(values: str, path: str) -> Told | None:
    """The only release of the helmfile whose last values file this is."""
    told = once("releases of a helmfile", path, lambda: releases(path))
    real_path = os.path.realpath(values)
    found = [each for each in told if each.layers and os.path.realpath(each.layers[-1]) == real_path]
    return found[0] if len(found) == 1 else None


def releases(path: str) -> list[Told]:
    """The releases of these charts that the file installs, without rendering it; empty if it is not a helmfile."""
    try:
        source = read(path)
    except MigratorError:
        return []
    return list(_releases(source)) if foreign.is_helmfile(path, source.data) else []


def _releases(source: Source) -> Iterator[Told]:
    inherits_nothing = not any(as_map(each.data).get(key) for each in source.stream.documents for key in _INHERITING)
    for document in source.stream.documents:
        for number, item in enumerate(map(as_map, as_list(as_map(document.data).get("releases")))):
            chart = chart_name(_plain(item.get("chart")))
            if chart not in CHARTS:
                continue
            layers = [_file(os.path.dirname(source.name), each) for each in as_list(item.get("values"))]
            brings_more = any(item.get(key) for key in _ADDING_VALUES)
            version = ["version"] if "version" in item else []
            yield Told(
                name=_plain(item.get("name")),
                chart=chart,
                version=_version(_plain(item.get("version"))),
                namespace=_plain(item.get("namespace")),
                layers=tuple(filter(None, layers)),
                is_whole=inherits_nothing and bool(layers) and all(layers) and not brings_more,
                path=source.name,
                line=document.line(("releases", number)),
                text=as_text(item.get("version")),
                place=f"{source.name}:{document.line(('releases', number, *version))}",
            )


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


def _file(folder: str, value: Value) -> str:
    """The path of this values file; empty for inline values, addresses, and templates."""
    name = _plain(value)
    path = os.path.normpath(os.path.join(folder, name))
    is_values = name.endswith((".yaml", ".yml")) and not os.path.isabs(name)
    return path if is_values and os.path.isfile(path) else ""
