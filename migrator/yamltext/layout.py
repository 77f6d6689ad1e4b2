"""Finding one's way in a composed stream: from routes to nodes, from nodes to places in the text.

A node is its number in the `Record`. All offsets are in characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from migrator.edits import Key, Route
from migrator.yamltext.compose import (
    ALIAS,
    BLOCK_END,
    BLOCK_MAP,
    BLOCK_SEQ,
    FLOW_MAP,
    FLOW_SEQ,
    FOLDED,
    LITERAL,
    Record,
)
from migrator.yamltext.scalars import MERGE, key_text

# YAML 1.1 breaks lines at these, and Helm's parser with it.
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TO_EOL = re.compile("[^\n\r\x85\u2028\u2029]*")
# Between tokens: blanks, breaks and comments.
_FILL = re.compile("(?:[ \t\n\r\x85\u2028\u2029]|(?<![^ \t\n\r\x85\u2028\u2029])#[^\n\r\x85\u2028\u2029]*)*")
_PROPERTIES = re.compile("(?:[&!][^ \t\n\r\x85\u2028\u2029,\\[\\]{}]*[ \t]*)*")


class Child(NamedTuple):
    """An entry of a collection: `key` is the node of a mapping's key, -1 in a list; `node` that of the value."""

    key: int
    node: int


