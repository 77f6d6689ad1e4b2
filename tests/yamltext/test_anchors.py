"""Edits of shared nodes: only one place changes, and an alias that becomes a copy for it is reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.errors import RefusedError
from migrator.values.edits import FIRST, AddKey, Edit, InsertItem, RemoveItems, RemoveKey, RenameKey, SetValue, after
from migrator.yamltext.splicing import Edited

SHARED = """\
a: &x # shared
  b: 1
  c: [p]
d: *x
e: *x
"""


@pytest.mark.parametrize(
    ("source", "edits", "result", "copies"),
    [
        # an edit of the anchor: the first alias becomes the anchor
        (SHARED, [SetValue(("a", "b"), 2)],
         "a: # shared\n  b: 2\n  c: [p]\nd: &x\n  b: 1\n  c:\n    - p\ne: *x\n", [4]),
        (SHARED, [RemoveKey(("a",))], "d: &x\n  b: 1\n  c:\n    - p\ne: *x\n", [1]),
        ("a: &x 1\nb: *x\n", [SetValue(("a",), 2)], "a: &x 2\nb: 1\n", [2]),
        ("a: &x 'on'\nb: [*x, *x]\n", [RemoveKey(("a",))], "b: [&x 'on', *x]\n", [1]),
        ("a: &x\nb: *x\n", [AddKey(("a", "c"), 1)], "a: &x\n  c: 1\nb: null\n", [3]),
        ("a: &x !!str 5\nb: *x\n", [RemoveKey(("a",))], 'b: "5"\n', [1]),
        ("- &x {a: 1}\n- *x\n", [AddKey((0, "b"), 2)], "- &x {a: 1, b: 2}\n- a: 1\n", [2]),
        ("&k a: 1\nb: [*k, *k]\n", [RemoveKey(("a",))], "b: [&k a, *k]\n", [1]),
        ("&k a: 1\nb: *k\nc: *k\n", [RenameKey(("a",), "z")], "z: 1\nb: &k a\nc: *k\n", [2]),
        ("a: &x\n  k: 1\nb: *x\nc: *x\n", [SetValue(("a", "k"), 2)], "a:\n  k: 2\nb: &x\n  k: 1\nc: *x\n", [3]),
        ("a:  &x {k: 1}\nb: *x\nc: *x\n", [SetValue(("a", "k"), 2)], "a:  {k: 2}\nb: &x\n  k: 1\nc: *x\n", [2]),
        ("a: &x |\n  t\nb: *x\n", [SetValue(("a",), "u\n")], "a: &x |\n  u\nb: |\n  t\n", [3]),
        # an edit through an alias: it becomes a copy
        (SHARED, [AddKey(("d", "f"), 3, FIRST)], SHARED.replace("d: *x\n", "d:\n  f: 3\n  b: 1\n  c:\n    - p\n"), [4]),
        (SHARED, [InsertItem(("e", "c"), "q")], SHARED.replace("e: *x\n", "e:\n  b: 1\n  c:\n    - p\n    - q\n"), [5]),
        # an edit of the alias itself, or of an unused anchor: nothing to report
        (SHARED, [SetValue(("d",), 5)], SHARED.replace("d: *x", "d: 5"), []),
        (SHARED, [RemoveKey(("e",))], SHARED.replace("e: *x\n", ""), []),
        (SHARED, [RenameKey(("d",), "z")], SHARED.replace("d:", "z:"), []),
        (SHARED, [AddKey(("f",), 5), SetValue(("d", "b"), 1)], SHARED + "f: 5\n", []),
        ("a: &x 1\n", [SetValue(("a",), "t")], "a: &x t\n", []),
        ("a: &x\n  b: 1\n", [RemoveKey(("a", "b"))], "a: &x {}\n", []),
        ("a: &x 1\n", [SetValue(("a",), {"b": 1})], "a: &x\n  b: 1\n", []),
        # both lists that share an env
        (
            "s: &e\n- A\n- B\nb: *e\n",
            [RemoveItems(("s",), (0,)), RemoveItems(("b",), (1,))],
            "s: &e\n- B\nb:\n- A\n",
            [3],
        ),
        # the removed node has both the anchor and an alias
        ("a: {b: &x 1, c: *x}\nd: *x\n", [RemoveKey(("a",))], "d: 1\n", [1]),
    ],
)  # fmt: skip
def test_anchors(
    outcome: Callable[..., Edited], source: str, edits: list[Edit], result: str, copies: list[int]
) -> None:
    done = outcome(source, edits)
    assert done.stream.data.decode() == result
    assert sorted(set(done.copies)) == copies


MERGED = "base: &b\n  x: 1\n  y_: {z_: 2}\nuser:\n  <<: *b\n  own: 3\n"


@pytest.mark.parametrize(
    ("edit", "result"),
    [
        (SetValue(("user", "x"), 5), MERGED + "  x: 5\n"),
        (AddKey(("user", "y_", "k"), 5), MERGED + "  y_:\n    z_: 2\n    k: 5\n"),
        (SetValue(("user", "own"), 5), MERGED.replace("3", "5")),
        (RemoveKey(("user", "own")), MERGED.replace("  own: 3\n", "")),
        (AddKey(("user", "new"), 5, after("own")), MERGED + "  new: 5\n"),
        (AddKey(("user", "new"), 5, FIRST), MERGED.replace("user:\n", "user:\n  new: 5\n")),
        (SetValue(("base", "x"), 5),
         "base: &b\n  x: 5\n  y_: {z_: 2}\nuser:\n  <<:\n    x: 1\n    y_:\n      z_: 2\n  own: 3\n"),
    ],
)  # fmt: skip
def test_merge_keys(outcome: Callable[..., Edited], edit: Edit, result: str) -> None:
    assert outcome(MERGED, [edit]).stream.data.decode() == result


@pytest.mark.parametrize(
    ("source", "edit", "result"),
    [
        ("b: &b {x: 1}\nu:\n  <<: [*b, {z: 1}]\n", SetValue(("u", "x"), 5),
         "b: &b {x: 1}\nu:\n  <<: [*b, {z: 1}]\n  x: 5\n"),
        ("b: &b {x: }\nu:\n  <<: *b\n", AddKey(("u", "x", "k"), 1), "b: &b {x: }\nu:\n  <<: *b\n  x:\n    k: 1\n"),
    ],
)  # fmt: skip
def test_a_merged_value_is_overridden(outcome: Callable[..., Edited], source: str, edit: Edit, result: str) -> None:
    assert outcome(source, [edit]).stream.data.decode() == result


@pytest.mark.parametrize(
    ("source", "edit", "words"),
    [
        (MERGED, RemoveKey(("user", "x")), r"values\.yaml:5: user\.x comes from a merge key"),
        (MERGED, RenameKey(("user", "x"), "z"), r"values\.yaml:5: user\.x comes from a merge key"),
        (MERGED, AddKey(("user", "z"), 1, after("x")), r"values\.yaml:5: cannot insert next to 'x'"),
        (MERGED + "  x: 9\n", RemoveKey(("user", "x")), r"values\.yaml:7: without its entry, 'x' would come from"),
        ("b: &b {x: 1}\nu:\n  x: 9\n  <<: *b\n", SetValue(("u", "x"), 5),
         r"values\.yaml:4: the merge key `<<` overrides"),
        ("b: &b {x: 1}\nu:\n  x: 9\n  <<: *b\n", RenameKey(("u", "x"), "z"),
         r"values\.yaml:4: u\.x comes from a merge key"),
        ("a: # c\n  &x\n  k: 1\n", SetValue(("a",), 5),
         r"values\.yaml:2: cannot edit an anchor or a tag on a line of its own below a comment"),
        ("a:\n  &x v\n", SetValue(("a",), {"b": 1}), r"values\.yaml:2: cannot edit a value with an anchor"),
        ("a:\n  |\n  x\n", SetValue(("a",), {"b": 1}), r"values\.yaml:2: cannot edit .* or a block scalar, on a line"),
        ("&k a: 1\n*k : 2\n", RemoveKey(("a",)), r"values\.yaml:2: the key 'a' appears twice .* lines 1 and 2"),
        ("a: &k b\n*k : 2\n", RemoveKey(("a",)), r"values\.yaml:2: an alias is used as a key"),
        ("a: 1\nb: 2\na: 3\n", SetValue(("a",), 5), r"values\.yaml:3: the key 'a' appears twice .* lines 1 and 3"),
        ("a: {b: 1}\na: {b: 2}\n", SetValue(("a", "b"), 5), r"lines 1 and 2"),
        ("1: a\n'1': b\n", RemoveKey(("1",)), r"lines 1 and 2"),
        ("? a\n", SetValue(("a",), 5), r"values\.yaml:1: cannot edit an explicit key `\?` without a value"),
        ("a: [b: 1]\n", AddKey(("a", 0, "c"), 5), r"values\.yaml:1: cannot edit a `key: value` pair without braces"),
        ("a:\n  &x\n  !!map\n  b: 1\n", SetValue(("a",), 5),
         r"values\.yaml:2: cannot edit an anchor and a tag on lines of their own"),
        ("a: 1\n", AddKey(("k" * 1001,), 5), r"more than 1,000 characters"),
        ('a: {b: 1, "c\n  d"}\n', SetValue(("a", "c d"), 5), r"values\.yaml:1: cannot edit a multi-line key"),
        ("{%s}\n" % ("k" * 1001), SetValue(("k" * 1001,), 5), r"cannot edit a key of more than 1,000 characters"),
        ("--- &x\nfoo\n", SetValue((), {"a": 1}), r"values\.yaml:1: cannot edit a document that is one scalar"),
    ],
)  # fmt: skip
def test_unsupported_shapes_are_refused_by_name_and_line(
    outcome: Callable[..., Edited], source: str, edit: Edit, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        outcome(source, [edit])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: !\n", "a: 5\n"),
        ("a: !", "a: 5"),
        ("b: 1\na: &x\n", "b: 1\na: &x 5\n"),
        ("a: &x\n  &m k: v\n", "a: &x 5\n"),
        ("a: &x !!str\n\n", "a: &x 5\n\n"),
    ],
)
def test_a_tag_or_an_anchor_without_a_value_may_be_last(edited: Callable[..., str], before: str, after: str) -> None:
    assert edited(before, SetValue(("a",), 5)) == after


def test_a_duplicate_key_elsewhere_does_not_prevent_an_edit(outcome: Callable[..., Edited]) -> None:
    assert outcome("a: 1\nb: 2\na: 3\n", [SetValue(("b",), 5)]).stream.data == b"a: 1\nb: 5\na: 3\n"


TAGGED_KEYS = """\
x: &x
  q: 1
a: # by yq
  !!merge <<: *x
  b: 1
c:
  &m k: v
"""


@pytest.mark.parametrize(
    ("old", "edit", "new"),
    [
        ("a: # by yq\n  !!merge <<: *x\n  b: 1\n", SetValue(("a",), 0), "a: 0 # by yq\n"),
        ("  !!merge <<: *x\n  b: 1\n", SetValue(("a",), {"z": 1}), "  z: 1\n"),
        ("  b: 1\n", RemoveKey(("a", "b")), ""),
        ("  b: 1\n", AddKey(("a", "z"), 1), "  b: 1\n  z: 1\n"),
        ("c:\n  &m k: v\n", SetValue(("c",), "s"), "c: s\n"),
        ("c:\n  &m k: v\n", RemoveKey(("c", "k")), "c: {}\n"),
        ("c:\n  &m k: v\n", SetValue(("c", "k"), 5), "c:\n  &m k: 5\n"),
    ],
)  # fmt: skip
def test_a_tag_or_anchor_of_the_first_key_is_not_that_of_the_block(
    edited: Callable[..., str], old: str, edit: Edit, new: str
) -> None:
    assert edited(TAGGED_KEYS, edit) == TAGGED_KEYS.replace(old, new)
