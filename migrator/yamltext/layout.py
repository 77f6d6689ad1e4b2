"""The positions of the nodes of a composed stream in its text.

A node is its number in the `NodeRecord`. All offsets are in characters.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from migrator.yamltext.lines import Lines, compiled
from migrator.yamltext.record import (
    BLOCK_END,
    BLOCK_MAP,
    BLOCK_SEQ,
    FLOW_MAP,
    FLOW_SEQ,
    FOLDED,
    LITERAL,
    PLAIN,
    NodeRecord,
)
from migrator.yamltext.scalars import MERGE, key_text

_LINE = "(?:(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))[^\n\r\x85\u2028\u2029]*"
# The indentation indicator of a block scalar's header.
_INDICATOR = "[|>][-+]?([1-9])"
_TAIL = "(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*\\Z"
_PROPERTIES = "(?:[&!][^ \t\n\r\x85\u2028\u2029,\\[\\]{}]*[ \t]*)*"


NO_KEY = -1
"""Used for a list item in place of the node of its key."""


class Child(NamedTuple):
    """An entry of a collection: `key` is the node of a mapping's key, or `NO_KEY`; `node` that of the value."""

    key: int
    node: int


class Entry(NamedTuple):
    """An entry of a collection with its position in the text.

    `head` is where it begins: its key, the `?` before it, the dash of a block list. `stop` is where its text ends;
    comments after it are not part of it.
    """

    key: int
    node: int
    head: int
    stop: int


class Entries:
    """The entries of one collection, in the order of the text; a merge key is one of them.

    Positions are computed on demand: an edit looks at few of the many keys of a large mapping.
    """

    __slots__ = ("_found", "_layout", "_length", "_node")

    def __init__(self, layout: Layout, node: int) -> None:
        self._layout = layout
        self._node = node
        self._length = len(layout.firsts(node))
        self._found: dict[int, Entry] = {}

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Entry:
        if index < 0:
            index += self._length
        entry = self._found.get(index)
        if entry is None:
            entry = self._found[index] = self._layout.locate(self._node, index)
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(self._length))


