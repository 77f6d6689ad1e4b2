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
"""In characters; a key must end within 1,024 of its beginning to need no `?`."""

# What a comment may follow without a space: nothing, spaces, tabs, breaks, and the ends of quotes and brackets.
_TOUCHABLE = frozenset(("", *" \t\n\r\x85\u2028\u2029'\"]}"))
_HEADER = re.compile("[|>][-+0-9]*")


class Splice(NamedTuple):
    """`text` in place of the text from `start` up to `end`, in characters of the original."""

    start: int
    end: int
    text: str


class New(NamedTuple):
    """A new entry: its key, None in a list, and its value.

    `above_comment` is whether it is put above the comment of the first item, which stays with that item.
    """

    key: str | None
    value: Value
    above_comment: bool = False


class Page:
    """A document being edited.

    `layout` has a line break at the end of the text even if the file has none, so that every entry has whole lines;
    `apply` removes it again.
    """

    def __init__(self, name: str, layout: Layout, root: int, end: int) -> None:
        self.name = name
        self.layout = layout
        self.record = layout.record
        self.style = Style(layout)
        self.root = root
        self.end = end
        self.splices: list[Splice] = []
        self.orphans: list[tuple[int, str]] = []  # offsets in the original, texts
        self.copies: list[int] = []  # offsets of aliases that become copies

    # -- writing -------------------------------------------------------------------------------------------------

    def splice(self, start: int, end: int, text: str) -> None:
        """Put `text` there. A comment that touches the old quote or bracket gets a space before it if it needs one."""
        before = text[-1:] or self.layout.text[start - 1 : start]
        if self.layout.text.startswith("#", end) and before not in _TOUCHABLE:
            text += " "
        if start != end or text:
            self.splices.append(Splice(start, end, text))

    def insert_lines(self, at: int, lines: Sequence[str]) -> None:
        """Insert whole lines at the beginning of a line."""
        newline = self.style.newline(at)
        self.splice(at, at, "".join(line + newline for line in lines))

    def orphan(self, line: GapLine) -> None:
        """Note a comment line that stays without its subject."""
        self.orphans.append((line.start, self.comment(line)))

    def comment(self, line: GapLine) -> str:
        """The text of a comment line, from its `#` on."""
        return self.layout.text[line.start : self.layout.line_end(line.start)].strip()

    def refuse(self, shape: str, offset: int, remedy: str = "Edit that line by hand, then run again.") -> NoReturn:
        """Refuse the edit, naming the shape and the line."""
        raise RefusedError(f"{shape}.", path=self.name, line=self.layout.line(offset), remedy=remedy)

    def renderer(self, parents: Sequence[int], near: int, near_item: int = 0, *, literals: bool = True) -> Renderer:
        return Renderer(self.style, parents, near, near_item, literals=literals)

    # -- looking -------------------------------------------------------------------------------------------------

    def own_line(self, offset: int) -> bool:
        """Whether only spaces and tabs come before `offset` on its line."""
        return not self.layout.text[self.layout.line_start(offset) : offset].strip(" \t")

    def blanks_before(self, offset: int) -> int:
        """Where the spaces and tabs directly before `offset` begin."""
        while offset and self.layout.text[offset - 1] in " \t":
            offset -= 1
        return offset

    def comment_follows(self, offset: int) -> bool:
        """Whether there is a comment between `offset` and the end of its line."""
        return "#" in self.layout.text[offset : self.layout.line_end(offset)]

    def gap_above(self, offset: int) -> list[GapLine]:
        """The blank lines and comment lines directly above the line of `offset`, the first entry of a collection."""
        start = self.layout.line_start(offset)
        top = start
        while top > 0:
            above = self.layout.line_start(top - 1)
            body = self.layout.text[above : self.layout.line_end(above)].strip(" \t")
            if body and not body.startswith("#"):
                break
            top = above
        return gap_lines(self.layout, top, start)

    def comments_below(self, at: int) -> list[GapLine]:
        """The blank lines and comment lines from the line that begins at `at` up to the next line that is neither."""
        return gap_lines(self.layout, at, self.layout.line_start(self.layout.skip_fill(at)))

    def literals_fit(self, at: int, column: int) -> bool:
        """Whether a block scalar may end above the line at `at`: no comment below would become part of its text.

        Nor would a blank line longer than the indentation of the key. And lines that end at LS or PS would keep these
        in the value, which has line feeds instead.
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
        """Where the indicator of a block scalar, such as `|-`, ends."""
        match = _HEADER.match(self.layout.text, self.layout.content_start(node))
        assert match
        return match.end()

    def after_removal(self, leaf: int, at: int) -> int:
        """Where a removal below the block scalar `leaf` must end if it would end at `at`.

        Blank lines directly below a `|+` would become part of it, so they are removed too. A comment that would is
        refused.
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
