"""The rules on presets, before and after their migration, and on values of any shape."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from migrator import rules
from migrator.charts import presets
from migrator.errors import MigratorError
from migrator.planning import apply, discover, examine
from migrator.report.records import Finding
from migrator.values.defaults import Defaults
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Layer, Release
from migrator.yamltext import Stream
from tests import releases
from tests.examples import examples
from tests.preset_files import preset_files

ANSWERS = {"redis-host": "infrahub-cache-master", "redis-db": "2"}


def findings(release: Release, text: Stream) -> list[Finding]:
    document = text.documents[0]
    return rules.check(release, lambda layer, route: document.line(route), ["values.yaml"])


@pytest.mark.parametrize("preset", preset_files("C/*.yaml", "[DE]/values.medium.yaml"))
def test_a_migrated_preset_breaks_no_rule(preset: Path) -> None:
    case = examine.examine(releases.of_text(preset.read_text()), examine.Request(discover.Options(), ANSWERS))
    result = apply.apply_plan(case)

    assert findings(case.plan.result, result.streams[0]) == []


@pytest.mark.parametrize("size", ["small", "medium"])
def test_an_unmigrated_preset_breaks_what_the_migration_fixes(size: str, presets: Path) -> None:
    text = (presets / "C" / f"values.{size}.yaml").read_text()
    case = examine.examine(releases.of_text(text), examine.Request(discover.Options(), ANSWERS))
    found = findings(case.plan.start, case.bundle.uppermost.stream)
    lines = text.splitlines()

    assert {each.rule for each in found if each.severity == "error"} == {
        "example-host",
        "metrics-directory",
        "migrate-pin",
    }
    assert {each.rule for each in found if each.severity == "warning"} == {"toggle-left"}
    toggles = [lines[each.line - 1].strip() for each in found if each.rule == "toggle-left"]
    assert len(toggles) == 8 and all(line.startswith("- name: PREFECT_SERVER_SERVICES_") for line in toggles)


CHARTS = [
    (("infrahub", "prefect-server"), presets.of_chart("infrahub-enterprise", Version("4.14.1"), "medium")),
    (("infrahub", "prefect-server"), presets.of_chart("infrahub-enterprise", Version("4.13.0"), "")),
    (("prefect-server",), presets.of_chart("infrahub", Version("4.28.0"), "")),
    ((), presets.of_chart("prefect-server", Version("2026.6.5172345"), "")),
]
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 20),
    st.floats(),
    st.sampled_from(["", "x", "{{ x }}", "${X}", "$(X)", "false", "memory://", "redis://h/2", "redis://h:99999/2"]),
    st.lists(st.integers(0, 1), max_size=1),
    st.just({}),
)
names = st.sampled_from(
    [
        "HOME",
        "WEB_CONCURRENCY",
        "INFRAHUB_CACHE_URL",
        "PREFECT_SERVER_DOCKET_URL",
        "PREFECT__SERVER_WEBSERVER_ONLY",
        "PREFECT_API_DATABASE_MIGRATE_ON_START",
        "PREFECT_REDIS_MESSAGING_URL",
        "PREFECT_REDIS_MESSAGING_DB",
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
    ]
)
entries = st.fixed_dictionaries({"name": names}, optional={"value": odd, "valueFrom": odd})
lists = st.lists(st.one_of(entries, entries, entries, odd), max_size=6)


def like(values: Value) -> st.SearchStrategy[Value]:
    """Values in the shape of the chart's, with an odd value in any place now and then."""
    if isinstance(values, dict) and values:
        shaped = st.fixed_dictionaries({}, optional={key: like(value) for key, value in values.items()})
        return st.one_of(shaped, shaped, shaped, shaped, odd)
    return st.one_of(lists, lists, lists, odd) if isinstance(values, list) else odd


MESSAGING = as_map(as_map(CHARTS[0][1].prefect["backgroundServices"])["messaging"])
separate = st.fixed_dictionaries(
    {
        "server": st.fixed_dictionaries({"env": lists}),
        "backgroundServices": st.fixed_dictionaries(
            {"runAsSeparateDeployment": st.just(True), "env": lists, "messaging": like(MESSAGING)}
        ),
        "global": st.fixed_dictionaries({"prefect": st.fixed_dictionaries({"env": lists})}),
    }
)


@given(values=st.one_of(separate, like(CHARTS[0][1].prefect)), chart=st.sampled_from(CHARTS))
@examples(200)
def test_values_of_any_shape_are_checked_or_refused(values: Value, chart: tuple[tuple[str, ...], Defaults]) -> None:
    """A refused shape raises a MigratorError and never anything else, and every finding is complete."""
    root, own = chart
    data = values
    for key in reversed(root):
        data = {key: data}
    name = own.source.partition(" ")[0]
    release = Release(chart=name, root=root, layers=[Layer("values.yaml", data)], before=own, after=own)
    found = []
    with contextlib.suppress(MigratorError):
        found = rules.check(release, lambda layer, route: 1, ["values.yaml"])
    for each in found:
        assert each.text and each.remedy and each.file in ("", "values.yaml")
