"""Which comments are removed with a node, which stay, and which of those are reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.errors import RefusedError
from migrator.values.edits import FIRST, AddKey, Edit, InsertItem, RemoveItems, RemoveKey, SetValue, after, before
from migrator.yamltext.splicing import Edited

RUNS = """\
# over a and b
a: 1 # of a
b: 2 # of b
# over c
c: 3

# alone

d: 4
"""


@pytest.mark.parametrize(
    ("source", "edits", "result", "orphans"),
    [
        (RUNS, [RemoveKey(("a",))], RUNS.replace("a: 1 # of a\n", ""), []),
        (RUNS, [RemoveKey(("a",)), RemoveKey(("b",))], RUNS[RUNS.index("# over c") :], []),
        (RUNS, [RemoveKey(("c",))], RUNS.replace("# over c\nc: 3\n", ""), []),
        (RUNS, [RemoveKey(("d",))], RUNS.replace("d: 4\n", ""), [(7, "# alone")]),
        # inside the removed node all are removed; below it, indented deeper, a comment stays
        ("a:\n  b: 1\n  # in a\n  c: 2\nd: 1\n", [RemoveKey(("a",))], "d: 1\n", []),
        ("a:\n  b: 1\n  # below\nd: 1\n", [RemoveKey(("a",))], "  # below\nd: 1\n", [(1, "# below")]),
        ("a:\n- x\n# b?\n- y\n", [RemoveItems(("a",), (0, 1))], "a: []\n", []),
        ("a:\n- x\n\n# b?\n- y\n", [RemoveItems(("a",), (1,))], "a:\n- x\n\n", []),
        ("a:\n  b: 1\n# level\n  # deeper\nc: 1\n", [RemoveKey(("a",))], "# level\n  # deeper\nc: 1\n", []),
        # the last entry has no effect on what is below the first
        ("a: 1\n\nb: |+\n  x\n\n", [RemoveKey(("a",))], "\nb: |+\n  x\n\n", []),
        # a removed entry takes its heading along only if nothing replaces it
        ("l:\n# heads\n- x\n", [RemoveItems(("l",), (0,)), InsertItem(("l",), "v")], "l:\n# heads\n- v\n", []),
        ("l:\n# heads\n- x\n", [InsertItem(("l",), "v", FIRST)], "l:\n# heads\n- v\n- x\n", []),
        ("m:\n  # of x\n  x: 1\n", [AddKey(("m", "w"), 0, FIRST)], "m:\n  w: 0\n  # of x\n  x: 1\n", []),
        ("# the file's\nx: 1\n", [AddKey(("w",), 0, FIRST)], "# the file's\nw: 0\nx: 1\n", []),
        # an end mark of a removed group stays and is reported; that of another group, or a heading below, is not
        ("l:\n- a\n# <s>\n- b\n- c\n# </s>\n- d\n", [RemoveItems(("l",), (1, 2))],
         "l:\n- a\n# </s>\n- d\n", [(3, "# </s>")]),
        ("l:\n# begin of s\n- b\n# END s\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# END s\n- d\n", [(2, "# END s")]),
        ("l:\n# region s\n- b\n# endregion\n- d\n", [RemoveItems(("l",), (0,))],
         "l:\n# endregion\n- d\n", [(2, "# endregion")]),
        ("l:\n# <s>\n- b\n# </t>\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# </t>\n- d\n", []),
        ("l:\n# b\n- b\n# d, in the end\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# d, in the end\n- d\n", []),
        ("l:\n# <s> of ours\n- b\n# </s>\n- d\n", [RemoveItems(("l",), (0,))],
         "l:\n# </s>\n- d\n", [(2, "# </s>")]),
        ("l:\n# >>> s >>>\n- b\n# <<< s <<<\n- d\n", [RemoveItems(("l",), (0,))],
         "l:\n# <<< s <<<\n- d\n", [(2, "# <<< s <<<")]),
        ("l:\n# s {{{\n- b\n# }}}\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# }}}\n- d\n", [(2, "# }}}")]),
        ("l:\n# s\n- b\n# }}}\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# }}}\n- d\n", []),
        ("l:\n# start of s\n- b\n# end\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# end\n- d\n", [(2, "# end")]),
        ("l:\n# the b\n- b\n# the end\n- d\n", [RemoveItems(("l",), (0,))], "l:\n# the end\n- d\n", []),
        # a comment inside an entry stays inside it
        ("a:\n  b: 1\n  # c: 2\n\n# of d\nd: 1\n", [AddKey(("e",), 5, after("a"))],
         "a:\n  b: 1\n  # c: 2\ne: 5\n\n# of d\nd: 1\n", []),
        ("a:\n  b: 1\n# level\n  # deeper\nc: 1\n", [AddKey(("e",), 5, after("a"))],
         "a:\n  b: 1\ne: 5\n# level\n  # deeper\nc: 1\n", []),
        ("\n# of a\na: 1\n\nb: 2\n", [RemoveKey(("a",))], "\n\nb: 2\n", []),
        ("a: 1\n\n# one\n\n# two\n\nd: 4\n", [RemoveKey(("d",))], "a: 1\n\n# one\n\n# two\n\n", [(5, "# two")]),
        ("# of a\na: 1\n\nb: 2\n# end\n", [RemoveKey(("a",))], "\nb: 2\n# end\n", []),
        ("# x\n- a: 1\n\n  b: 2\n", [RemoveKey((0, "a"))], "# x\n-\n\n  b: 2\n", []),
        ("a: 1\n\n  # deeper\n\nd: 4\n", [RemoveKey(("d",))], "a: 1\n\n  # deeper\n\n", []),
        ("l:\n# one\n\n- a\nb: 1\n", [RemoveItems(("l",), (0,)), InsertItem(("l",), "c")],
         "l:\n# one\n\n- c\nb: 1\n", []),
        ("a: |+\n  x\nb: 2\n\nc: 3\n", [RemoveKey(("b",)), AddKey(("z",), 1, before("c"))],
         "a: |+\n  x\nz: 1\n\nc: 3\n", []),
        # a blank line that is deeper than the block scalar above would become part of it
        ("a: |\n  x\nb: 2\n   \nc: 3\n", [RemoveKey(("b",))], "a: |\n  x\nc: 3\n", []),
        ("a: |\n  x\nb: 2\n  \nc: 3\n", [RemoveKey(("b",))], "a: |\n  x\n  \nc: 3\n", []),
        ("a: |\n  x\nb: 2\n\nc: 3\n", [RemoveKey(("b",))], "a: |\n  x\n\nc: 3\n", []),
        # blank lines below two removed keys would become part of the block scalar above them
        ("a: |+\n  x\nb: 2\nc: 3\n\nd: 4\n", [RemoveKey(("b",)), RemoveKey(("c",))], "a: |+\n  x\nd: 4\n", []),
        ("a: |+\n  x\nb: 2\n\nc: 3\nd: 4\n", [RemoveKey(("b",)), RemoveKey(("c",))], "a: |+\n  x\nd: 4\n", []),
        ("- a: 1 # one\n  # two\n  b: 2\n", [RemoveKey((0, "a"))], "-\n  # two\n  b: 2\n", []),
        ("- a: 1\n  # of b\n  b: 2\n  c: 3\n", [RemoveKey((0, "a")), RemoveKey((0, "b"))], "-\n  # of b\n  c: 3\n", []),
        ("- a: 1\n  b: 2\n  c: 3\n", [RemoveKey((0, "a")), RemoveKey((0, "b"))], "- c: 3\n", []),
        ("- # dash\n  a: 1\n  b: 2\n", [RemoveKey((0, "a"))], "- # dash\n  b: 2\n", []),
        ("a: # key\n  # over b\n  b: 1\nc: 1\n", [SetValue(("a",), 5)], "a: 5 # key\nc: 1\n", []),
        ("a: x # 'x'\n", [SetValue(("a",), "#")], "a: \"#\" # 'x'\n", []),
        ("a: 'no # comment' # but this\n", [SetValue(("a",), "y")], "a: 'y' # but this\n", []),
        # what follows a comment at the key's own level is not part of the value
        ("a:\n  b: 1\n  # deeper\n# level\n  # again\nc: 1\n", [SetValue(("a",), 5)],
         "a: 5\n  # deeper\n# level\n  # again\nc: 1\n", [(2, "# deeper")]),
        # a multi-line string does not swallow a comment below
        ("a: x\n  # deeper\nb: 1\n", [SetValue(("a",), "p\nq\n")], 'a: "p\\nq\\n"\n  # deeper\nb: 1\n', []),
    ],
)  # fmt: skip
def test_comments(
    outcome: Callable[..., Edited], source: str, edits: list[Edit], result: str, orphans: list[tuple[int, str]]
) -> None:
    done = outcome(source, edits)
    assert done.stream.data.decode() == result
    assert list(done.orphans) == orphans


WHOLE = """\
a:  # of a
  b: 'x # text'  # of b
  # over c
  c: [1, 2#3
    # inside
    , "#"]#touches
  d: |  # text's own
    # text
