"""Edits of flow mappings and flow lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.values.edits import (
    FIRST,
    AddKey,
    Edit,
    InsertItem,
    RemoveItems,
    RemoveKey,
    RenameKey,
    SetValue,
    after,
    before,
)

Run = Callable[..., str]


@pytest.mark.parametrize(
    ("source", "edit", "result"),
    [
        ("a: {b: 1}\n", AddKey(("a", "c"), "x"), "a: {b: 1, c: x}\n"),
        ("a: {b: 1}\n", AddKey(("a", "c"), {"d": [1, "on"]}, FIRST), 'a: {c: {d: [1, "on"]}, b: 1}\n'),
        ("a: { b: 1 }\n", AddKey(("a", "c"), {"d": 1}), "a: { b: 1, c: { d: 1 } }\n"),
        ('{"a": {"b": "x"}}\n', AddKey(("a", "c"), "z"), '{"a": {"b": "x", "c": "z"}}\n'),
        ('{"a":1}\n', SetValue(("a",), "b"), '{"a":"b"}\n'),
        ("[{}]\n", AddKey((0, "b"), 1), "[{b: 1}]\n"),
        ("a: { }\nb: [{ }]\n", AddKey(("b", 0, "b"), 1), "a: { }\nb: [{ b: 1 }]\n"),
        ("a: [x, z]\n", InsertItem(("a",), "w", before(1)), "a: [x, w, z]\n"),
        ("a: [x, z]\n", InsertItem(("a",), "w", after(1)), "a: [x, z, w]\n"),
        ("a: [x, z,]\n", InsertItem(("a",), "w"), "a: [x, z, w,]\n"),
        ("a: [x, z, w]\n", RemoveItems(("a",), (0,)), "a: [z, w]\n"),
        ("a: [x, z, w]\n", RemoveItems(("a",), (1,)), "a: [x, w]\n"),
        ("a: [x, z, w]\n", RemoveItems(("a",), (2,)), "a: [x, z]\n"),
        ("a: [x, z, w]\n", RemoveItems(("a",), (1, 2)), "a: [x]\n"),
        ("a: [x, z, w] # c\n", RemoveItems(("a",), (0, 1, 2)), "a: [] # c\n"),
        ("a: [ x ] # c\n", RemoveItems(("a",), (0,)), "a: [] # c\n"),
        ("a: [\n  x,\n  z\n]\n", RemoveItems(("a",), (0, 1)), "a: []\n"),
        ("a: [x, z, w,]\n", RemoveItems(("a",), (2,)), "a: [x, z,]\n"),
        ("a: {x, z: 1}\n", RemoveKey(("a", "x")), "a: {z: 1}\n"),
        ("a: {x, z: 1}\n", SetValue(("a", "x"), "v"), "a: {x: v, z: 1}\n"),
        ("{" + "k" * 1000 + "}\n", SetValue(("k" * 1000,), 5), "{" + "k" * 1000 + ": 5}\n"),
        ("a: {x: , z: 1}\n", SetValue(("a", "x"), 5), "a: {x: 5, z: 1}\n"),
        ("a: {x: 'y', z: \"v\"}\n", SetValue(("a", "z"), "w"), "a: {x: 'y', z: \"w\"}\n"),
        ("a: {x: 'y', z: \"v\"}\n", SetValue(("a", "x"), "w"), "a: {x: 'w', z: \"v\"}\n"),
        ("a: {x: # c\n  , z: 1}\n", SetValue(("a", "x"), 5), "a: {x: 5 # c\n  , z: 1}\n"),
        ("a: {x: 1}\n", RenameKey(("a", "x"), "a b, c"), 'a: {"a b, c": 1}\n'),
        ("a: [b: 1]\n", SetValue(("a", 0, "b"), "two\nlines"), 'a: [b: "two\\nlines"]\n'),
        ("a: [b: 1, c]\n", RemoveItems(("a",), (0,)), "a: [c]\n"),
        ("a: [\n  x, # x\n  z # z\n]\n", InsertItem(("a",), "w"), "a: [\n  x, # x\n  z, # z\n  w\n]\n"),
        ("a: [\n  x, # x\n  z # z\n]\n", InsertItem(("a",), "w", FIRST), "a: [\n  w,\n  x, # x\n  z # z\n]\n"),
        ("a: [\n  x, # x\n  z # z\n]\n", RemoveItems(("a",), (0,)), "a: [\n  z # z\n]\n"),
        ("a: [\n  x, # x\n  z # z\n]\n", RemoveItems(("a",), (1,)), "a: [\n  x # x\n]\n"),
        ("a: [\n  x,\n  z,\n]\n", InsertItem(("a",), "w"), "a: [\n  x,\n  z,\n  w,\n]\n"),
        ("a: [\n  x,\n  z ]\n", InsertItem(("a",), "w"), "a: [\n  x,\n  z,\n  w ]\n"),
        ("a: [\n  x,\n  # c\n  z\n]\n", RemoveItems(("a",), (0, 1)), "a: [\n  # c\n]\n"),
        ("a: [ # c\n]\n", InsertItem(("a",), "w"), "a: [w # c\n]\n"),
        ("a: {b: 1}\n", AddKey(("a", "é"), 1), 'a: {b: 1, "é": 1}\n'),
        ("a: [ x, # c\n  z]\n", RemoveItems(("a",), (0,)), "a: [ # c\n  z]\n"),
        ("a: [\n  '#', x\n]\n", RemoveItems(("a",), (0, 1)), "a: []\n"),
        ("a: [\n  x,\n  z, ]\n", InsertItem(("a",), "w"), "a: [\n  x,\n  z,\n  w, ]\n"),
        ("{a: 5 #c\n, b: 1}\n", RemoveKey(("a",)), "{ #c\n b: 1}\n"),
        ("a: {? f : g, ? h}\n", AddKey(("a", "z"), 1, after("f")), "a: {? f : g, z: 1, ? h}\n"),
        ("a: ['x', 1, \"z\"]\n", InsertItem(("a",), "w", before(2)), "a: ['x', 1, \"w\", \"z\"]\n"),
        ("a: [x,\n    z]\n", RemoveItems(("a",), (1,)), "a: [x\n    ]\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_edit(edited: Run, source: str, edit: Edit, result: str, newline: str) -> None:
    assert edited(source.replace("\n", newline), edit) == result.replace("\n", newline)


def test_an_insertion_next_to_a_removal_takes_its_place(edited: Run) -> None:
    assert edited("a: [x, y]\n", RemoveItems(("a",), (1,)), InsertItem(("a",), "z")) == "a: [x, z]\n"
    assert edited("a: [x]\n", RemoveItems(("a",), (0,)), InsertItem(("a",), "z", FIRST)) == "a: [z]\n"
    assert (
        edited("a: [\n  x, # x\n  z\n]\n", RemoveItems(("a",), (0,)), InsertItem(("a",), "w", after(0)))
        == "a: [\n  w, # x\n  z\n]\n"
    )