class Layout(Lines):
    """The text of a stream with the record of its nodes."""

    def __init__(self, text: str, record: NodeRecord) -> None:
        super().__init__(text)
        self.record = record
        self._firsts: dict[int, array[int]] = {}
        self._entries: dict[int, Entries] = {}

    # -- kinds and entries ---------------------------------------------------------------------------------------

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

    def firsts(self, node: int) -> array[int]:
        """The nodes that the entries of a collection begin with: a mapping's keys, a list's items."""
        found = self._firsts.get(node)
        if found is None:
            found = self._firsts[node] = array("l")
            jump = self.record.jump
            at, end, paired = node + 1, jump[node], self.is_mapping(node)
            while at < end:
                found.append(at)
                at = jump.get(at, at) + 1
                if paired:
                    at = jump.get(at, at) + 1
        return found

    def child(self, node: int, index: int) -> Child:
        """The entry number `index` of a collection."""
        first = self.firsts(node)[index]
        return Child(first, self.last_event(first) + 1) if self.is_mapping(node) else Child(NO_KEY, first)

    def children(self, node: int) -> Iterator[Child]:
        """The entries of a collection in the order of the text; a merge key is one of them."""
        if self.is_mapping(node):
            return (Child(first, self.last_event(first) + 1) for first in self.firsts(node))
        return (Child(NO_KEY, first) for first in self.firsts(node))

    def values_in(self, node: int) -> Iterator[int]:
        """The nodes of the values of a mapping, or of the items of a list."""
        if self.is_mapping(node):
            jump = self.record.jump
            return (jump.get(first, first) + 1 for first in self.firsts(node))
        return iter(self.firsts(node))

    def indexes_of(self, node: int, key: str) -> list[int]:
        """The numbers of a mapping's entries with that key, as Helm reads it; a merge key does not count."""
        values = self.record.values
        return [
            index
            for index, first in enumerate(self.firsts(node))
            if (value := values[first]) is not MERGE and (value if type(value) is str else key_text(value)) == key
        ]

    def key_of(self, child: Child | Entry) -> str:
        """The key of a mapping's entry as Helm reads it."""
        return key_text(self.record.values[child.key])

    def is_merge(self, child: Child | Entry) -> bool:
        return child.key != NO_KEY and self.record.values[child.key] is MERGE

    # -- places --------------------------------------------------------------------------------------------------

    def entries(self, node: int) -> Entries:
        """The entries of a collection with their positions."""
        if node not in self._entries:
            self._entries[node] = Entries(self, node)
        return self._entries[node]

    def locate(self, node: int, index: int) -> Entry:
        """The entry number `index` of a collection with its position."""
        child = self.child(node, index)
        return Entry(child.key, child.node, self._head(node, index, child), self._end(child))

    def _end(self, child: Child) -> int:
        """Where the text of an entry ends."""
        return self.stop(child.key if self.is_bare(child) else child.node)

    def _end_before(self, node: int, index: int) -> int:
        """Where the text before the entry number `index` ends, including its comma or the opening bracket."""
        if not index:
            at = self.content_start(node)
            return at + (self.is_flow(node) and self.text[at : at + 1] in ("{", "["))
        at = self._end(self.child(node, index - 1))
        if self.is_flow(node):
            at = self.skip_fill(at)
            at += self.text[at : at + 1] == ","
        return at

    def _head(self, node: int, index: int, child: Child) -> int:
        start = self.record.starts[child.node if child.key == NO_KEY else child.key]
        if child.key != NO_KEY:
            after = self._end_before(node, index)
            if self.text.find("?", after, start) < 0:
                return start
            return self.skip_fill(after)
        if self.record.kinds[node] != BLOCK_SEQ:
            return start
        return self.dash(child.node)

    def is_bare(self, child: Child | Entry) -> bool:
        """Whether a mapping's null is written without even its colon, as in `{key}` and `? key`."""
        record, node = self.record, child.node
        if child.key == NO_KEY or record.kinds[node] != PLAIN or record.starts[node] != record.ends[node]:
            return False
        return not self.text.startswith(":", self.skip_fill(self.stop(child.key)))

    def content_start(self, node: int) -> int:
        """Where a node begins after its anchor and tag, or would begin if there is nothing else."""
        record = self.record
        kind, start, end = record.kinds[node], record.starts[node], record.ends[node]
        if kind == BLOCK_SEQ:
            # The parser marks the dash itself of an indented list, but the end of the dash if the list is not indented.
            return end - 1 if self.text[end - 1 : end] == "-" else end
        if kind == BLOCK_MAP:
            return end
        if kind in (FLOW_MAP, FLOW_SEQ):
            return end - 1 if end > start else end
        if node in record.anchors or node in record.tagged:
            match = compiled(_PROPERTIES).match(self.text, start)
            assert match
            return min(self.skip_fill(match.end()), end)
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
        """The end of the last line of a block scalar, without its break; blank lines count only if `+` keeps them."""
        start = self.content_start(node)
        end = self.record.ends[node]
        header = self.text[start : self.line_end(start)].split("#")[0]
        first = self.line_end(start)
        if "+" in header:
            match = compiled(_TAIL).search(self.text, first, end)
            return match.start() if match else end
        lines = [match.span() for match in compiled(_LINE).finditer(self.text, first, end)]
        indent = self.block_scalar_indent(node)
        # A line of spaces that is longer than the indentation is text; a shorter one is not.
        for begin, stop in reversed(lines):
            line = self.text[begin:stop]
            if line.strip(" ") or len(line) > indent:
                return stop
        return first

    def block_scalar_indent(self, node: int) -> int:
        """The indentation of the lines of a block scalar, in spaces: as its header says, or that of its first text."""
        start, end = self.content_start(node), self.record.ends[node]
        indicator = compiled(_INDICATOR).match(self.text, start)
        lines = [match.group() for match in compiled(_LINE).finditer(self.text, self.line_end(start), end)]
        first = next((line for line in lines if line.strip(" ")), "")
        depth = len(first) - len(first.lstrip(" ")) if first else max(map(len, lines), default=0)
        if indicator is None:
            return depth
        # The indicator counts from the enclosing collection; spaces beyond the start of the text are not indentation.
        outer = [self.column(self.content_start(node)) for node in self._around(node) if self.is_block(node)]
        return min(max(outer, default=0) + int(indicator.group(1)), depth)

    def _around(self, node: int) -> Iterator[int]:
        """The collections around a node."""
        return (start for start, end in self.record.jump.items() if start < node < end)

    def dash(self, node: int) -> int:
        """The position of a block list item's dash, found from the item; in a flow list, where the item begins."""
        start = at = self.record.starts[node]
        line = self.line_start(at)
        # Only spaces, tabs, breaks and comments come between a dash and its item.
        while not (before := self.text[line:at].split("#")[0].rstrip(" \t\n\r\x85\u2028\u2029")):
            line = self.line_start(line - 1)
            at = self.line_end(line)
        return line + len(before) - 1 if before.endswith("-") else start
