"""What a helmfile says of its releases: chart, version, namespace, and the values files in their order.

A helmfile is not edited here. `init` takes from it what a directory cannot say, and for values files it is evidence of
what runs and where that stands, as far as it is plain text: what a template, an environment or another helmfile would
fill in is left out.
Source: https://helmfile.readthedocs.io/en/latest/configuration/ (`bases`, `defaultInherit` and `inherit` bring values
of elsewhere, and a values file that ends in .gotmpl is a template; paths are seen from the helmfile's own folder).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from migrator.charts.ranges import is_range
from migrator.charts.versions import CHARTS, FLAVOURS, parse
from migrator.errors import MigratorError
from migrator.sources import foreign, repository
from migrator.sources.bundle import Bundle, ChartVersion, chart_name, left_open
from migrator.sources.memory import once
from migrator.sources.source import Source, read
from migrator.values.changes import Notice
from migrator.values.edits import Value
from migrator.values.merge import as_list, as_map, as_text

_BESIDE = ("inherit", "set", "setString", "setTemplate", "valuesTemplate", "valuesPathPrefix")
"""Keys of a release that bring values besides, or change where its files are looked for; `secrets` lie over them."""
_AROUND = ("bases", "defaultInherit")
_NAMES = ("helmfile.yaml", "helmfile.yml")


class Told(NamedTuple):
    """A release of these charts in a helmfile; empty texts are what it does not say in plain words.

    `layers` are the values files that it names, from the current directory, and `is_whole` is whether these are all the
    values files there are. The helmfile stands at `path`, the release in it on `line`, and its version, as `text`, at
    `place`.
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


def above(bundle: Bundle) -> Bundle:
    """The release with what a helmfile says of it that names its uppermost file for one release, and for no other."""
    files = [layer for layer in bundle.layers if not layer.is_typed]
    told = _of(files[-1].name)
    if told is None:
        return bundle
    unmovable = left_open(told.text)
    if told.version or unmovable:
        unmovable = f"{told.place}: {unmovable}" if unmovable else ""
        version = ChartVersion(told.chart, told.text, (), unmovable, elsewhere=told.place)
        bundle = bundle._replace(version=version)
    named = {os.path.realpath(each.name) for each in files}
    if told.is_whole and any(os.path.realpath(each) not in named for each in told.layers):
        text = f"{told.path}:{told.line} lists it over other files: name them all (-f {' -f '.join(told.layers)})."
        bundle = bundle._replace(notices=(*bundle.notices, Notice(text, "warning")))
    return bundle._replace(
        release_name=told.name, namespace=told.namespace, helmfile=told.path if told.name and told.namespace else ""
    )


def _of(path: str) -> Told | None:
    """The one release of which the file is the uppermost one, in the nearest helmfile of its folder or above."""
    folder = os.path.dirname(os.path.realpath(path))
    nearest = once("helmfile", folder, lambda: _nearest(folder))
    told = once("releases of a helmfile", nearest, lambda: releases(nearest)) if nearest else []
    itself = os.path.realpath(path)
    found = [each for each in told if each.layers and os.path.realpath(each.layers[-1]) == itself]
    return found[0] if len(found) == 1 else None


def _nearest(folder: str) -> str:
    """The nearest helmfile from the folder up to the repository's root; without a repository, in the folder."""
    paths = (os.path.join(each, name) for each in repository.within(folder) or [folder] for name in _NAMES)
    found = next(filter(os.path.isfile, paths), "")
    try:
        return os.path.relpath(found) if found else ""
    except ValueError:  # from one drive of Windows no path leads to another
        return found


def releases(path: str) -> list[Told]:
    """The releases of these charts that the file installs, as far as it needs no rendering; none of what is none."""
    try:
        source = read(path)
    except MigratorError:
        return []
    return list(_releases(source)) if foreign.is_helmfile(path, source.data) else []


def _releases(source: Source) -> Iterator[Told]:
    is_apart = not any(as_map(each.data).get(key) for each in source.stream.documents for key in _AROUND)
    for document in source.stream.documents:
        for number, item in enumerate(map(as_map, as_list(as_map(document.data).get("releases")))):
            chart = chart_name(_plain(item.get("chart")))
            if chart not in CHARTS:
                continue
            layers = [_file(os.path.dirname(source.name), each) for each in as_list(item.get("values"))]
            brings_more = any(item.get(key) for key in _BESIDE)
            version = ["version"] if "version" in item else []
            yield Told(
                name=_plain(item.get("name")),
                chart=chart,
                version=_version(_plain(item.get("version"))),
                namespace=_plain(item.get("namespace")),
                layers=tuple(filter(None, layers)),
                is_whole=is_apart and bool(layers) and all(layers) and not brings_more,
                path=source.name,
                line=document.line(("releases", number)),
                text=as_text(item.get("version")),
                place=f"{source.name}:{document.line(('releases', number, *version))}",
            )


def _plain(value: Value) -> str:
    """The text, unless a template is to fill it in."""
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
    """The path of a values file that stands here; empty for values in the helmfile, addresses, and templates."""
    name = _plain(value)
    path = os.path.normpath(os.path.join(folder, name))
    is_values = name.endswith((".yaml", ".yml")) and not os.path.isabs(name)
    return path if is_values and os.path.isfile(path) else ""
