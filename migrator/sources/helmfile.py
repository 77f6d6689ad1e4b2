"""What a helmfile says of its releases: chart, version, namespace, and the values files in their order.

A helmfile is not edited here. `init` takes from it what a directory cannot say, as far as it stands there in plain
text: what a template, an environment or another helmfile would fill in is left out.
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
from migrator.sources import foreign
from migrator.sources.bundle import chart_name
from migrator.sources.source import Source, read
from migrator.values.edits import Value
from migrator.values.merge import Map, as_list, as_map, as_text

_BESIDE = ("inherit", "secrets", "set", "setString", "setTemplate", "valuesTemplate", "valuesPathPrefix")
"""Keys of a release that bring values besides, or change where its files are looked for."""
_AROUND = ("bases", "defaultInherit")


class Told(NamedTuple):
    """A release of these charts in a helmfile; empty texts are what it does not say in plain words.

    `layers` are the values files that it names, from the current directory, and `is_whole` is whether these are all the
    values there are. The helmfile stands at `path`, and the release in it on `line`.
    """

    name: str
    chart: str
    version: str
    namespace: str
    layers: tuple[str, ...]
    is_whole: bool
    path: str
    line: int


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
        for number, item in enumerate(as_list(as_map(document.data).get("releases"))):
            told = as_map(item)
            chart = chart_name(_plain(told.get("chart")))
            if chart in CHARTS:
                line = document.line(("releases", number))
                found = _release(source.name, line, chart, told)
                yield found._replace(is_whole=found.is_whole and is_apart)


def _release(path: str, line: int, chart: str, told: Map) -> Told:
    layers = [_file(os.path.dirname(path), each) for each in as_list(told.get("values"))]
    is_whole = bool(layers) and all(layers) and not any(told.get(key) for key in _BESIDE)
    return Told(
        _plain(told.get("name")),
        chart,
        _version(_plain(told.get("version"))),
        _plain(told.get("namespace")),
        tuple(filter(None, layers)),
        is_whole,
        path,
        line,
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
