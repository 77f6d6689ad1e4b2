"""Edits on plain trees of values: applied, shared and compared."""

from __future__ import annotations

import pytest

from migrator.values import tree
from migrator.values.edits import (
    FIRST,
    AddKey,
    Edit,
    InsertItem,
    RemoveItems,
    RemoveKey,
    RenameKey,
    Route,
    SetValue,
    Value,
    after,
    before,
)

DATA: Value = {"a": {"b": 1, "c": None}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], DATA),
        ([SetValue(("a", "b"), [1])], {"a": {"b": [1], "c": None}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([SetValue((), 5)], 5),
        ([AddKey(("a", "d"), 5, FIRST)], {"a": {"d": 5, "b": 1, "c": None}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([AddKey(("a", "c", "d", "e"), 5)],
         {"a": {"b": 1, "c": {"d": {"e": 5}}}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([AddKey(("d",), 5, after("a")), AddKey(("e",), 6, before("d"))],
         {"a": {"b": 1, "c": None}, "e": 6, "d": 5, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([RemoveKey(("a", "b")), RemoveKey(("a", "c"))], {"a": {}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([RenameKey(("a",), "z"), SetValue(("z", "b"), 2)],
         {"z": {"b": 2, "c": None}, "l": [{"x": 1}, {"x": 2}, {"x": 3}]}),
        ([RemoveItems(("l",), (0, 2)), SetValue(("l", 1, "x"), 9)], {"a": {"b": 1, "c": None}, "l": [{"x": 9}]}),
        ([RemoveItems(("l",), (0, 1, 2))], {"a": {"b": 1, "c": None}, "l": []}),
        ([InsertItem(("l",), 7, after(0)), InsertItem(("l",), 8, after(0)), InsertItem(("l",), 9, FIRST)],
         {"a": {"b": 1, "c": None}, "l": [9, {"x": 1}, 7, 8, {"x": 2}, {"x": 3}]}),
        ([RemoveItems(("l",), (1,)), InsertItem(("l",), 7, before(2))],
         {"a": {"b": 1, "c": None}, "l": [{"x": 1}, 7, {"x": 3}]}),
    ],
)  # fmt: skip
def test_edits_refer_to_the_tree_as_it_was(edits: list[Edit], result: Value) -> None:
    untouched = tree.copy(DATA)
    assert tree.same(tree.apply(DATA, edits), result)
    assert tree.same(DATA, untouched)


@pytest.mark.parametrize(
    "edit",
    [SetValue(("x",), 1), SetValue(("l", 3), 1), RemoveKey(("x",)), RemoveKey(("l", 0)), AddKey(("a",), 1),
     AddKey(("a", "b", "c"), 1), AddKey(("new", 0, "c"), 1), AddKey(("l", "x"), 1),
     AddKey(("l", 3, "x"), 1), AddKey(("n",), 1, after("x")), RenameKey(("a",), "l"),
     InsertItem(("a",), 1), InsertItem(("l",), 1, after(3)), RemoveItems(("l",), (3,)), RemoveItems(("x",), (0,))],
)  # fmt: skip
def test_an_edit_that_does_not_fit_is_an_error(edit: Edit) -> None:
    with pytest.raises(tree.NoSuchRoute):
        tree.apply(DATA, [edit])


def test_an_inner_list_keeps_its_route_when_the_outer_one_shrinks() -> None:
    edits: list[Edit] = [RemoveItems((), (0,)), InsertItem((1,), 3)]
    assert tree.apply([[1], [2]], edits) == [[2, 3]]


def test_the_result_shares_only_what_no_edit_touches() -> None:
    result = tree.apply(DATA, [SetValue(("l", 1, "x"), 9)])
    assert tree.find(result, ("a",)) is tree.find(DATA, ("a",))
    assert tree.find(result, ("l",)) is not tree.find(DATA, ("l",))
    assert tree.find(result, ("l", 1)) is not tree.find(DATA, ("l", 1))


def test_the_values_of_edits_are_not_mutated() -> None:
    new: Value = {"x": {"y": 1}, "z": [{"w": 1}]}
    edits: list[Edit] = [SetValue(("a",), new), AddKey(("a", "x", "new"), 2), SetValue(("a", "z", 0, "w"), 3)]
    assert tree.get(tree.apply(DATA, edits), ("a",)) == {"x": {"y": 1, "new": 2}, "z": [{"w": 3}]}
    assert new == {"x": {"y": 1}, "z": [{"w": 1}]}


def test_one_shared_value_changes_in_one_place_only() -> None:
    shared: Value = {"x": [1]}
    data: Value = {"a": shared, "b": shared}
    assert tree.apply(data, [SetValue(("a", "x", 0), 2), InsertItem(("b", "x"), 3)]) == {
        "a": {"x": [2]},
        "b": {"x": [1, 3]},
    }


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1, 1, True), (1, 1.0, False), (1, True, False), (0.0, False, False), ("1", 1, False), (None, None, True),
        (float("nan"), float("nan"), True), (float("nan"), 1.0, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False), ([1, "x"], [1, "x"], True),
        ([1], [1, 2], False), ({"a": [1]}, {"a": [True]}, False), ({"a": "x"}, {"a": "y"}, False), ([], {}, False),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, True), ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)  # fmt: skip
def test_sameness_is_strict(one: Value, other: Value, alike: bool) -> None:
    assert tree.same(one, other) is alike
    assert tree.same(other, one) is alike


def test_values_are_looked_up_by_route() -> None:
    assert tree.get(DATA, ("l", 1, "x")) == 2
    assert tree.get(DATA, ("l", -1), "none") == "none"
    assert tree.get(DATA, ("a", "c"), "none") is None
    assert tree.exists(DATA, ("a", "c"))
    assert not tree.exists(DATA, ("a", 0))


def test_routes_as_they_are_shown() -> None:
    assert tree.show(()) == "the top of the file"
    assert tree.show(("server", "env", 2, "value")) == "server.env[2].value"
    assert tree.show(("a.b", "")) == '"a.b".""'


def env(*names: str) -> Value:
    return {"env": [{"name": name} for name in names], "k": 1}


@pytest.mark.parametrize(
    ("now", "before", "route", "place"),
    [
        (env("a", "b"), env("x", "a", "b"), ("env", 1), ("env", 2)),
        (env("a", "a"), env("x", "a", "a"), ("env", 0), ("env", 1)),
        (env("a", "a"), env("a"), ("env", 0), ("env",)),  # of several entries of one name the last is the same one
        (env("new", "a"), env("a"), ("env", 0), ("env",)),
        (env("a"), env("x", "a"), ("env", 0, "value"), ("env", 1)),
        (
            {"env": [{"name": "a", "value": 2}]},
            {"env": [{"name": "b"}, {"name": "a", "value": 1}]},
            ("env", 0),
            ("env", 1),
        ),
        ({"l": ["a", "b"]}, {"l": ["b"]}, ("l", 1), ("l", 0)),
        ({"l": ["hostname"]}, {"l": ["x", "hostname"]}, ("l", 0), ("l", 1)),
        (env("a"), {"env": None}, ("env", 0), ("env",)),
        (env("a"), {}, ("env", 0), ()),
        (env("a"), env("a"), ("k",), ("k",)),
    ],
)
def test_the_same_place_in_another_tree(now: Value, before: Value, route: Route, place: Route) -> None:
    assert tree.same_place(now, before, route) == place
