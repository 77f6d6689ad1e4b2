"""Helm behind one function: `render` asks the `helm` program, or else Helm's own engine from the library.

Nothing of either is loaded before something is rendered.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from migrator.errors import InputError, MigratorError, UsageError, VerificationError
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map, merge

Manifest = dict[str, Value]

SECONDS = 120
"""How long the `helm` program may take; rendering contacts no cluster, and takes a second at most."""


class HelmMissing(MigratorError):
    """Neither a `helm` program nor the library is installed."""


class ChartError(InputError):
    """A chart that cannot be loaded, or whose dependencies are not unpacked beside it."""


class RenderError(VerificationError):
    """Helm, the chart or its schema refuses the values."""


def render(
    chart_path: str,
    values: Sequence[bytes],
    *,
    release_name: str = "",
    namespace: str = "",
    kube_version: str = "",
) -> list[Manifest]:
    """The objects that Helm would send to the cluster: templates and hooks, in Helm's order.

    `chart_path` is a chart's directory or archive; `values` are the texts of the values files in the order of `-f`,
    each as Helm reads it. An empty `kube_version` leaves Helm's own default.

    Raises HelmMissing where there is no Helm, ChartError for a chart that cannot be used, RenderError where the chart
    refuses the values, UsageError for a `kube_version` that only the program could take into account.
    """
    name, space = release_name or "release-name", namespace or "default"
    _refuse_nothing(chart_path)
    program = shutil.which("helm")
    if program is not None:
        texts = [_by_program(program, chart_path, values, name, space, kube_version)]
    else:
        if kube_version:
            raise UsageError(
                "--kube-version is taken into account by the helm program only, and there is none on PATH.",
                remedy="Install helm, or leave the option out.",
            )
        texts = _by_library(chart_path, values, name, space)
    return [manifest for text in texts for manifest in _objects(text, chart_path)]


def _by_program(
    program: str, chart_path: str, values: Sequence[bytes], name: str, namespace: str, kube_version: str
) -> str:
    import subprocess
    import tempfile

    # Values hold passwords: the folder is readable by its owner only.
    with tempfile.TemporaryDirectory(prefix="infrahub-migrator-") as folder:
        command = [program, "template", name, chart_path, "--namespace", namespace]
        for number, text in enumerate(values):
            path = os.path.join(folder, f"values-{number}.yaml")
            with open(path, "wb") as file:
                file.write(text)
            command += ["--values", path]
        if kube_version:
            command += ["--kube-version", kube_version]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"helm template did not end within {SECONDS} s.", path=chart_path) from error
        except OSError as error:
            raise HelmMissing(f"{program} cannot be run: {error.strerror}.") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise _refused(words.removeprefix("Error: ") or f"helm template ended with {done.returncode}", chart_path)
    return done.stdout.decode("utf-8", "replace")


def _by_library(chart_path: str, values: Sequence[bytes], name: str, namespace: str) -> list[str]:
    library = _library()
    try:
        with library.Chart.load(chart_path) as chart:
            _refuse_missing_dependencies(chart, chart_path)
            merged: dict[str, Any] = {}
            for text in values:
                _lay_over(merged, library.values_from_yaml(text.decode("utf-8-sig")))
            rendered = chart.render(merged, name=name, namespace=namespace, is_install=True)
    except library.HelmChartLoadError as error:
        raise ChartError(f"no chart could be loaded: {error}.", path=chart_path) from error
    except (library.HelmError, UnicodeDecodeError) as error:
        raise _refused(str(error), chart_path) from error
    return [text for path, text in rendered.items() if not path.endswith("/NOTES.txt")]


def _library() -> Any:
    try:
        import helm_python  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise HelmMissing(
            "rendering a chart needs Helm, and there is neither a helm program on PATH nor the library.",
            remedy="Install helm (https://helm.sh/docs/intro/install), or: pip install 'infrahub-migrator[helm]'",
        ) from error
    return helm_python


def _refuse_missing_dependencies(chart: Any, chart_path: str) -> None:
    """As the program does, whatever their conditions say; the library would leave them out without a word."""
    there = {str(each["name"]) for each in chart.dependencies}
    missing = [str(each["name"]) for each in chart.metadata.get("dependencies") or [] if each["name"] not in there]
    if missing:
        raise without_dependencies(", ".join(missing), chart_path)


def _lay_over(below: dict[str, Any], above: dict[str, Any]) -> None:
    """Lay one values file over those before it, as `-f` does: nulls stay, and remove the chart's defaults later."""
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            _lay_over(under, value)
        else:
            below[key] = value


def without_dependencies(names: str, chart_path: str) -> ChartError:
    """The error for a chart that lacks charts which it wraps."""
    return ChartError(
        f"the chart's dependencies are not unpacked in its charts/ folder: {names}.",
        path=chart_path,
        remedy="Run `helm dependency build` there, or `helm pull --untar` the published chart.",
    )


