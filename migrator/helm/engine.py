"""Helm behind one function: `render` runs the `helm` program, or else Helm's own engine from the library.

Neither is loaded before something is rendered.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import Any

from migrator.charts.archive import ChartError, Manifest, missing_dependencies_error, refuse_missing_chart
from migrator.errors import MigratorError, UsageError, VerificationError
from migrator.values.merge import lay_over

SECONDS = 120
"""How long the `helm` program may take; rendering contacts no cluster, and takes a second at most."""


class HelmMissing(MigratorError):
    """Neither a `helm` program nor the library is installed."""


class RenderError(VerificationError):
    """Helm, the chart or its schema rejects the values."""


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

    Raises HelmMissing if there is no Helm, ChartError for a chart that cannot be used, RenderError if the chart
    rejects the values, UsageError for a `kube_version` when only the library, which does not support it, is there.
    """
    name, space = release_name or "release-name", namespace or "default"
    refuse_missing_chart(chart_path)
    program = shutil.which("helm")
    if program is not None:
        texts = [_by_program(program, chart_path, values, name, space, kube_version)]
    else:
        if kube_version:
            raise UsageError(
                "--kube-version needs the helm program, and there is none on PATH.",
                remedy="Install helm, or omit the option.",
            )
        texts = _by_library(chart_path, values, name, space)
    return [manifest for text in texts for manifest in objects_in(text, f"{chart_path} (rendered)")]


def _by_program(
    program: str, chart_path: str, values: Sequence[bytes], name: str, namespace: str, kube_version: str
) -> str:
    import subprocess

    from migrator.helm import program as helm

    command = [program, "template", name, chart_path, "--namespace", namespace]
    if kube_version:
        command += ["--kube-version", kube_version]
    try:
        done = helm.run(command, values, SECONDS)
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"helm template did not finish within {SECONDS} s.", path=chart_path) from error
    except OSError as error:
        raise HelmMissing(f"{program} cannot be run: {error.strerror}.") from error
    if done.code:
        words = done.err.strip().removeprefix("Error: ") or f"helm template exited with {done.code}"
        for number, path in enumerate(done.paths, start=1):
            words = words.replace(path, "the values" if len(done.paths) == 1 else f"the values of layer {number}")
        raise _refused(words, chart_path)
    return done.out


def _by_library(chart_path: str, values: Sequence[bytes], name: str, namespace: str) -> list[str]:
    library = _library()
    try:
        with library.Chart.load(chart_path) as chart:
            _refuse_missing_dependencies(chart, chart_path)
            merged: dict[str, Any] = {}
            for text in values:
                merged = lay_over(merged, library.values_from_yaml(text.decode("utf-8-sig")))
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
    """Refuse them like the program, whatever their conditions say; the library would silently leave them out."""
    there = {str(each["name"]) for each in chart.dependencies}
    missing = [str(each["name"]) for each in chart.metadata.get("dependencies") or [] if each["name"] not in there]
    if missing:
        raise missing_dependencies_error(", ".join(missing), chart_path)


def _refused(words: str, chart_path: str) -> MigratorError:
    if "missing in charts/ directory: " in words:
        return missing_dependencies_error(words.rpartition("missing in charts/ directory: ")[2].strip(), chart_path)
    if "invalid kube version" in words:
        return UsageError(f"--kube-version: {' '.join(words.split())}.", remedy="Give it as 1.30 or 1.30.2.")
    if "Chart.yaml file is missing" in words or "unable to detect chart at" in words:
        return ChartError("no chart could be loaded: Chart.yaml file is missing.", path=chart_path)
    return RenderError(f"Helm refuses the values on this chart: {' '.join(words.split())}", path=chart_path)


def objects_in(text: str, name: str) -> list[Manifest]:
    """The objects in the output of a template, split as Helm does before it parses them.

    Each text is trimmed and split at lines that begin with ---, whatever follows: templates write `---# Source` and
    indent the first line, which no YAML parser accepts (SplitManifests in pkg/release/v1/util/manifest.go of Helm).
    """
    from migrator import yamltext

    found: list[Manifest] = []
    for part in re.split(r"(?:^|\s*\n)---\s*", text.strip()):
        if part.strip():
            documents = yamltext.parse(part.encode(), name).documents
            found += [document.data for document in documents if isinstance(document.data, dict)]
    return found
