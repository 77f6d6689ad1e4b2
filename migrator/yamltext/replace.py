"""One value replaced by another, in a block; in brackets one splice is enough."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.values.edits import Value
from migrator.yamltext.comments import head_block
from migrator.yamltext.layout import NO_KEY, Entry
from migrator.yamltext.page import LONGEST_KEY, Page
from migrator.yamltext.record import BLOCK_SEQ
from migrator.yamltext.routes import entry_of

_PROPERTY_TOKENS = re.compile("(?:[&!][^ \t\n\r\x85\u2028\u2029,\\[\\]{}]*(?:[ \t]+(?=[&!]))?)+")


def replace_node(page: Page, parents: Sequence[int], entry: Entry | None, value: Value) -> None:
    """Replace the value of `entry` in the collection `parents[-1]` with `value`; None is for the document's root.

    An anchor there stays; the caller must know whether that is right.
    """
    node = page.root if entry is None else entry.node
    _put(page, parents, entry, value, page.record.anchors.get(node, ""), _style_of(page, node))


def copy_alias(page: Page, alias: int, anchor: str) -> None:
    """Replace an alias with a copy of its value, which gets the anchor `anchor` unless that is empty."""
    parents, entry = entry_of(page.layout, page.root, alias)
    target = page.record.aliases[alias]
    _put(page, parents, entry, page.record.values[alias], anchor, _style_of(page, target))


def remove_anchor(page: Page, node: int) -> None:
    """Remove the anchor of a node, and keep the node."""
    text, start = page.layout.text, page.record.starts[node]
    at = text.index("&" + page.record.anchors[node], start)
    end = at + 1 + len(page.record.anchors[node])
    after = end + len(text[end : page.layout.line_end(end)]) - len(text[end : page.layout.line_end(end)].lstrip(" \t"))
    if after < page.layout.line_end(end) and text[after] != "#":
        page.splice(at, after, "")
    else:
        page.splice(page.blanks_before(at), end, "")


def _put(page: Page, parents: Sequence[int], entry: Entry | None, value: Value, anchor: str, like: int | None) -> None:
    if entry is not None and page.layout.is_flow(parents[-1]):
        _replace_in_flow(page, parents, entry, value, anchor, like)
    else:
        _Replacement(page, parents, entry, anchor, like).run(value)


def _replace_in_flow(
    page: Page, parents: Sequence[int], entry: Entry, value: Value, anchor: str, like: int | None
) -> None:
    node = entry.node
    key = "" if entry.key == NO_KEY else page.layout.key_of(entry)
    renderer = page.renderer(parents, node)
    if isinstance(value, (dict, list)) and value:
        text = renderer.flow(value, key)
    else:
        text = renderer.scalar(value, flow=True, key=key, like=like)
    if anchor:
        text = f"&{anchor} {text}"
    start, end = page.record.starts[node], page.layout.stop(node)
    if page.layout.is_bare(entry):
        if entry.stop - entry.head > LONGEST_KEY:
            page.refuse(f"cannot edit a key of more than {LONGEST_KEY:,} characters without a value", entry.head)
        if page.layout.line(entry.head) != page.layout.line(entry.stop):
            page.refuse("cannot edit a multi-line key without a value", entry.head)
        page.splice(entry.stop, entry.stop, ": " + text)
    elif start == end:
        colon = page.layout.skip_fill(page.layout.stop(entry.key))
        blanks = page.layout.text[colon + 1 : start]
        page.splice(colon + 1, colon + 1 if blanks.strip(" \t") else start, " " + text)
    else:
        page.splice(start, end, text)


def _style_of(page: Page, node: int) -> int | None:
    """The style that a new scalar in place of `node` should keep; None if there is none to keep."""
    if not isinstance(page.record.values[node], str) or node in page.record.aliases:
        return None
    return page.record.kinds[node]


class _Replacement:
    """The parts of a value in a block: the indicator before it, the properties that stay, its own text."""

    def __init__(self, page: Page, parents: Sequence[int], entry: Entry | None, anchor: str, like: int | None) -> None:
        self.page = page
        self.layout = page.layout
        self.parents = parents
        self.entry = entry
        self.node = page.root if entry is None else entry.node
        self.in_list = entry is not None and page.record.kinds[parents[-1]] == BLOCK_SEQ
        self.column = -2 if entry is None else self.layout.column(entry.head)
        self.key = "" if entry is None or entry.key == NO_KEY else self.layout.key_of(entry)
        self.content = self.layout.content_start(self.node)
        self.stop = self.layout.stop(self.node)
        self.start = page.record.starts[self.node]
        self.after = self._after_indicator()
        self.anchor = anchor
        self.like = like
        self.properties_end = self._properties_end()

    def _after_indicator(self) -> int:
        """Where the colon or the dash before the value ends; the root has none."""
        if self.entry is None:
            return self.start
        if self.in_list:
            return self.entry.head + 1
        if self.layout.is_bare(self.entry):
            self.page.refuse("cannot edit an explicit key `?` without a value", self.entry.head)
        colon = self.layout.skip_fill(self.layout.stop(self.entry.key))
        return colon + 1

    def _properties_end(self) -> int:
        """Where the anchor and the tag before the value end; where it begins, if it has none."""
        text = self.layout.text
        # Where a block mapping has none, those of its first key are at this position, as in `!!merge <<: *x`.
        has_none = self.content <= self.start or self.node in self.page.record.aliases
        if has_none or text[self.start : self.start + 1] not in ("&", "!"):
            return self.start
        match = _PROPERTY_TOKENS.match(text, self.start)
        assert match
        following = self.layout.skip_fill(match.end())
        if following < self.content and text[following] in "&!":
            self.page.refuse("cannot edit an anchor and a tag on lines of their own", self.start)
        return match.end()

    # -- the cases -----------------------------------------------------------------------------------------------

    def run(self, value: Value) -> None:
        renderer = self.page.renderer(self.parents, self.node, literals=self._literals_fit())
        if isinstance(value, (dict, list)) and value:
            if self.layout.is_block(self.node):
                self._block_for_block(renderer.block(value, self._column_for(value)))
            else:
                self._block_for_other(value)
            return
        if self.in_list:
            lines = renderer.literal(value, self.like)
            first = lines[0] if lines else renderer.scalar(value, flow=False, like=self.like)
            indent = " " * (self.column + 2)
            rest = [indent + line if line else "" for line in (lines or [""])[1:]]
        else:
            first, rest = renderer.after_indicator(value, max(self.column, 0), key=self.key, like=self.like)
            first = first[1:]
        self._inline(first, rest)

    def _literals_fit(self) -> bool:
        if self.layout.is_block(self.node) and self.entry is not None and self.page.own_line(self.content):
            # Blank lines or comments that stay between the key and a block would become part of a block scalar's text.
            above = self.layout.next_line(self.properties_end if self._props() else self.after)
            if above != self._block_span()[0]:
                return False
        return self.page.literals_fit(self.layout.next_line(self.stop), self.column)

    def _mark(self) -> str:
        return f"&{self.anchor} " if self.anchor else ""

    def _inline(self, first: str, rest: list[str]) -> None:
        """Put `first` where the value begins, and the lines `rest` below it."""
        page, layout = self.page, self.layout
        if layout.is_block(self.node):
            head, stop = self._block_span()
            if self.entry is None:
                page.splice(head, stop, first + page.style.newline(stop) + self._below(rest, stop))
            elif not page.own_line(self.content):
                newline = page.style.newline(stop)
                page.splice(self.content, layout.line_end(self.stop), newline.join([first, *rest]))
            else:
                if self._props() and "#" in layout.text[self.after : self.start]:
                    page.refuse("cannot edit an anchor or a tag on a line of its own below a comment", self.start)
                page.splice(
                    self.after,
                    max(self.properties_end, self.after) if self._props() else self.after,
                    " " + self._mark() + first,
                )
                page.splice(head, stop, self._below(rest, stop))
            return
        if page.is_block_scalar(self.node):
            page.splice(self.start, page.header_end(self.node), self._mark() + first)
            begin, end = layout.next_line(self.content), layout.next_line(self.stop)
            page.splice(begin, max(begin, end), self._below(rest, begin))
            return
        mark = self._mark()
        if self.entry is None and self.start == self.stop:
            self._at_document_end([first, *rest])
            return
        lead = " " if self.start == self.stop else ""
        page.splice(self.start, self.stop, lead + mark + first)
        if rest:
            page.insert_lines(layout.next_line(self.stop), rest)

    def _below(self, lines: Sequence[str], at: int) -> str:
        newline = self.page.style.newline(at)
        return "".join(line + newline for line in lines)

    def _props(self) -> bool:
        return self.properties_end > self.start

    def _block_span(self) -> tuple[int, int]:
        """From the line where a block collection begins to the line after its last, including its heading comment."""
        gap = self.page.gap_above(self.content) if self.page.own_line(self.content) else []
        start = self.layout.line_start(self.content)
        if self.entry is not None:
            above = head_block(gap, self.layout.column(self.content))
            start = gap[-above].start if above else start
        stop = self.layout.next_line(self.stop)
        for line in self.page.comments_below(stop):
            if self.entry is not None and line.column > self.column:
                self.page.orphan(line)
            elif line.column >= 0:
                break
        return start, stop

    def _column_for(self, value: Value) -> int:
        """The column for a new block in place of an old one."""
        column = self.layout.column(self.content)
        if isinstance(value, dict) and column <= self.column and not self.in_list:
            return self.column + self.page.style.mapping_step(self.parents, self.node)
        return column

    def _block_for_block(self, lines: list[str]) -> None:
        page, layout = self.page, self.layout
        newline = page.style.newline(self.stop)
        if page.own_line(self.content):
            page.splice(
                layout.line_start(self.content), layout.next_line(self.stop), "".join(line + newline for line in lines)
            )
        else:
            page.splice(self.content, layout.line_end(self.stop), newline.join(lines).lstrip(" "))

    def _block_for_other(self, value: Value) -> None:
        """A block collection in place of a scalar, an alias, a flow collection or nothing."""
        page, layout = self.page, self.layout
        renderer = page.renderer(self.parents, self.node, literals=self._literals_fit())
        if self.entry is None:
            self._block_at_root(renderer.block(value, 0))
            return
        step = renderer.style.list_step if isinstance(value, list) else renderer.style.mapping_step
        column = self.column + 2 if self.in_list else self.column + step(self.parents, self.node)
        block_scalar = page.is_block_scalar(self.node)
        old_end = page.header_end(self.node) if block_scalar else self.stop
        below = layout.next_line(self.content if block_scalar else self.stop)
        text_end = max(below, layout.next_line(self.stop)) if block_scalar else below
        on_line = layout.line(self.start) == layout.line(self.after)
        mark = f" &{self.anchor}" if self.anchor else ""
        if self.in_list and on_line and not mark and not page.comment_follows(old_end):
            gap = self.start - self.after if self.start > self.after else 1
            lines = renderer.block(value, self.column + 1 + gap)
            newline = page.style.newline(below)
            page.splice(self.after, layout.line_end(self.stop), " " * gap + newline.join(lines).lstrip(" "))
            return
        lines = renderer.block(value, column)
        if on_line:
            rest = layout.text[old_end : layout.line_end(old_end)]
            if self.in_list and rest.startswith("\t"):  # every parser refuses a tab directly after a dash
                old_end += len(rest) - len(rest.lstrip(" \t"))
                mark += " "
            page.splice(self.after, max(old_end, self.after), mark)
            page.splice(below, text_end, self._below(lines, below))
        elif mark or block_scalar or not page.own_line(self.start):
            page.refuse("cannot edit a value with an anchor, or a block scalar, on a line below its key", self.start)
        else:
            page.splice(layout.line_start(self.start), layout.next_line(self.stop), self._below(lines, below))

    def _block_at_root(self, lines: list[str]) -> None:
        page, layout = self.page, self.layout
        if self.start == self.stop:
            self._at_document_end(lines)
            return
        if self._props() or page.is_block_scalar(self.node):
            page.refuse("cannot edit a document that is one scalar with an anchor, a tag or several lines", self.start)
        newline = page.style.newline(self.stop)
        if page.own_line(self.start) and not page.comment_follows(self.stop):
            page.splice(self.start, layout.line_end(self.stop), newline.join(lines))
        else:  # anything else on the line, a `---` or a comment, stays there
            page.splice(page.blanks_before(self.start), self.stop, "")
            page.insert_lines(layout.next_line(self.stop), lines)

    def _at_document_end(self, lines: list[str]) -> None:
        """Into a document that has no content, below its comments."""
        at = self.page.end
        if at != self.layout.line_start(at):
            at = self.layout.next_line(at)
        self.page.insert_lines(at, lines)


def is_open_empty(page: Page, node: int) -> bool:
    """Whether a flow collection is `{}` or `[]` with nothing inside, not even a comment or a line break."""
    start = page.layout.content_start(node)
    return not page.layout.text[start + 1 : page.layout.stop(node) - 1].strip(" \t")