def _refused(words: str, chart_path: str) -> MigratorError:
    if "missing in charts/ directory: " in words:
        return without_dependencies(words.rpartition("missing in charts/ directory: ")[2].strip(), chart_path)
    if "invalid kube version" in words:
        return UsageError(f"--kube-version: {' '.join(words.split())}.", remedy="Give it as 1.30 or 1.30.2.")
    if "Chart.yaml file is missing" in words or "unable to detect chart at" in words:
        return ChartError("no chart could be loaded: Chart.yaml file is missing.", path=chart_path)
    return RenderError(f"Helm refuses the values on this chart: {' '.join(words.split())}", path=chart_path)


def _objects(text: str, chart_path: str) -> list[Manifest]:
    from migrator import yamltext

    documents = yamltext.parse(text.encode(), f"{chart_path} (rendered)").documents
    return [document.data for document in documents if isinstance(document.data, dict)]


def own_metadata(chart_path: str) -> Manifest:
    """What the chart's Chart.yaml says. Raises ChartError for what is no chart."""
    return as_map(_yaml(_own_files(chart_path)["Chart.yaml"], chart_path))


def own_values(chart_path: str) -> Manifest:
    """The chart's own values, with those of its unpacked or packed dependencies below them, under their names.

    Raises ChartError for what is no chart.
    """
    return _values_of(_own_files(chart_path), chart_path)


def missing_dependencies(chart_path: str) -> list[Route]:
    """Where the charts belong that this one wraps, at any depth, and that are not there; Helm looks at its own only.

    Raises ChartError for what is no chart.
    """
    return list(_missing_in(_own_files(chart_path), chart_path, ()))


def _missing_in(files: dict[str, bytes], chart_path: str, route: Route) -> Iterator[Route]:
    names = _names_of_dependencies(files, chart_path)
    there = set()
    for inner in _charts_in(files, chart_path):
        if "Chart.yaml" in inner:
            name = str(as_map(_yaml(inner["Chart.yaml"], chart_path)).get("name"))
            there.add(name)
            yield from _missing_in(inner, chart_path, (*route, names.get(name, name)))
    yield from ((*route, below) for name, below in names.items() if name not in there)


def _names_of_dependencies(files: dict[str, bytes], chart_path: str) -> dict[str, str]:
    """Under which key the values of each chart stand that this one names as a dependency."""
    dependencies = as_map(_yaml(files["Chart.yaml"], chart_path)).get("dependencies")
    listed = [as_map(each) for each in dependencies] if isinstance(dependencies, list) else []
    return {str(each.get("name")): str(each.get("alias") or each.get("name")) for each in listed}


def _refuse_nothing(chart_path: str) -> None:
    if not os.path.exists(chart_path):
        raise ChartError("there is no chart here.", path=chart_path, remedy="Name a chart's directory or .tgz.")


def _own_files(chart_path: str) -> dict[str, bytes]:
    _refuse_nothing(chart_path)
    files = dict(_files_below(chart_path)) if os.path.isdir(chart_path) else _files_in_archive(chart_path)
    if "Chart.yaml" not in files:
        raise ChartError("no chart could be loaded: Chart.yaml file is missing.", path=chart_path)
    return files


def _values_of(files: dict[str, bytes], chart_path: str) -> Manifest:
    """The values of a chart whose files these are, by their path below it."""
    merged: Manifest = {}
    names = _names_of_dependencies(files, chart_path)
    for inner in _charts_in(files, chart_path):
        if "Chart.yaml" in inner:
            name = str(as_map(_yaml(inner["Chart.yaml"], chart_path)).get("name"))
            merged[names.get(name, name)] = _values_of(inner, chart_path)
    return merge(merged, as_map(_yaml(files.get("values.yaml", b""), chart_path)))


def _charts_in(files: dict[str, bytes], chart_path: str) -> list[dict[str, bytes]]:
    """The files of each dependency, by their path below it."""
    found: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        parts = path.split("/", 2)
        if parts[0] == "charts" and len(parts) == 3:
            found.setdefault(parts[1], {})[parts[2]] = data
        elif parts[0] == "charts" and path.endswith(".tgz"):
            found[parts[1]] = _files_in_archive(chart_path, data)
    return list(found.values())


def _files_below(folder: str) -> list[tuple[str, bytes]]:
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if _counts(name) and os.path.isfile(path):
                with open(path, "rb") as file:
                    found.append((os.path.relpath(path, folder).replace(os.sep, "/"), file.read()))
    return found


def _files_in_archive(path: str, data: bytes | None = None) -> dict[str, bytes]:
    """The files of a packed chart: everything in it stands below one folder of the chart's name."""
    import io
    import tarfile

    try:
        with tarfile.open(
            path if data is None else None, "r:gz", None if data is None else io.BytesIO(data)
        ) as archive:
            members = [each for each in archive.getmembers() if each.isfile() and _counts(each.name)]
            files = {each.name.partition("/")[2]: archive.extractfile(each) for each in members}
            return {name: file.read() for name, file in files.items() if file is not None}
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ChartError(f"no chart could be loaded: {error}.", path=path) from error


def _counts(name: str) -> bool:
    return os.path.basename(name) in ("Chart.yaml", "values.yaml") or name.endswith(".tgz")


def _yaml(data: bytes, chart_path: str) -> Value:
    from migrator import yamltext

    return yamltext.parse(data, chart_path).documents[0].data
