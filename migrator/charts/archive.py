"""A chart's own files, from a folder or an archive: its values, its metadata and the charts it depends on."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from migrator.errors import InputError
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map, merge

Manifest = dict[str, Value]

LARGEST = 100 * 1024 * 1024
"""Charts with more bytes are refused, as Helm does by default: the sum of an archive's entries, or of a folder's files
(MaxDecompressedChartSize, pkg/chart/loader/archive/archive.go and budget.go of helm/helm; its limit of 5 MiB for a
single file was removed there). Of a folder, only metadata, values and packed charts are read."""

_LARGEST_STREAM = 2 * LARGEST
"""Bytes that all archives of a chart may unpack to, nested ones included. Helm counts each archive separately, and only
its entries: a thousand small ones, or a name of a gigabyte, would take minutes and fill the memory."""


class ChartError(InputError):
    """A chart that cannot be loaded, or whose dependencies are not next to it."""


def missing_dependencies_error(names: str, chart_path: str) -> ChartError:
    """The error for a chart without the charts that it wraps."""
    return ChartError(
        f"the chart's dependencies are not unpacked in its charts/ folder: {names}.",
        path=chart_path,
        remedy="Run `helm dependency build` there, or `helm pull --untar` the published chart.",
    )


def own_metadata(chart_path: str) -> Manifest:
    """The contents of the chart's Chart.yaml. Raises ChartError if it is not a chart."""
    return as_map(_yaml(_own_files(chart_path)["Chart.yaml"], chart_path))


def own_values(chart_path: str) -> Manifest:
    """The chart's own values over those of its unpacked or packed dependencies, which are under their names.

    Raises ChartError if it is not a chart.
    """
    return _values_of(_own_files(chart_path), chart_path)


def missing_dependencies(chart_path: str) -> list[Route]:
    """The paths of the missing charts that this one wraps, at any depth; Helm checks only its direct dependencies.

    Raises ChartError if it is not a chart.
    """
    return list(_missing_in(_own_files(chart_path), chart_path, ()))


def _missing_in(files: dict[str, bytes], chart_path: str, route: Route) -> Iterator[Route]:
    names = _dependency_names(files, chart_path)
    there = set()
    for inner in _charts_in(files):
        if "Chart.yaml" in inner:
            name = str(as_map(_yaml(inner["Chart.yaml"], chart_path)).get("name"))
            there.add(name)
            yield from _missing_in(inner, chart_path, (*route, names.get(name, name)))
    yield from ((*route, below) for name, below in names.items() if name not in there)


def _dependency_names(files: dict[str, bytes], chart_path: str) -> dict[str, str]:
    """The key for the values of each chart that this one names as a dependency."""
    dependencies = as_map(_yaml(files["Chart.yaml"], chart_path)).get("dependencies")
    listed = [as_map(each) for each in dependencies] if isinstance(dependencies, list) else []
    return {str(each.get("name")): str(each.get("alias") or each.get("name")) for each in listed}


def refuse_missing_chart(chart_path: str) -> None:
    """Raise ChartError if there is no such path."""
    if not os.path.exists(chart_path):
        raise ChartError("there is no chart here.", path=chart_path, remedy="Name a chart's directory or .tgz.")


def _own_files(chart_path: str) -> dict[str, bytes]:
    """The relevant files of a chart, by path; those of a packed chart in it are below the archive's path."""
    refuse_missing_chart(chart_path)
    read = _files_below if os.path.isdir(chart_path) else _files_in_archive
    files = dict(read(chart_path))
    if "Chart.yaml" not in files:
        raise ChartError("no chart could be loaded: Chart.yaml file is missing.", path=chart_path)
    return files


def _values_of(files: dict[str, bytes], chart_path: str) -> Manifest:
    """The values of the chart with these files, which are by their path in it."""
    merged: Manifest = {}
    names = _dependency_names(files, chart_path)
    for inner in _charts_in(files):
        if "Chart.yaml" in inner:
            name = str(as_map(_yaml(inner["Chart.yaml"], chart_path)).get("name"))
            merged[names.get(name, name)] = _values_of(inner, chart_path)
    return merge(merged, as_map(_yaml(files.get("values.yaml", b""), chart_path)))


def _charts_in(files: dict[str, bytes]) -> list[dict[str, bytes]]:
    """The files of each dependency, by their path in it."""
    found: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        parts = path.split("/", 2)
        if parts[0] == "charts" and len(parts) == 3:
            found.setdefault(parts[1], {})[parts[2]] = data
    return list(found.values())


class _Unpacked:
    """A stream that is unpacked while it is read, and raises ChartError when it becomes too large."""

    def __init__(self, packed: BinaryIO, left: list[int], path: str) -> None:

        self._stream = gzip.GzipFile(fileobj=packed)
        self._left = left
        self._path = path

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left[0] -= len(data)
        if self._left[0] < 0:
            raise _too_large(_LARGEST_STREAM, self._path)
        return data


def _too_large(bound: int, path: str) -> ChartError:
    return ChartError(f"is more than {bound // 1024 // 1024} MiB unpacked, too large for a chart.", path=path)


def _files_below(folder: str) -> Iterator[tuple[str, bytes]]:
    read = 0
    left = [_LARGEST_STREAM]
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if _counts(name) and os.path.isfile(path):
                with open(path, "rb") as file:
                    data = file.read(LARGEST - read + 1)
                read += len(data)
                if read > LARGEST:
                    raise _too_large(LARGEST, folder)
                yield from _with_packed(os.path.relpath(path, folder).replace(os.sep, "/"), data, left, folder)


def _files_in_archive(path: str) -> Iterator[tuple[str, bytes]]:
    try:
        with open(path, "rb") as packed:
            yield from _members(packed, [_LARGEST_STREAM], path)
    except OSError as error:
        raise _not_loaded(error, path) from error


def _with_packed(name: str, data: bytes, left: list[int], path: str) -> Iterator[tuple[str, bytes]]:
    """A file, or the files of the packed chart that it is, below its name."""

    if not name.endswith(".tgz"):
        yield name, data
    elif name.split("/")[-2:-1] == ["charts"]:
        for inner, contents in _members(io.BytesIO(data), left, path):
            yield f"{name}/{inner}", contents


def _members(packed: BinaryIO, left: list[int], path: str) -> Iterator[tuple[str, bytes]]:
    """The relevant files of a packed chart: everything in it is in one folder with the chart's name."""
    import tarfile
    from typing import IO, cast

    unpacked = 0
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", _Unpacked(packed, left, path)), mode="r|") as archive:
            for member in archive:  # one at a time: the size is known before the contents are unpacked
                unpacked += member.size
                if unpacked > LARGEST:
                    raise _too_large(LARGEST, path)
                if member.isfile() and _counts(member.name):
                    file = archive.extractfile(member)
                    if file is not None:
                        yield from _with_packed(member.name.partition("/")[2], file.read(), left, path)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _not_loaded(error, path) from error


def _not_loaded(error: Exception, path: str) -> ChartError:
    return ChartError(f"no chart could be loaded: {error}.", path=path)


def _counts(name: str) -> bool:
    return os.path.basename(name) in ("Chart.yaml", "values.yaml") or name.endswith(".tgz")


def _yaml(data: bytes, chart_path: str) -> Value:
    from migrator import yamltext

    return yamltext.parse(data, chart_path).documents[0].data
