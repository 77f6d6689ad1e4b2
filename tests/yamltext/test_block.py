"""Edits of block mappings and block lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.values.edits import (
    FIRST,
    LAST,
    AddKey,
    Edit,
    InsertItem,
    RemoveItems,
    RemoveKey,
    RenameKey,
    SetValue,
    Value,
    after,
    before,
)
from migrator.values.tree import NoSuchRoute

Run = Callable[..., str]

ENV = """\
server:
  env:
    # heads the list
    - name: A
      value: "true"
    - name: B # of B
      value: "false"

    # for C and D
    - name: C
      value: /
    - name: D
      value: "1"
next: 1
"""


@pytest.mark.parametrize(
    ("source", "edit", "result"),
    [
        # keys added
        ("a: 1\nb: 2\n", AddKey(("c",), "x"), "a: 1\nb: 2\nc: x\n"),
        ("a: 1\nb: 2\n", AddKey(("c",), "x", FIRST), "c: x\na: 1\nb: 2\n"),
        ("a: 1\nb: 2\n", AddKey(("c",), "x", after("a")), "a: 1\nc: x\nb: 2\n"),
        ("a: 1\nb: 2\n", AddKey(("c",), "x", before("b")), "a: 1\nc: x\nb: 2\n"),
        ("a:\n   b: 1\n", AddKey(("a", "c", "d"), 2), "a:\n   b: 1\n   c:\n      d: 2\n"),
        ("a:\n  b: 1", AddKey(("a", "c"), 2), "a:\n  b: 1\n  c: 2"),
        ("a:\n", AddKey(("a", "c"), 2), "a:\n  c: 2\n"),
        ("a: ~ # c\nb: 1\n", AddKey(("a", "c"), 2), "a: # c\n  c: 2\nb: 1\n"),
        ("a: {} # c\nb: 1\n", AddKey(("a", "c"), 2), "a: # c\n  c: 2\nb: 1\n"),
        ("a: 1\n", AddKey(("b",), {"c": ["x", {"d": 1}], "e": [], "f": {}}),
         "a: 1\nb:\n  c:\n    - x\n    - d: 1\n  e: []\n  f: {}\n"),
        ("a: !!str |\n  x\nb: 1\n", SetValue(("a",), "z"), "a: |-\n  z\nb: 1\n"),
        ("!!str a: 1\n", RenameKey(("a",), "z"), "!!str z: 1\n"),
        ("# b\nx\n", SetValue((), {"a": 1}), "# b\na: 1\n"),
        ("x # c\n", SetValue((), {"a": 1}), " # c\na: 1\n"),
        ("a: 1\n", AddKey(("k" * 1000,), 5), "a: 1\n" + "k" * 1000 + ": 5\n"),  # no key may be longer
        ("a: [x]\nb:\nc: 1\n", SetValue(("b",), 5), "a: [x]\nb: 5\nc: 1\n"),
        ("a: [x]\nb:\n\nc: 1\n", AddKey(("b", "d"), 5), "a: [x]\nb:\n  d: 5\n\nc: 1\n"),
        ("# c\n", SetValue((), "x"), "# c\nx\n"),
        ("---\n# c", SetValue((), "x"), "---\n# c\nx"),
        ("", AddKey(("a", "b"), 1), "a:\n  b: 1\n"),
        ("# only a comment", AddKey(("a",), 1), "# only a comment\na: 1"),
        ("---\n# c\n...\n", AddKey(("a",), 1), "---\n# c\na: 1\n...\n"),
        ("--- {}\n", AddKey(("a",), 1), "---\na: 1\n"),
        ("- a: 1\n", AddKey((0, "b"), 2, FIRST), "- b: 2\n  a: 1\n"),
        ("a: |\n  x\n\nb: 1\n", AddKey(("c",), 2, after("a")), "a: |\n  x\nc: 2\n\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", AddKey(("c",), 2, after("a")), "a: |+\n  x\n\nc: 2\nb: 1\n"),
        ("a: |\n  x", AddKey(("c",), 2), "a: |-\n  x\nc: 2"),
        ("a: >+\n  x", AddKey(("c",), 2), "a: >-\n  x\nc: 2"),
        ("? a\n: 1\n? b\n", AddKey(("c",), 2), "? a\n: 1\n? b\nc: 2\n"),
        ("a: 1\n---\nb: 1\n", AddKey(("c",), 2), "a: 1\nc: 2\n---\nb: 1\n"),
        # keys removed and renamed
        ("a: 1\nb: 2\nc: 3\n", RemoveKey(("b",)), "a: 1\nc: 3\n"),
        ("a: 1\nb: 2", RemoveKey(("b",)), "a: 1"),
        ("a: |\n  x\nb: 2", RemoveKey(("b",)), "a: |\n  x\n"),  # without the line break the value would change
        ("a: |+\n  x\nb: 2\n\nc: 3\n", RemoveKey(("b",)), "a: |+\n  x\nc: 3\n"),
        ("a:\n  b: 1\nc: 2\n", RemoveKey(("a", "b")), "a: {}\nc: 2\n"),
        ("a: 1\n", RemoveKey(("a",)), "{}\n"),
        ("- a: 1\n  b: 2\n", RemoveKey((0, "a")), "- b: 2\n"),
        ("- a: 1\n\n  b: 2\n", RemoveKey((0, "a")), "-\n\n  b: 2\n"),
        ("- a: 1\n", RemoveKey((0, "a")), "- {}\n"),
        ("? a\n: 1\n? b\n: 2\n", RemoveKey(("a",)), "? b\n: 2\n"),
        ("a: 1\nb: 2\n", RenameKey(("a",), "c"), "c: 1\nb: 2\n"),
        ("a: 1\n'b': 2\n", RenameKey(("b",), "on"), "a: 1\n'on': 2\n"),
        ("a : 1 # c\n", RenameKey(("a",), "on"), '"on" : 1 # c\n'),
        ("on: 1\n", RenameKey(("true",), "b"), "b: 1\n"),
        ("a:\n  k: |+\n    x\nb: 2\n\nc: 3\n", RemoveKey(("b",)), "a:\n  k: |+\n    x\nc: 3\n"),
        ("a: |\n  x\nb: 2\n# of c\nc: 3\n", RemoveKey(("b",)), "a: |\n  x\n# of c\nc: 3\n"),
        ("a:\n  k: 1\n  # in a\n\n# end\n", AddKey(("b",), 2), "a:\n  k: 1\n  # in a\nb: 2\n\n# end\n"),
        ("a: |-\n  x", AddKey(("c",), 2), "a: |-\n  x\nc: 2"),
        ("a: |2\n   x", AddKey(("c",), 2), "a: |2-\n   x\nc: 2"),
        # items
        ("- a\n- b\n", InsertItem((), "c", after(0)), "- a\n- c\n- b\n"),
        ("- a\n- b", InsertItem((), "c"), "- a\n- b\n- c"),
        ("a:\n- b\nc: 1\n", InsertItem(("a",), "d"), "a:\n- b\n- d\nc: 1\n"),
        ("- - a\n  - b\n", InsertItem((0,), "c", FIRST), "- - c\n  - a\n  - b\n"),
        ("- - a\n  - b\n", RemoveItems((0,), (0,)), "- - b\n"),
        ("- - a\n  - b\n", RemoveItems((0,), (0, 1)), "- []\n"),
        ("a:\n  - b\n  - c\n", RemoveItems(("a",), (0, 1)), "a: []\n"),
        ("a: # c\n  - b\nd: 1\n", RemoveItems(("a",), (0,)), "a: [] # c\nd: 1\n"),
        ("a: []\n", InsertItem(("a",), {"b": 1, "c": []}), "a:\n  - b: 1\n    c: []\n"),
        ("x:\n- 1\na: []\n", InsertItem(("a",), "b"), "x:\n- 1\na:\n- b\n"),
        ("-   a: 1\n    b: 2\n", InsertItem((), {"c": 3, "d": 4}, LAST), "-   a: 1\n    b: 2\n-   c: 3\n    d: 4\n"),
        ("- 'x'#c\n-\n  z\n", RemoveItems((), (1,)), "- 'x'#c\n"),
        ("- 'x'#c\n-\n  z\n", SetValue((1,), {"a": 1}), "- 'x'#c\n-\n  a: 1\n"),
        ("- 'x'#c\n-\n  z\n", InsertItem((), 1, before(1)), "- 'x'#c\n- 1\n-\n  z\n"),
        ("-\n  # c\n\n  x\n- b\n", InsertItem((), 1, before(0)), "- 1\n-\n  # c\n\n  x\n- b\n"),
        # values
        ("a: 1\t# c\n", SetValue(("a",), 2), "a: 2\t# c\n"),
        ("a:\t1\n", SetValue(("a",), 2), "a:\t2\n"),
        ("a:\n", SetValue(("a",), "x"), "a: x\n"),
        ("a: # c\nb: 1\n", SetValue(("a",), "x"), "a: x # c\nb: 1\n"),
        ("-\n- b\n", SetValue((0,), "x"), "- x\n- b\n"),
        ("a: 1 # c\nb: 1\n", SetValue(("a",), {"x": 1}), "a: # c\n  x: 1\nb: 1\n"),
        ("a: 'x\n  y' # c\nb: 1\n", SetValue(("a",), ["x"]), "a: # c\n  - 'x'\nb: 1\n"),
        ("a: | # c\n  x\n\nb: 1\n", SetValue(("a",), 5), "a: 5 # c\n\nb: 1\n"),
        ("a: | # c\n  x\n\nb: 1\n", SetValue(("a",), {"k": 1}), "a: # c\n  k: 1\n\nb: 1\n"),
        ("a: # c\n  x: 1\n  y: 2\nb: 1\n", SetValue(("a",), "z"), "a: z # c\nb: 1\n"),
        ("a:\n  x: 1\n  y: 2\nb: 1\n", SetValue(("a",), ["z"]), "a:\n  - z\nb: 1\n"),
        ("a:\n- x\nb: 1\n", SetValue(("a",), {"z": 1}), "a:\n  z: 1\nb: 1\n"),
        ("- x\n- y # c\n", SetValue((0,), {"a": 1, "b": 2}), "- a: 1\n  b: 2\n- y # c\n"),
        ("- x\n- y # c\n", SetValue((1,), {"a": 1, "b": 2}), "- x\n- # c\n  a: 1\n  b: 2\n"),
        ("a: 1\n", SetValue((), "x"), "x\n"),
        ("a: 1\n", SetValue((), "x\nz\n"), "|\n  x\n  z\n"),
        ("a: 1\nb: 2\n", SetValue((), {"c": [1]}), "c:\n  - 1\n"),
        ("--- x # c\n", SetValue((), {"a": 1}), "--- # c\na: 1\n"),
        ("-   x\n", SetValue((0,), {"a": 1, "b": 2}), "-   a: 1\n    b: 2\n"),
        ("a:\n    - x\nb:\n  c: 1\n", SetValue(("a",), {"z": 1}), "a:\n    z: 1\nb:\n  c: 1\n"),
        ("- x\n", SetValue((0,), "redis://h/2"), "- redis://h/2\n"),
        ("a:\n  &x # c\n  k: 1\n", SetValue(("a",), 5), "a: &x 5 # c\n"),
        ("a:\n  &x\n  k: 1\n", SetValue(("a",), 5), "a: &x 5\n"),
        ("? a\n: 1\n? b\n: 2\n", AddKey(("c",), 3, before("b")), "? a\n: 1\nc: 3\n? b\n: 2\n"),
        ("a:\n  # c\n  x\n", SetValue(("a",), {"b": 1}), "a:\n  # c\n  b: 1\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_edit(edited: Run, source: str, edit: Edit, result: str, newline: str, mark: str) -> None:
    written = result.replace("\n", newline)
    if source and "\n" not in source:
        written = result  # there is no line break to copy
    elif not source:
        mark, written = "", result
    assert edited(mark + source.replace("\n", newline), edit) == mark + written


def test_all_edits_of_a_batch_refer_to_the_original_text(edited: Run) -> None:
    assert edited(
        ENV,
        InsertItem(("server", "env"), {"name": "NEW", "value": "false"}, after(1)),
        RemoveItems(("server", "env"), (0, 3)),
        SetValue(("server", "env", 2, "value"), "x"),
        InsertItem(("server", "env"), {"name": "TOP", "value": ""}, FIRST),
        AddKey(("server", "messaging", "docket", "url"), "redis://h/2"),
        AddKey(("server", "messaging", "docket", "key"), "k"),
        RenameKey(("next",), "last"),
    ) == (
        "server:\n  env:\n    # heads the list\n"
        '    - name: TOP\n      value: ""\n'
        '    - name: B # of B\n      value: "false"\n'
        '    - name: NEW\n      value: "false"\n'
        "\n    # for C and D\n    - name: C\n      value: x\n"
        "  messaging:\n    docket:\n      url: redis://h/2\n      key: k\n"
        "last: 1\n"
    )


def test_a_batch_can_edit_what_it_adds(edited: Run) -> None:
    assert (
        edited(
            "a: 1\nb:\n",
            AddKey(("c",), {"d": 1}),
            SetValue(("c", "d"), 2),
            AddKey(("b", "x"), 1),
            AddKey(("b", "k"), 2, before("x")),
            RenameKey(("a",), "z"),
            SetValue(("z",), 3),
            AddKey(("e",), ["l"], after("z")),
            InsertItem(("e",), "m", FIRST),
        )
        == "z: 3\ne:\n  - m\n  - l\nb:\n  k: 2\n  x: 1\nc:\n  d: 2\n"
    )


def test_removing_a_node_drops_the_edits_inside_it(edited: Run) -> None:
    assert edited("a:\n- b: 1\n- c: 2\n", SetValue(("a", 0, "b"), 5), RemoveItems(("a",), (0,))) == "a:\n- c: 2\n"
    assert edited("a:\n- b: 1\nc: 2\n", SetValue(("a", 0, "b"), 5), RemoveKey(("a",))) == "c: 2\n"


def test_setting_the_current_value_changes_no_byte(edited: Run) -> None:
    source = "a: {b: ['true',  {value: \"true\"  , name: A}, [ 0x1 ], ~]}\n"
    current: list[Value] = ["true", {"value": "true", "name": "A"}, [1], None]
    for index, value in enumerate(current):
        assert edited(source, SetValue(("a", "b", index), value)) == source
    assert edited(source, SetValue(("a", "b", 2), [True])) == source.replace("[ 0x1 ]", "[true]")


def test_a_value_is_set_back_to_what_the_batch_changed(edited: Run) -> None:
    assert edited("a:\n  b: 1\n", SetValue(("a", "b"), 2), SetValue(("a",), {"b": 1})) == "a:\n  b: 1\n"


def test_a_key_is_added_next_to_one_that_the_batch_added(edited: Run) -> None:
    assert edited("a: 1\n", AddKey(("c",), 2), AddKey(("d",), 3, after("c"))) == "a: 1\nc: 2\nd: 3\n"


def test_keys_added_at_one_place_are_in_the_order_of_the_data(edited: Run) -> None:
    assert edited("a: 1\n", AddKey(("x",), 2, before("a")), AddKey(("z",), 3, before("a"))) == "x: 2\nz: 3\na: 1\n"
    assert edited("a: 1\n", AddKey(("x",), 2, after("a")), AddKey(("z",), 3, after("a"))) == "a: 1\nz: 3\nx: 2\n"


def test_the_first_key_of_an_item_is_replaced_by_another(edited: Run) -> None:
    assert edited("- a: 1\n", RemoveKey((0, "a")), AddKey((0, "b"), 2)) == "- b: 2\n"
    assert edited("- a: 1\n  c: 3\n", RemoveKey((0, "a")), AddKey((0, "b"), 2, FIRST)) == "- b: 2\n  c: 3\n"


def test_a_block_scalar_that_was_replaced_keeps_its_new_end(edited: Run) -> None:
    assert edited("a: |\n  x", SetValue(("a",), "z\n"), AddKey(("b",), 1)) == "a: |\n  z\nb: 1"


def test_keys_change_names_in_turn(edited: Run) -> None:
    assert edited("a: 1\nb: 2\n", RenameKey(("b",), "c"), RenameKey(("a",), "b")) == "b: 1\nc: 2\n"
    assert edited("a: 1\nb: 2\n", RemoveKey(("b",)), RenameKey(("a",), "b"), SetValue(("b",), 5)) == "b: 5\n"


@pytest.mark.parametrize(
    "edit",
    [SetValue(("x",), 1), RemoveKey(("x",)), RenameKey(("a",), "b"), AddKey(("a",), 1), RemoveItems(("l",), (1,)),
     InsertItem(("l",), 1, after(1)), InsertItem(("a",), 1), AddKey(("c",), 1, after("x")), AddKey(("a", "b"), 1)],
)  # fmt: skip
def test_an_edit_at_a_missing_place_raises_no_such_route(edited: Run, edit: Edit) -> None:
    with pytest.raises(NoSuchRoute):
        edited("a: 1\nb: 2\nl: [0]\n", edit)


def test_edits_of_another_document(edited: Run) -> None:
    assert edited("a: 1\n---\n# c\na: 2\n...\n", SetValue(("a",), 3), document=1) == "a: 1\n---\n# c\na: 3\n...\n"
    assert edited("a: 1\n---\n---\nb: 1\n", AddKey(("c",), 3), document=1) == "a: 1\n---\nc: 3\n---\nb: 1\n"


def test_lines_of_the_result_are_mapped_back_to_the_input(outcome: Callable[..., object]) -> None:
    done = outcome("a: 1\nb: 2\nc: 3\nd: 4\n", [RemoveKey(("b",)), AddKey(("x",), {"y": 1}, after("c"))])
    assert [done.original_line(line) for line in range(1, 6)] == [1, 3, 4, 4, 4]  # type: ignore[attr-defined]