# below
e: 1  # of b
"""


@pytest.mark.parametrize(
    ("source", "edits", "lost"),
    [
        (WHOLE, [RemoveKey(("a",))],
         [(1, "# of a"), (2, "# of b"), (3, "# over c"), (5, "# inside"), (6, "#touches")]),
        (WHOLE, [RemoveKey(("a", "c"))], [(5, "# inside"), (6, "#touches")]),
        (WHOLE, [RemoveKey(("a", "b")), RemoveKey(("e",))], []),  # the comments of single values go with them
        (WHOLE, [SetValue(("a", "b"), 5)], []),
        ("a: {b: 1}\nc: 1  # c\n", [RemoveKey(("a",))], []),
        ("a:\n  b: 1  # c\n", [RemoveKey(("a",)), AddKey(("d",), "w # c")], []),
    ],
)  # fmt: skip
def test_comments_inside_a_removed_node_are_reported(
    outcome: Callable[..., Edited], source: str, edits: list[Edit], lost: list[tuple[int, str]]
) -> None:
    assert list(outcome(source, edits).lost) == lost


def test_a_comment_that_would_become_text_is_refused_with_its_line(outcome: Callable[..., Edited]) -> None:
    with pytest.raises(RefusedError, match=r"values\.yaml:4: a comment would become part"):
        outcome("a: |\n  x\nb:\n    # deep\nc: 1\n", [RemoveKey(("b",))])
    with pytest.raises(RefusedError, match=r"values\.yaml:4: a comment would become part"):
        outcome("a: |\n  x\nb:\n  # as deep\nc: 1\n", [RemoveKey(("b",))])
    # The same with a comment that is not deep enough to be text.
    done = outcome("a: |\n  x\nb:\n # not deep\nc: 1\n", [RemoveKey(("b",))])
    assert done.stream.data == b"a: |\n  x\n # not deep\nc: 1\n"


@pytest.mark.parametrize(
    ("text", "edit", "result"),
    [
        ("a: 'x'#c\n", SetValue(("a",), 5), "a: 5 #c\n"),
        ("a: 'x'#c\n", SetValue(("a",), "y"), "a: 'y'#c\n"),
        ('a: "x"#c\nb: 1\n', SetValue(("a",), {"q": 1}), "a: #c\n  q: 1\nb: 1\n"),
        ("a: [1]#c\nb: 1\n", SetValue(("a",), None), "a: null #c\nb: 1\n"),
        ("{a: 'x'#c\n, b: 1}\n", SetValue(("a",), 5), "{a: 5 #c\n, b: 1}\n"),
        ("- 'x'#c\n- y\n", SetValue((0,), 5), "- 5 #c\n- y\n"),
    ],
)
def test_a_comment_that_touches_quotes_or_brackets_stays_a_comment(
    edited: Callable[..., str], text: str, edit: Edit, result: str
) -> None:
    assert edited(text, edit) == result