class Layout:
    """The text of a stream with the record of its nodes."""

    def __init__(self, text: str, record: Record) -> None:
        self.text = text
        self.record = record
        self._line_starts: list[int] = []

    # -- lines ---------------------------------------------------------------------------------------------------

    def line(self, offset: int) -> int:
        """The number of the line that holds `offset`, from 1."""
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in BREAK.finditer(self.text))]
        return bisect_right(self._line_starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line that holds `offset` begins."""
        self.line(0)
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the rest of the line from `offset` on ends, before its break."""
        match = _TO_EOL.match(self.text, offset)
        assert match
        return match.end()

    def next_line(self, offset: int) -> int:
        """Where the line after that of `offset` begins, or the end of the text."""
        end = self.line_end(offset)
        match = BREAK.match(self.text, end)
        return match.end() if match else end

    def column(self, offset: int) -> int:
        """How many characters stand before `offset` on its line."""
        return offset - self.line_start(offset)

    def skip_fill(self, offset: int) -> int:
        """The first offset from `offset` on that is no blank, break or comment."""
        match = _FILL.match(self.text, offset)
        assert match
        return match.end()

    # -- nodes ---------------------------------------------------------------------------------------------------

    def is_mapping(self, node: int) -> bool:
        return self.record.kinds[node] in (BLOCK_MAP, FLOW_MAP)

    def is_sequence(self, node: int) -> bool:
        return self.record.kinds[node] in (BLOCK_SEQ, FLOW_SEQ)

    def is_block(self, node: int) -> bool:
        return self.record.kinds[node] in (BLOCK_MAP, BLOCK_SEQ)

    def is_flow(self, node: int) -> bool:
        return self.record.kinds[node] in (FLOW_MAP, FLOW_SEQ)

    def last_event(self, node: int) -> int:
        """The last entry of the record that belongs to `node`."""
        return self.record.jump.get(node, node)

    def children(self, node: int) -> Iterator[Child]:
        """The entries of a collection in the order of the text; a merge key is one of them."""
        end = self.record.jump[node]
        at = node + 1
        paired = self.is_mapping(node)
        while at < end:
            key = -1
            if paired:
                key, at = at, self.last_event(at) + 1
            yield Child(key, at)
            at = self.last_event(at) + 1

    def key_of(self, child: Child) -> str:
        """The key of a mapping's entry as Helm reads it."""
        return key_text(self.record.values[child.key])

    def is_merge(self, child: Child) -> bool:
        return child.key >= 0 and self.record.values[child.key] is MERGE

    def head(self, parent: int, child: Child, after: int) -> int:
        """Where an entry begins: at its key, at the `?` before it, or at its dash in a block list.

        `after` is an offset between the end of the entry before (the start of the parent) and this one.
        """
        at = self.skip_fill(after)
        if child.key >= 0:
            start = self.record.starts[child.key]
            return at if at < start and self.text[at] == "?" else start
        return at if self.record.kinds[parent] == BLOCK_SEQ else self.record.starts[child.node]

    def content_start(self, node: int) -> int:
        """Where a node begins past its anchor and tag."""
        start = self.record.starts[node]
        if self.is_block(node):
            return self.record.ends[node]
        if node in self.record.anchors or node in self.record.tagged or self.text[start : start + 1] == "!":
            match = _PROPERTIES.match(self.text, start)
            assert match
            return min(self.skip_fill(match.end()), self.record.ends[self.last_event(node)])
        return start

    def stop(self, node: int) -> int:
        """Where the text of a node ends. Comments after it are not part of it; the tail of a `|+` scalar is."""
        record = self.record
        last = self.last_event(node)
        while record.kinds[last] == BLOCK_END:
            last -= 1
        if record.kinds[last] in (LITERAL, FOLDED):
            return self._block_scalar_stop(last)
        return record.ends[last]

    def _block_scalar_stop(self, node: int) -> int:
        """The end of the last line of a block scalar, without its break; blank lines count only where kept by `+`."""
        start = self.content_start(node)
        end = self.record.ends[node]
        header = self.text[start : self.line_end(start)].split("#")[0]
        first_line = self.line_end(start)
        body = self.text[first_line:end]
        if "+" in header:
            match = re.search("(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*\\Z", body)
            return first_line + (match.start() if match else len(body))
        return max(first_line, first_line + len(body.rstrip(" \t\n\r\x85\u2028\u2029")))

    # -- routes --------------------------------------------------------------------------------------------------

    def walk(self, root: int, route: Route) -> list[Child]:
        """The entries on the way along `route`, as far as they exist: aliases are followed, merge keys are not.

        Of two equal keys the last is taken, as Helm does.
        """
        way: list[Child] = []
        here = root
        for key in route:
            here = self.record.aliases.get(here, here)
            found = self.find(here, key) if here in self.record.jump else None
            if found is None:
                break
            way.append(found)
            here = found.node
        return way

    def find(self, node: int, key: Key) -> Child | None:
        """The entry that `key` names in the collection `node`; None where it has none, or a merge key brings it."""
        found = None
        if isinstance(key, int) and self.is_sequence(node):
            for index, child in enumerate(self.children(node)):
                if index == key:
                    return child
        elif isinstance(key, str) and self.is_mapping(node):
            for child in self.children(node):
                if not self.is_merge(child) and self.key_of(child) == key:
                    found = child
        return found

    def route_to(self, root: int, node: int) -> Route:
        """The way from `root` to a node below it, as the text goes: no alias and no merge key is followed."""
        route: list[Key] = []
        here = root
        while here != node:
            for index, child in enumerate(self.children(here)):
                if child.key <= node <= self.last_event(child.node) and (child.key >= 0 or child.node <= node):
                    route.append(self.key_of(child) if child.key >= 0 else index)
                    here = child.node
                    break
        return tuple(route)

    def line_of(self, root: int, route: Route) -> int:
        """The line of the entry at `route` (its key, or its dash), or of its nearest ancestor that exists."""
        way = self.walk(root, route)
        if not way:
            return self.line(self.content_start(root))
        child = way[-1]
        if child.key >= 0:
            return self.line(self.record.starts[child.key])
        return self.line(self.dash(child.node))

    def dash(self, node: int) -> int:
        """Where the dash of a block list's item stands, from the item; in a flow list, where the item begins."""
        at = self.record.starts[node]
        if self.text[at - 1 : at] == "-":
            return at - 1
        # Only blanks, breaks and comments stand between a dash and its item.
        best = at
        line = self.line_start(at)
        while True:
            before = self.text[line:at].split("#")[0].rstrip(" \t\n\r\x85\u2028\u2029")
            if before:
                return line + len(before) - 1 if before.endswith("-") else best
            if line == 0:
                return best
            line = self.line_start(line - 1)
            at = self.line_end(line)


__all__ = ["ALIAS", "BREAK", "Child", "Layout"]
