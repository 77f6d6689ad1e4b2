"""New text looks like its neighbours, and Helm reads the intended value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.values.edits import FIRST, AddKey, Edit, InsertItem, Place, RemoveItems, SetValue, Value, before
from migrator.yamltext import parse

Run = Callable[..., str]


@pytest.mark.parametrize(
    ("value", "plain", "single", "double"),
    [
        ("word", "word", "'word'", '"word"'),
        ("on", '"on"', "'on'", '"on"'),
        ("yes", '"yes"', "'yes'", '"yes"'),
        ("y", '"y"', "'y'", '"y"'),
        ("010", '"010"', "'010'", '"010"'),
        ("1_000", '"1_000"', "'1_000'", '"1_000"'),
        ("1.10", '"1.10"', "'1.10'", '"1.10"'),
        ("", '""', "''", '""'),
        ("null", '"null"', "'null'", '"null"'),
        ("~", '"~"', "'~'", '"~"'),
        ("1:30", '"1:30"', "'1:30'", '"1:30"'),  # a string to Helm, a number to other readers
        ("2001-12-14", '"2001-12-14"', "'2001-12-14'", '"2001-12-14"'),
        ("a: b", '"a: b"', "'a: b'", '"a: b"'),
        ("a #b", '"a #b"', "'a #b'", '"a #b"'),
        ("it's", "it's", "'it''s'", '"it\'s"'),
        ('"q"', '"\\"q\\""', "'\"q\"'", '"\\"q\\""'),
        (" x", '" x"', "' x'", '" x"'),
        ("x\\y", "x\\y", "'x\\y'", '"x\\\\y"'),
        ("tab\tin", "'tab\tin'", "'tab\tin'", '"tab\\tin"'),
        ("\x07", '"\\x07"', '"\\x07"', '"\\x07"'),
        ("é", "é", "'é'", '"é"'),
        ("\x85", '"\\x85"', '"\\x85"', '"\\x85"'),
        ("\U0001f600", "\U0001f600", "'\U0001f600'", '"\U0001f600"'),
        ("redis://:p%40ss@h:6379/2", "redis://:p%40ss@h:6379/2", "'redis://:p%40ss@h:6379/2'", '"redis://:p%40ss@h:6379/2"'),
        ("-x", "-x", "'-x'", '"-x"'),
        ("- x", '"- x"', "'- x'", '"- x"'),
        ("{{ x }}", '"{{ x }}"', "'{{ x }}'", '"{{ x }}"'),
        ("=", '"="', "'='", '"="'),
        (True, "true", "true", "true"),
        (False, "false", "false", "false"),
        (float("nan"), ".nan", ".nan", ".nan"),
        (float("inf"), ".inf", ".inf", ".inf"),
        (float("-inf"), "-.inf", "-.inf", "-.inf"),
        (None, "null", "null", "null"),
        (-5, "-5", "-5", "-5"),
        (1.0, "1.0", "1.0", "1.0"),
        (1e20, "1e+20", "1e+20", "1e+20"),
    ],
)  # fmt: skip
def test_a_scalar_keeps_its_style_where_the_value_allows(
    edited: Run, value: Value, plain: str, single: str, double: str
) -> None:
    if value == "tab\tin":
        plain = '"tab\\tin"'
    for old, new in (("old", plain), ("'old'", single), ('"old"', double)):
        assert edited(f"k: {old}\n", SetValue(("k",), value)) == f"k: {new}\n"


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("k: |\n  a\n  b\n", "c\nd\n", "k: |\n  c\n  d\n"),
        ("k: |\n  a\n  b\n", "c\nd", "k: |-\n  c\n  d\n"),
        ("k: |+\n  a\n\n", "c\n\n", "k: |+\n  c\n\n"),
        ("k: |\n    a\n", "c", "k: |-\n  c\n"),
        ("k: >\n  a\n  b\n", "c\nd\n", "k: >\n  c\n\n  d\n"),
        ("k: >\n  a\n  b\n", "c\n\nd\n", "k: |\n  c\n\n  d\n"),  # folding would lose the blank line
        ("k: x\n", "c\n \nd\n", 'k: "c\\n \\nd\\n"\n'),
        ("k: x\n", "c\nd\n\n", 'k: "c\\nd\\n\\n"\n'),
        ("a:\n    b: 1\nk: x\n", "c\nd\n", "a:\n    b: 1\nk: |\n    c\n    d\n"),
        ("k:\n\n  x\n", "c\nd\n", "k:\n\n  |\n  c\n  d\n"),
        ("k:\n  &x\n  a: 1\n", "c\nd\n", "k: &x |\n  c\n  d\n"),
        ("- a: 1\n", "c\nd\n", "- |\n  c\n  d\n"),
        ("- a:\n      b: 1\n", "c\nd\n", "- |\n  c\n  d\n"),
        ("k: |\n  a\n", " c\n", 'k: " c\\n"\n'),
        ("k: x\n", "c\nd\n", "k: |\n  c\n  d\n"),
        ("k: x\n", "c\n\n d\t\n", "k: |\n  c\n\n   d\t\n"),
        ("k: x\n", "c\n\n", 'k: "c\\n\\n"\n'),  # blank lines below would be part of a block scalar
        ("k: 'x'\n", "c\nd\n", 'k: "c\\nd\\n"\n'),
        ("- x\n", "c\nd\n", "- |\n  c\n  d\n"),
        ("k: x", "c\nd\n", "k: |\n  c\n  d\n"),  # it needs its last line break
    ],
)
def test_multi_line_strings(edited: Run, old: str, value: str, new: str) -> None:
    assert edited(old, SetValue((0,) if old[0] == "-" else ("k",), value)) == new


@pytest.mark.parametrize(
    ("source", "edit", "result"),
    [
        # quotes like the same key of other items
        ('- name: A\n  value: "true"\n', InsertItem((), {"name": "B", "value": "no"}),
         '- name: A\n  value: "true"\n- name: B\n  value: "no"\n'),
        ("- name: A\n  value: 'true'\n", InsertItem((), {"name": "B", "value": ""}, FIRST),
         "- name: B\n  value: ''\n- name: A\n  value: 'true'\n"),
        ("- name: A\n  value: '1'\n", InsertItem((), {"name": "B", "value": "word"}),
         "- name: A\n  value: '1'\n- name: B\n  value: 'word'\n"),
        ("- name: A\n  value: word\n", InsertItem((), {"name": "B", "value": "w"}),
         "- name: A\n  value: word\n- name: B\n  value: w\n"),
        # quotes like the nearest value
        ("a: 'q'\nb: w\n", SetValue(("b",), "v"), "a: 'q'\nb: v\n"),
        ("a: 'q'\nb: w\n", SetValue(("b",), "yes"), "a: 'q'\nb: 'yes'\n"),
        ("a: 'q'\nb: w\nc: v\n", SetValue(("c",), "yes"), "a: 'q'\nb: w\nc: 'yes'\n"),
        ("m:\n  redis:\n    host: 'h'\n", AddKey(("m", "docket", "url"), "redis://h/2"),
         "m:\n  redis:\n    host: 'h'\n  docket:\n    url: 'redis://h/2'\n"),
        ("m:\n  redis:\n    host: h\n", AddKey(("m", "docket", "url"), "redis://h/2"),
         "m:\n  redis:\n    host: h\n  docket:\n    url: redis://h/2\n"),
        ("'a': x\n'b': x\n", AddKey(("c",), "x"), "'a': x\n'b': x\n'c': x\n"),
        ("a: 'q'\nb: 1\nc: 2\nd: 3\n", AddKey(("e",), "yes"), "a: 'q'\nb: 1\nc: 2\nd: 3\ne: 'yes'\n"),
        ("a: 'q'\nb: 1\nc: \"z\"\n", SetValue(("b",), "yes"), "a: 'q'\nb: 'yes'\nc: \"z\"\n"),
        ("a: 'yes'\nb: w\n", AddKey(("c",), "v"), "a: 'yes'\nb: w\nc: v\n"),  # quotes that were needed decide nothing
        ("b: w\n", AddKey(("é",), "redis://h/2"), "b: w\né: redis://h/2\n"),
        ("- a\n", InsertItem((), "redis://h/2"), "- a\n- redis://h/2\n"),
        # the items of a list are a model for the items of a new list, and not for the same key elsewhere
        ("e:\n- name: 'A'\nb: w\nc: w\n", AddKey(("name",), "v"), "e:\n- name: 'A'\nb: w\nc: w\nname: v\n"),
        ("e:\n- name: 'A'\nb: w\nc: w\n", AddKey(("f",), [{"name": "v"}]),
         "e:\n- name: 'A'\nb: w\nc: w\nf:\n- name: 'v'\n"),
        ("m: {name: \"M\"}\ne:\n- name: 'A'\nb: w\n", AddKey(("f",), [{"name": "v"}]),
         "m: {name: \"M\"}\ne:\n- name: 'A'\nb: w\nf:\n- name: 'v'\n"),
        ("- name: 'A'\n- name: \"B\"\n", InsertItem((), {"name": "v"}), "- name: 'A'\n- name: \"B\"\n- name: \"v\"\n"),
        ("k: w\nl:\n- value: '1'\n", InsertItem(("l",), {"value": "v"}), "k: w\nl:\n- value: '1'\n- value: 'v'\n"),
        ("k: w\nl:\n- value: '1'\n", AddKey(("m",), [{"value": "v"}]), "k: w\nl:\n- value: '1'\nm:\n- value: 'v'\n"),
        ("e:\n- name: 'A'\nb: w\nc: w\n", AddKey(("f",), {"l": [{"x": 1}], "name": "v"}),
         "e:\n- name: 'A'\nb: w\nc: w\nf:\n  l:\n  - x: 1\n  name: v\n"),
        # only the nearest are looked at
        (f"[w, {', '.join(['{}'] * 12)}]\n".format(*["'yes'"] * 12), InsertItem((), "v"),
         f"[w, {', '.join(['{}'] * 12)}, 'v']\n".format(*["'yes'"] * 12)),
        # indentation
        ("-       a: 1\n", InsertItem((), {"b": 2}), "-       a: 1\n-       b: 2\n"),
        ("-        a: 1\n", InsertItem((), {"b": 2}), "-        a: 1\n- b: 2\n"),
        ("a:\n    b: 1\n", AddKey(("a", "c", "d"), 1), "a:\n    b: 1\n    c:\n        d: 1\n"),
        ("a:\n- x\nb: 1\n", AddKey(("c",), ["y_"]), "a:\n- x\nb: 1\nc:\n- y_\n"),
        ("a:\n    - x\nb: 1\n", AddKey(("c",), ["y_"]), "a:\n    - x\nb: 1\nc:\n    - y_\n"),
        ("a:\n  - x\nb:\n  c:\n  - z\n", AddKey(("b", "d"), ["y_"]), "a:\n  - x\nb:\n  c:\n  - z\n  d:\n  - y_\n"),
        ("a:\n- b:\n     c: 1\n", AddKey(("d", "e"), 1), "a:\n- b:\n     c: 1\nd:\n   e: 1\n"),
        # line breaks like the nearest one if they are mixed
        ("a: 1\r\nb: 2\r\n", AddKey(("c",), 3), "a: 1\r\nb: 2\r\nc: 3\r\n"),
        ("a: 1\nb: 2\r\nc: 3\n", AddKey(("d",), 4, FIRST), "d: 4\na: 1\nb: 2\r\nc: 3\n"),
        ("a: 1\nb: 2\r\nc: 3\n", AddKey(("d",), 4), "a: 1\nb: 2\r\nc: 3\nd: 4\n"),
        ("a: 1\x85b: 2\x85", AddKey(("c",), 3), "a: 1\x85b: 2\x85c: 3\x85"),
        # if no item of its own list has the key, items of another list decide before nearer values
        ("s:\n  env:\n    - name: 'A'\n      value: \"x\"\nb:\n  k: plain\n  env:\n    - other: y\n",
         InsertItem(("b", "env"), {"name": "N", "value": "v"}),
         "s:\n  env:\n    - name: 'A'\n      value: \"x\"\nb:\n  k: plain\n  env:\n    - other: y\n"
         "    - name: 'N'\n      value: \"v\"\n"),
    ],
)  # fmt: skip
def test_new_text_looks_like_its_neighbours(edited: Run, source: str, edit: Edit, result: str) -> None:
    assert edited(source, edit) == result


def test_half_a_surrogate_pair_cannot_be_written(edited: Run) -> None:
    with pytest.raises(ValueError, match="a text with half a surrogate pair cannot be written as YAML"):
        edited("a: 1\n", SetValue(("a",), "\ud800"))


def test_keys_are_quoted_where_they_would_be_misread(edited: Run) -> None:
    result = edited("a: 1\n", *(AddKey((key,), 0) for key in ("on", "1", "", "<<", "a: b", "null")))
    assert result == 'a: 1\n"on": 0\n"1": 0\n"": 0\n"<<": 0\n"a: b": 0\n"null": 0\n'
    assert parse(result.encode()).documents[0].data == dict.fromkeys(("on", "1", "", "<<", "a: b", "null"), 0) | {
        "a": 1
    }


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        # A line of spaces below that is deeper than the key would be part of a block scalar.
        ("a:\n  b:\n    c: 1\n      \n", SetValue(("a", "b"), "x\ny\n"), 'a:\n  b: "x\\ny\\n"\n      \n'),
        ("a: 1\n   \nb: 2\n", SetValue(("a",), "x\ny\n"), 'a: "x\\ny\\n"\n   \nb: 2\n'),
        ("a: 1\n# of b\nb: 2\n", SetValue(("a",), "x\ny\n"), "a: |\n  x\n  y\n# of b\nb: 2\n"),
        ("a:\n  b: 1\n  \nc: 2\n", SetValue(("a", "b"), "x\ny\n"), "a:\n  b: |\n    x\n    y\n  \nc: 2\n"),
    ],
)
def test_a_multi_line_string_is_quoted_if_text_below_would_join_it(
    edited: Callable[..., str], before: str, edit: Edit, after: str
) -> None:
    assert edited(before, edit) == after


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        # With an indentation indicator, a line of spaces may be text although it is shorter than the text above it.
        ("- |1\n   x\n  \n- b\n", InsertItem((), "n", Place("after", 0)), '- |1\n   x\n  \n- "n"\n- b\n'),
        ("a:\n  b: |1\n     x\n    \n", AddKey(("a", "z"), 1), "a:\n  b: |1\n     x\n    \n  z: 1\n"),
        ("a: |\n  x\n   \nb: 1\n", AddKey(("z",), 1, Place("after", "a")), "a: |\n  x\n   \nz: 1\nb: 1\n"),
        ("a: |\n  x\n  \nb: 1\n", AddKey(("z",), 1, Place("after", "a")), "a: |\n  x\nz: 1\n  \nb: 1\n"),
        (
            "- - |1\n    x\n   \n  - b\n",
            InsertItem((0,), "n", Place("after", 0)),
            '- - |1\n    x\n  - "n"\n   \n  - b\n',
        ),
    ],
)
def test_an_insertion_below_a_block_scalar_goes_below_all_its_text(
    edited: Callable[..., str], before: str, edit: Edit, after: str
) -> None:
    assert edited(before, edit) == after


@pytest.mark.parametrize(("key", "value"), [('"name"', "value"), ("'name'", "'value'"), ("name", '"value"')])
def test_keys_of_a_new_item_are_quoted_like_those_of_its_neighbours(edited: Run, key: str, value: str) -> None:
    before = f"'env':\n  - {key}: a\n    {value}: b\n"
    done = edited(before, InsertItem(("env",), {"name": "c", "value": "d"}))
    assert done == f"{before}  - {key}: c\n    {value}: d\n"


@pytest.mark.parametrize("gap", ["\n", "\n\n", "  \n"])
def test_no_final_newline_appears_when_the_last_item_is_removed(edited: Run, gap: str) -> None:
    before = f"env:\n  - a: 1\n{gap}  - b: 2"
    assert edited(before, RemoveItems(("env",), (1,))) == "env:\n  - a: 1"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_no_final_newline_appears_when_the_last_items_are_removed(edited: Run, newline: str) -> None:
    before = "- a: 1\n\n# of b\n- b\n\n# of c\n- c\n  \n- d".replace("\n", newline)
    assert edited(before, RemoveItems((), (1, 2, 3))) == "- a: 1"
    assert edited(before, RemoveItems((), (2, 3))) == "- a: 1\n\n# of b\n- b".replace("\n", newline)


def test_an_insertion_before_the_first_item_is_above_its_comment(edited: Run) -> None:
    """First in the list is below a comment that may head the list; before an item is above that item's comment."""
    text = "env:\n  # of a\n  - a: 1\n"
    assert edited(text, InsertItem(("env",), {"b": 2}, before(0))) == "env:\n  - b: 2\n  # of a\n  - a: 1\n"
    assert edited(text, InsertItem(("env",), {"b": 2}, FIRST)) == "env:\n  # of a\n  - b: 2\n  - a: 1\n"


ENTRY: Value = {"name": "B", "value": "true"}


@pytest.mark.parametrize(
    ("items", "new"),
    [
        ('- {name: A, value: "1"}\n', '- {name: B, value: "true"}\n'),
        ("-   { name: A, value: '1' }\n", "-   { name: B, value: 'true' }\n"),
        ('- {"name": "A", "value": "1"}\n', '- {"name": "B", "value": "true"}\n'),
        ('- name: A\n  value: "1"\n', '- name: B\n  value: "true"\n'),
        # the nearest one decides, and braces over two lines do not count
        ('- {name: Z, value: "0"}\n- name: A\n  value: "1"\n', '- name: B\n  value: "true"\n'),
        ('- {name: A,\n   value: "1"}\n', '- name: B\n  value: "true"\n'),
        ("- plain\n", '- name: B\n  value: "true"\n'),
    ],
)
def test_a_new_entry_is_in_braces_if_its_neighbour_is(edited: Run, items: str, new: str) -> None:
    assert edited(f"env:\n{items}", InsertItem(("env",), ENTRY)) == f"env:\n{items}{new}"
