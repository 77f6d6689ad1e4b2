"""A chart's own values, read from disk; and keys of a file that the chart does not have."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from migrator import yamltext
from migrator.charts.archive import ChartError, own_values
from migrator.planning import catalog, discover
from migrator.report.records import Finding
from migrator.rules.unknown import unknown_keys
from migrator.values.release import Layer

AFTER = "2026.6.5172345"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """A chart around another, which it gives an alias and a value."""
    write(
        tmp_path / "outer" / "Chart.yaml",
        "{apiVersion: v2, name: outer, version: 0.0.0, dependencies: [{name: inner, alias: mine, version: 0.0.0}]}",
    )
    write(tmp_path / "outer" / "values.yaml", "a: 1\nmine:\n  x: 3\n")
    write(tmp_path / "outer" / "charts" / "inner" / "Chart.yaml", "{apiVersion: v2, name: inner, version: 0.0.0}")
    write(tmp_path / "outer" / "charts" / "inner" / "values.yaml", "x: 1\nz: 2\n")
    return tmp_path / "outer"


VALUES = {"a": 1, "mine": {"x": 3, "z": 2}}


def pack(folder: Path) -> Path:
    archive = folder.with_name(f"{folder.name}-0.0.0.tgz")
    with tarfile.open(archive, "w:gz") as file:
        file.add(folder, folder.name)
    return archive


def test_the_values_of_a_folder_and_of_an_archive_are_the_same(outer: Path) -> None:
    assert own_values(str(outer)) == VALUES
    assert own_values(str(pack(outer))) == VALUES


def test_a_dependency_may_be_packed(outer: Path) -> None:
    inner = outer / "charts" / "inner"
    pack(inner)
    for path in sorted(inner.iterdir()):
        path.unlink()
    inner.rmdir()

    assert own_values(str(outer)) == VALUES


def test_own_values_are_those_of_helm(engine: None, chart: Callable[..., Path]) -> None:
    """Compared with the library's own view of three nested charts, apart from nulls."""
    library = pytest.importorskip("helm_python", reason="helm-python-sdk has wheels for Linux on x86-64 only")
    path = chart("infrahub-enterprise", AFTER)
    with library.Chart.load(str(path)) as loaded:
        theirs = loaded.merge_values({})

    def without_globals(values: object) -> object:
        """Helm copies `global` downwards, and drops nulls."""
        if not isinstance(values, dict):
            return values
        return {k: without_globals(v) for k, v in sorted(values.items()) if k != "global" and v is not None}

    assert without_globals(own_values(str(path))) == without_globals(theirs)


def test_anything_but_a_chart_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x.tgz", "no archive")

    for path in (tmp_path, tmp_path / "x.tgz"):
        with pytest.raises(ChartError, match="no chart could be loaded"):
            own_values(str(path))
    with pytest.raises(ChartError, match="there is no chart here"):
        own_values(str(tmp_path / "none"))


@pytest.fixture
def unknown(chart: Callable[..., Path]) -> Callable[[str], list[Finding]]:
    """The keys in a text that the enterprise chart does not know."""

    def found(text: str) -> list[Finding]:
        stream = yamltext.parse(text.encode(), "values.yaml")
        layers = [Layer("values.yaml", stream.documents[0].data)]
        options = discover.Options()
        what = discover.detect(layers, options, catalog.load())
        release = discover.build_release(what, layers, options, what.flavour or "")
        values = own_values(str(chart("infrahub-enterprise", AFTER)))
        return unknown_keys(release, values, lambda layer, route: stream.documents[0].line(route), ["values.yaml"])

    return found


def test_keys_that_the_chart_does_not_know_are_found(unknown: Callable[[str], list[Finding]]) -> None:
    text = dedent("""\
        configPreset: medium
        infraHub: {}
        infrahub:
          prefectServer: {}
          prefect-server:
            server:
              replicacount: 2
              zzz: 1
            backgroundServices:
              runAsSeperateDeployment: true
        """)
    found = [(each.line, each.text.partition(" ")[0], each.remedy) for each in unknown(text)]

    prefect = "infrahub.prefect-server"
    assert found == [
        (2, "infraHub", "Did you mean infrahub?"),
        (4, "infrahub.prefectServer", f"Did you mean {prefect}?"),
        (7, f"{prefect}.server.replicacount", f"Did you mean {prefect}.server.replicaCount?"),
        (8, f"{prefect}.server.zzz", "Remove it, or look it up in the output of helm show values."),
        (
            10,
            f"{prefect}.backgroundServices.runAsSeperateDeployment",
            f"Did you mean {prefect}.backgroundServices.runAsSeparateDeployment?",
        ),
    ]


def test_a_key_in_the_wrong_place_is_reported_with_the_right_one(unknown: Callable[[str], list[Finding]]) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            runAsSeparateDeployment: true
            docket: {url: x}
            REDIS: {}
        """)
    prefect = "infrahub.prefect-server"
    assert [each.remedy for each in unknown(text)] == [
        f"The chart has this key at {prefect}.backgroundServices.runAsSeparateDeployment: does it belong there?",
        f"The chart has this key at {prefect}.backgroundServices.messaging.docket: does it belong there?",
        f"Did you mean {prefect}.redis?",
    ]


def test_keys_that_the_schema_refuses_are_left_to_a_rule(unknown: Callable[[str], list[Finding]]) -> None:
    """messaging-keys reports them, with or without a chart at hand."""
    values = "backgroundServices: {messaging: {redis: {hots: x}}}"
    assert unknown(f"infrahub:\n  prefect-server:\n    {values}\n") == []


def test_known_and_free_keys_are_not_reported(unknown: Callable[[str], list[Finding]]) -> None:
    text = dedent("""\
        global: {anything: 1}
        infrahub:
          infrahubServer:
            infrahubServer:
              env: {INFRAHUB_ANYTHING: "1"}
          prefect-server:
            enabled: true
            global: {prefect: {image: {repository: x}, other: 1}}
            redis: {master: {anything: 1}}
            server:
              replicaCount: 2
              env: [{name: A, value: b}]
            backgroundServices:
              runAsSeparateDeployment: true
        """)
    assert unknown(text) == []
