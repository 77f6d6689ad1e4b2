"""The charts' own values, as far as decisions depend on them."""

from __future__ import annotations

from itertools import combinations

import pytest
from packaging.version import Version

from migrator.charts import presets, versions
from migrator.values import tree
from migrator.values.edits import Route, Value

KNOWN = [flavour for flavour in versions.FLAVOURS if presets.knows_preset(flavour)]


@pytest.mark.parametrize("version", ["4.13.0", "4.14.0", "4.14.1"])
@pytest.mark.parametrize(("one", "other"), [*combinations(KNOWN, 2)])
def test_presets_differ_only_where_their_tuning_says(version: str, one: str, other: str) -> None:
    first, second = (presets.of_chart("infrahub-enterprise", Version(version), each) for each in (one, other))
    tunings = presets.tuning(one), presets.tuning(other)
    assert tunings[0] is not None
    assert tunings[1] is not None
    assert set(tunings[0]) == set(tunings[1])
    for path in tunings[0]:
        alike = tunings[0][path] == tunings[1][path]
        assert alike == (tree.get(first.prefect, path) == tree.get(second.prefect, path)), path
    assert without(first.prefect, set(tunings[0])) == without(second.prefect, set(tunings[1]))
    assert without(first.infrahub, {("neo4j",)}) == without(second.infrahub, {("neo4j",)})


def test_the_plain_chart_and_an_unknown_preset_have_no_tuning() -> None:
    assert presets.tuning("") is None
    assert presets.tuning("openshift") is None


def without(values: Value, paths: set[Route], here: Route = ()) -> Value:
    """The values without those paths."""
    if not isinstance(values, dict):
        return values
    return {key: without(value, paths, (*here, key)) for key, value in values.items() if (*here, key) not in paths}
