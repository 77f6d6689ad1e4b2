"""Our effective values compared with Helm's: three nested charts print what the innermost one is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import env
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Layer, Release
from tests.examples import examples

ROOT = ("infrahub", "prefect-server")
Print = Callable[[Sequence[Value]], Value]

BEFORE = presets.of_chart("infrahub-enterprise", Version("4.13.0"), "medium")
AFTER = presets.of_chart("infrahub-enterprise", Version("4.14.1"), "medium")


@pytest.fixture(scope="module")
def helm_reads(helm_values: Callable[[Value, Sequence[Value]], Value]) -> Print:
    """Helm's effective values of prefect-server, inside infrahub, inside infrahub-enterprise, under these layers."""
    return lambda layers: helm_values(AFTER.prefect, layers)


def release_of(layers: Sequence[Value]) -> Release:
    return Release(
        chart="infrahub-enterprise",
        root=ROOT,
        layers=[Layer(f"layer-{number}.yaml", layer) for number, layer in enumerate(layers)],
        before=BEFORE,
        after=AFTER,
    )


def ours(layers: Sequence[Value]) -> Value:
    """The same by our own merge."""
    return release_of(layers).prefect


def comparable(value: Value) -> Value:
    """Without nulls and empty mappings: to a template both are the same as nothing.

    Numbers become text, since JSON knows one kind only.
    """
    if isinstance(value, dict):
        items = {key: comparable(item) for key, item in value.items()}
        return {key: item for key, item in sorted(items.items()) if item is not None and item != {}}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def wrapped(prefect: Value, outer: Value = None) -> Value:
    """Values of prefect-server, below a `global` of infrahub if one is given."""
    more: dict[str, Value] = {} if outer is None else {"global": outer}
    return {"infrahub": {"prefect-server": prefect, **more}}


scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["", "text", "redis"]))
entries = st.lists(st.fixed_dictionaries({"name": st.sampled_from("AB"), "value": st.sampled_from("xy")}), max_size=2)


def maps_like(values: Value, *, top: bool = True) -> st.SearchStrategy[Value]:
    """Values in the shape of the chart's, with unknown keys, and a null in any place but the top."""
    if not isinstance(values, dict) or not values:
        return st.one_of(scalars, entries) if isinstance(values, list) else scalars
    inner = {key: maps_like(value, top=False) for key, value in values.items()}
    shaped = st.fixed_dictionaries({}, optional={**inner, "unknown": scalars})
    return st.one_of(shaped, shaped, st.none()) if not top else shaped


def layers() -> st.SearchStrategy[Value]:
    """A file with values of prefect-server, and `global` blocks of all three charts."""
    parts = {part: AFTER.prefect[part] for part in ("server", "backgroundServices", "redis", "migrations")}
    globals_ = maps_like({"prefect": {"env": [], "image": {"repository": ""}}, "other": ""})
    return st.builds(
        lambda prefect, inner, middle, outer: {
            "global": outer,
            "infrahub": {"global": middle, "prefect-server": {**prefect, "global": inner}},
        },
        maps_like(parts),
        globals_,
        globals_,
        globals_,
    )


@given(layer=layers())
@examples(25)
def test_one_file_reads_as_helm_reads_it(helm_reads: Print, layer: Value) -> None:
    assert comparable(ours([layer])) == comparable(helm_reads([layer]))


@given(below=layers(), above=layers())
@examples(25)
def test_several_layers_read_as_helm_reads_them(helm_reads: Print, below: Value, above: Value) -> None:
    assert comparable(ours([below, above])) == comparable(helm_reads([below, above]))


LIST: Value = [{"name": "A", "value": "x"}]


@pytest.mark.parametrize(
    "layers",
    [
        [wrapped({"server": None})],
        [wrapped({"server": {"env": None}})],
        [wrapped({"server": {"env": []}})],
        [wrapped({"server": "text"})],
        [wrapped({"backgroundServices": {"messaging": {"docket": None}}})],
        [wrapped({"global": {"prefect": {"env": LIST}}}, {"prefect": {"env": []}})],
        [wrapped({"global": {"prefect": {"env": LIST}}}, {"prefect": {"env": None}})],
        [wrapped({"server": {"env": LIST}}), wrapped({"server": None})],
        [wrapped({"server": {"env": LIST}}), wrapped({"server": {"env": None}})],
        [wrapped({"server": {"env": None}}), wrapped({"server": {"env": LIST}})],
        [wrapped({"server": {"env": None}}), wrapped({"server": {"replicaCount": 3}})],
    ],
    ids=json.dumps,
)
def test_nulls_and_lists_read_as_helm_reads_them(helm_reads: Print, layers: list[Value]) -> None:
    assert comparable(ours(layers)) == comparable(helm_reads(layers))


@pytest.mark.parametrize("first", [None, "text"])
def test_a_mapping_over_a_null_of_a_lower_layer_keeps_the_charts_values(helm_reads: Print, first: Value) -> None:
    """A file that says `backgroundServices:` with nothing below it, and an override that fills it."""
    layers = [wrapped({"backgroundServices": first}), wrapped({"backgroundServices": {"replicaCount": 3}})]

    assert comparable(ours(layers)) == comparable(helm_reads(layers))


@pytest.mark.parametrize(("outer", "inner"), [(None, {"env": LIST}), ("text", {"env": LIST}), ({"env": LIST}, None)])
def test_a_global_that_is_not_a_mapping_reads_as_helm_reads_it(helm_reads: Print, outer: Value, inner: Value) -> None:
    layer: Value = {"global": {"prefect": outer}, "infrahub": {"global": {"prefect": inner}, "prefect-server": {}}}

    assert comparable(ours([layer])) == comparable(helm_reads([layer]))


NULL_OVER_LIST = [
    [wrapped({"server": {"env": LIST}}), wrapped({"server": None})],
    [{"global": {"prefect": {"env": LIST}}, "infrahub": {}}, {"global": {"prefect": {"env": None}}}],
    [{"global": {"prefect": {"env": None}}, **as_map(wrapped({"global": {"prefect": {"env": LIST}}}))}],
]


@pytest.mark.parametrize(
    "layers",
    [
        [wrapped({})],
        [wrapped({"server": {"env": LIST}})],
        [wrapped({"server": {"env": LIST}}), wrapped({"server": {"env": None}})],
        [wrapped({"server": {"env": LIST}}), wrapped({"server": {"env": []}})],
        [wrapped({}), {"global": {"prefect": {"env": LIST}}}],
        [wrapped({"global": {"prefect": {"env": LIST}}}), {"global": {"prefect": {"env": []}}}],
        *NULL_OVER_LIST,
    ],
    ids=json.dumps,
)
def test_the_env_lists_that_are_read_are_those_of_the_pods(helm_reads: Print, layers: list[Value]) -> None:
    values = helm_reads(layers)
    release = release_of(layers)

    for listed, path in ((env.effective(release, env.SERVER), env.SERVER), (env.effective_global(release), env.GLOBAL)):
        items = tree.get(values, path) or []
        assert isinstance(items, list)
        assert [entry.name for entry in listed.entries] == [as_map(item)["name"] for item in items]


def test_the_comparison_can_fail(helm_reads: Print) -> None:
    one, other = wrapped({"server": {"replicaCount": 2}}), wrapped({"server": {"replicaCount": 3}})

    assert comparable(ours([one])) != comparable(helm_reads([other]))
