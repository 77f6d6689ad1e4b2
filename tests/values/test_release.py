"""Effective values: Helm's rules over the chart's defaults and the layers."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from migrator import yamltext
from migrator.charts import presets
from migrator.prefect import env
from migrator.values import tree
from migrator.values.edits import AddKey, SetValue, Value
from migrator.values.merge import as_map, merge
from migrator.values.part import prefect_part
from migrator.values.release import Layer, Release
from tests.preset_files import preset_files


def release(*layers: Value, chart: str = "infrahub-enterprise", flavour: str = "medium") -> Release:
    root = {"infrahub-enterprise": ("infrahub", "prefect-server"), "infrahub": ("prefect-server",)}.get(chart, ())
    return Release(
        chart=chart,
        root=root,
        layers=[Layer(f"layer-{number}.yaml", data) for number, data in enumerate(layers)],
        before=presets.of_chart(chart, Version("4.13.0"), flavour),
        after=presets.of_chart(chart, Version("4.14.1"), flavour),
        flavour=flavour,
    )


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": None}, {}),
        ({"a": {"x": 1}}, {"a": {"x": None}}, {"a": {}}),
        ({"a": 1}, {"a": {"x": 1, "y": None}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": "text"}, {"a": "text"}),
        ({}, {"a": None}, {}),
    ],
)
def test_maps_merge_lists_replace_and_null_removes(
    below: dict[str, Value], above: dict[str, Value], merged: dict[str, Value]
) -> None:
    assert merge(below, above) == merged


def test_the_target_versions_preset_is_below_the_file() -> None:
    effective = release({"infrahub": {}})

    assert tree.get(effective.prefect, ("backgroundServices", "runAsSeparateDeployment")) is True
    assert tree.get(effective.prefect, ("backgroundServices", "messaging", "docket", "url"))
    names = [entry.name for entry in env.effective(effective, env.SERVER).entries]
    before = tree.get(effective.before.prefect, env.SERVER)
    assert "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED" not in names
    assert {"name": "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "value": "false"} in (before or [])  # type: ignore[operator]


def test_the_last_layer_that_sets_a_list_wins() -> None:
    one: Value = {"infrahub": {"prefect-server": {"server": {"env": [{"name": "A", "value": "1"}]}}}}
    two: Value = {"infrahub": {"prefect-server": {"server": {"env": [{"name": "B", "value": "2"}]}}}}
    effective = release(one, two)

    assert [entry.name for entry in env.effective(effective, env.SERVER).entries] == ["B"]
    assert effective.owners(env.SERVER) == [0, 1]
    assert [listed.layer for listed in env.lists_in_layers(effective, env.SERVER)] == [0, 1]


def test_a_null_list_removes_the_presets() -> None:
    effective = release({"infrahub": {"prefect-server": {"server": {"env": None}}}})

    assert env.effective(effective, env.SERVER).entries == ()


def test_the_outermost_of_several_globals_wins() -> None:
    inner: Value = {"prefect": {"env": [{"name": "INNER", "value": "1"}], "image": {"repository": "mirror/infrahub"}}}
    outer: Value = {"prefect": {"env": [{"name": "OUTER", "value": "1"}]}}
    effective = release({"global": outer, "infrahub": {"prefect-server": {"global": inner}}})

    assert [entry.name for entry in env.effective_global(effective).entries] == ["OUTER"]
    assert tree.get(effective.prefect, ("global", "prefect", "image", "repository")) == "mirror/infrahub"


@pytest.mark.parametrize(("outer", "inner"), [("text", {"note": 1}), ({"note": 2}, "text")])
def test_the_inner_global_stays_if_only_one_of_two_is_a_mapping(outer: Value, inner: Value) -> None:
    part: Value = {"global": {"prefect": inner}}
    effective = release({"global": {"prefect": outer}, "infrahub": {"prefect-server": part}})

    found = tree.get(effective.prefect, ("global", "prefect"))
    if isinstance(inner, dict):
        assert as_map(found)["note"] == 1
    else:
        assert found == "text"


def test_infrahubs_part_has_its_own_and_the_outer_globals() -> None:
    inner: Value = {"prefect": {"env": []}, "imageRegistry": "inner"}
    deeper: Value = {"global": {"nodeSelector": {"zone": "a"}}}
    effective = release(
        {"global": {"imageRegistry": "mirror"}, "infrahub": {"global": inner, "prefect-server": deeper}}
    )

    found = tree.get(effective.infrahub, ("global",))
    assert tree.get(found, ("imageRegistry",)) == "mirror"
    assert tree.get(found, ("prefect", "env")) == []
    assert not tree.exists(found, ("nodeSelector",))


def test_without_a_custom_global_the_charts_stays() -> None:
    effective = release({"infrahub": {}})

    assert tree.get(effective.infrahub, ("global",)) == effective.after.infrahub["global"]
    assert tree.get(effective.prefect, ("global",)) == effective.after.prefect["global"]


def test_prefect_server_alone_has_no_infrahub_part() -> None:
    assert release({"server": {"replicaCount": 2}}, chart="prefect-server").infrahub == {}


def test_a_change_goes_into_the_last_layer_that_accepts_it() -> None:
    parts: list[Value] = [{"server": {"replicaCount": 1}}, {"server": {"replicaCount": 2}}, {"server": {}}, {}]
    layers: list[Value] = [{"infrahub": {"prefect-server": each}} for each in parts]
    effective = release(*layers)

    assert prefect_part(effective).place(("server", "replicaCount")) == 1
    assert prefect_part(effective).place(("server", "image")) == 2
    assert prefect_part(effective).place(("worker", "image")) == 3
    effective.layers = tuple(
        layer._replace(accepts="nothing" if number else "anything") for number, layer in enumerate(effective.layers)
    )
    assert prefect_part(effective).place(("server", "replicaCount")) == 0


def test_a_notice_points_at_its_path_in_the_file_as_it_was_read() -> None:
    root = ("infrahub", "prefect-server")
    effective = release({}, {"infrahub": {"prefect-server": {"server": {"replicaCount": 2}}}}, {"infrahub": {}})
    edited = effective.edited([(0, AddKey((*root, "server", "replicaCount"), 3))])

    assert prefect_part(edited).notice(("server", "replicaCount"), "x")[2:4] == (1, (*root, "server", "replicaCount"))
    assert prefect_part(edited).notice(("server", "image", "tag"), "x")[2:4] == (1, (*root, "server"))
    assert prefect_part(edited).notice(("worker",), "x")[2:4] == (0, ())


def test_an_edited_release_remembers_its_start() -> None:
    effective = release({"infrahub": {"prefect-server": {"server": {"replicaCount": 2}}}})
    edited = effective.edited([(0, SetValue(("infrahub", "prefect-server", "server", "replicaCount"), 3))])

    assert tree.get(edited.prefect, ("server", "replicaCount")) == 3
    assert tree.get(edited.start.prefect, ("server", "replicaCount")) == 2
    assert edited.start is effective


@pytest.mark.parametrize("flavour", ["small", "medium", "medium-data", "large", "large-data"])
def test_every_preset_has_the_toggles_before_and_one_docket_after(flavour: str) -> None:
    before = presets.of_chart("infrahub-enterprise", Version("4.13.0"), flavour).prefect
    after = presets.of_chart("infrahub-enterprise", Version("4.14.0"), flavour).prefect
    newest = presets.of_chart("infrahub-enterprise", Version("4.18.0"), flavour).prefect

    def names(values: Value, part: str) -> list[str]:
        items = tree.get(values, (part, "env"))
        return [str(item["name"]) for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    assert sum("_ENABLED" in name for name in names(before, "server")) == 4
    assert not any("_ENABLED" in name for name in names(after, "server") + names(after, "backgroundServices"))
    assert tree.get(before, ("backgroundServices", "messaging", "docket")) is None
    assert presets.EXAMPLE_HOST in str(tree.get(after, ("backgroundServices", "messaging", "docket", "url")))
    assert names(after, "server").index("PREFECT_API_DATABASE_MIGRATE_ON_START") == 2
    assert names(newest, "backgroundServices")[0] == "PROMETHEUS_MULTIPROC_DIR"


@pytest.mark.parametrize("path", preset_files("[CDE]/*.yaml", early=False))
def test_the_tables_have_what_the_published_presets_set(path: Path) -> None:
    """`migrator.charts.presets` against the presets as files."""
    flavour = path.name.split(".")[1]
    version = {"C": "4.13.0", "D": "4.14.0", "E": "4.14.1"}[path.parent.name]
    published = yamltext.parse(path.read_bytes(), str(path)).documents[0].data
    ours = presets.of_chart("infrahub-enterprise", Version(version), flavour).prefect
    for part in ("server", "backgroundServices"):
        values = tree.get(published, ("infrahub", "prefect-server", part))
        assert isinstance(values, dict)
        for key in values.keys() - {"args"}:
            mine, theirs = tree.get(ours, (part, key)), values[key]
            if isinstance(theirs, dict) and isinstance(mine, dict):
                assert merge(mine, theirs) == mine, (part, key)
            else:
                assert mine == theirs, (part, key)
