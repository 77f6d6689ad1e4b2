"""What the writers of splices share: the text, the style, and the splices themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from migrator.errors import RefusedError
from migrator.values.edits import Value
from migrator.yamltext.comments import GapLine, gap_lines
from migrator.yamltext.layout import Layout
from migrator.yamltext.record import BLOCK_END, FOLDED, LITERAL
from migrator.yamltext.render import Renderer
from migrator.yamltext.style import Style

LONGEST_KEY = 1000
"""Characters; a key must end within 1,024 of where it begins to be one without `?`."""

# What a comment may follow without a blank between: nothing, blanks, breaks, and the ends of quotes and brackets.
_TOUCHABLE = frozenset(("", *" \t\n\r\x85\u2028\u2029'\"]}"))
_HEADER = re.compile("[|>][-+0-9]*")


class Splice(NamedTuple):
    """`text` in place of what stands from `start` up to `end`, in characters of the original."""

    start: int
    end: int
    text: str


class New(NamedTuple):
    """A new entry: its key, None in a list, and its value.

    `above_comment` is whether it goes above the comment on the first item, which is that item's own.
    """

    key: str | None
    value: Value
    above_comment: bool = False


class Page:
    """A document under the knife.

    `layout` has a line break at the end of the text even where the file has none, so that every entry has whole lines;
    `apply` takes it off again.
    """

    def __init__(self, name: str, layout: Layout, root: int, begin: int, end: int) -> None:
        self.name = name
        self.layout = layout
        self.record = layout.record
        self.style = Style(layout)
        self.root = root
        self.begin = begin
        self.end = end
        self.splices: list[Splice] = []
        self.orphans: list[tuple[int, str]] = []  # offsets in the original, texts
        self.copies: list[int] = []  # offsets of aliases that become copies

    # -- writing -------------------------------------------------------------------------------------------------

    def splice(self, start: int, end: int, text: str) -> None:
        """Put `text` there. A comment that touches the quote or bracket before it is moved off what comes instead."""
        before = text[-1:] or self.layout.text[start - 1 : start]
        if self.layout.text.startswith("#", end) and before not in _TOUCHABLE:
            text += " "
        if start != end or text:
            self.splices.append(Splice(start, end, text))

    def insert_lines(self, at: int, lines: Sequence[str]) -> None:
        """Put whole lines where a line begins."""
        newline = self.style.newline(at)
        self.splice(at, at, "".join(line + newline for line in lines))

    def orphan(self, line: GapLine) -> None:
        """Note a comment line that stays without what it spoke of."""
        self.orphans.append((line.start, self.comment(line)))

    def comment(self, line: GapLine) -> str:
        """The text of a comment line, from its `#` on."""
        return self.layout.text[line.start : self.layout.line_end(line.start)].strip()

    def refuse(self, shape: str, offset: int, remedy: str = "Edit that line by hand, then run again.") -> NoReturn:
        """Stop, naming the shape and the line."""
        raise RefusedError(f"{shape}.", path=self.name, line=self.layout.line(offset), remedy=remedy)

    def renderer(self, way: Sequence[int], near: int, near_item: int = 0, *, literals: bool = True) -> Renderer:
        return Renderer(self.style, way, near, near_item, literals=literals)

    # -- looking -------------------------------------------------------------------------------------------------

    def own_line(self, offset: int) -> bool:
        """Whether nothing but blanks stands before `offset` on its line."""
        return not self.layout.text[self.layout.line_start(offset) : offset].strip(" \t")

    def blanks_before(self, offset: int) -> int:
        """Where the blanks right before `offset` begin."""
        while offset and self.layout.text[offset - 1] in " \t":
            offset -= 1
        return offset

    def comment_follows(self, offset: int) -> bool:
        """Whether a comment stands between `offset` and the end of its line."""
        return "#" in self.layout.text[offset : self.layout.line_end(offset)]

    def gap_above(self, offset: int) -> list[GapLine]:
        """The blank lines and comment lines right above the line of `offset`, which is the first entry of something."""
        start = self.layout.line_start(offset)
        top = start
        while top > self.begin:
            above = self.layout.line_start(top - 1)
            if above < self.begin:
                break
            body = self.layout.text[above : self.layout.line_end(above)].strip(" \t")
            if body and not body.startswith("#"):
                break
            top = above
        return gap_lines(self.layout, top, start)

    def comments_below(self, at: int) -> list[GapLine]:
        """The blank lines and comment lines from the line that begins at `at` up to the next thing that is neither."""
        return gap_lines(self.layout, at, self.layout.line_start(self.layout.skip_fill(at)))

    def literals_fit(self, at: int, column: int) -> bool:
        """Whether a block scalar may end above the line at `at`: no comment below would become text of it.

        Nor would a line of blanks that is indented deeper than the key. And lines that end at LS or PS would keep these
        in the value, where it has line feeds.
        """
        if self.style.newline(at) in "\u2028\u2029":
            return False
        below = self.comments_below(at)
        depths = [line.column if line.column >= 0 else self.layout.line_end(line.start) - line.start for line in below]
        return all(depth <= max(column, 0) for depth in depths)

    def last_leaf(self, node: int) -> int:
        """The last scalar, alias or end of a flow collection in `node`."""
        last = self.layout.last_event(node)
        while self.record.kinds[last] == BLOCK_END:
            last -= 1
        return last

    def is_block_scalar(self, node: int) -> bool:
        return self.record.kinds[node] in (LITERAL, FOLDED)

    def header_end(self, node: int) -> int:
        """Where the indicator of a block scalar, as `|-`, ends."""
        match = _HEADER.match(self.layout.text, self.layout.content_start(node))
        assert match
        return match.end()

    def after_removal(self, leaf: int, at: int) -> int:
        """Where a removal below the block scalar `leaf` that would end at `at` has to end.

        Blank lines that come to stand right below a `|+` would be part of it. A comment that would is refused.
        """
        if not self.is_block_scalar(leaf):
            return at
        header = self.layout.text[self.layout.content_start(leaf) : self.header_end(leaf)]
        indent = self.layout.block_scalar_indent(leaf)
        end = at
        for line in self.comments_below(at):
            if line.column < 0:
                length = self.layout.line_end(line.start) - line.start
                if "+" in header or length > indent:
                    end = line.end
                continue
            if line.column >= indent:
                self.refuse("a comment would become part of the block scalar above what is removed", line.start)
            break
        return end
