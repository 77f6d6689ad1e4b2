"""Finding one's way in a composed stream: from routes to nodes, from nodes to places in the text.

A node is its number in the `Record`. All offsets are in characters.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from migrator.edits import Key, Route
from migrator.yamltext.record import (
    ALIAS,
    BLOCK_END,
    BLOCK_MAP,
    BLOCK_SEQ,
    FLOW_MAP,
    FLOW_SEQ,
    FOLDED,
    LITERAL,
    PLAIN,
    Record,
)
from migrator.yamltext.scalars import MERGE, key_text

# YAML 1.1 breaks lines at these, and Helm's parser with it.
# Compiled when first needed: reading a file needs none of them, and compiling all takes 2 ms of every start.
compiled: Callable[[str], re.Pattern[str]] = cache(re.compile)

BREAK = "\r\n|[\n\r\x85\u2028\u2029]"
BREAK_AT_END = "(?:\r\n|[\n\r\x85\u2028\u2029])\\Z"
_TO_EOL = "[^\n\r\x85\u2028\u2029]*"
# Between tokens: blanks, breaks and comments.
_FILL = "(?:[ \t\n\r\x85\u2028\u2029]|(?<![^ \t\n\r\x85\u2028\u2029])#[^\n\r\x85\u2028\u2029]*)*"
_LINE = "(?:(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))[^\n\r\x85\u2028\u2029]*"
_TAIL = "(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*\\Z"
_PROPERTIES = "(?:[&!][^ \t\n\r\x85\u2028\u2029,\\[\\]{}]*[ \t]*)*"


class Child(NamedTuple):
    """An entry of a collection: `key` is the node of a mapping's key, -1 in a list; `node` that of the value."""

    key: int
    node: int


class Entry(NamedTuple):
    """An entry of a collection with its place in the text.

    `head` is where it begins: its key, the `?` before it, the dash of a block list. `stop` is where its text ends;
    comments after it are not part of it.
    """

    key: int
    node: int
    head: int
    stop: int


class Layout:
    """The text of a stream with the record of its nodes."""

    def __init__(self, text: str, record: Record) -> None:
        self.text = text
        self.record = record
        # Nearly every text is like that, and then whole lines are found many times faster.
        self._only_line_feeds = not any(char in text for char in "\r\x85\u2028\u2029")
        self._line_starts: list[int] = []
        self._entries: dict[int, list[Entry]] = {}

    # -- lines ---------------------------------------------------------------------------------------------------

    def line(self, offset: int) -> int:
        """The number of the line that holds `offset`, from 1."""
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in compiled(BREAK).finditer(self.text))]
        return bisect_right(self._line_starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line that holds `offset` begins."""
        if self._only_line_feeds:
            return self.text.rfind("\n", 0, offset) + 1
        self.line(0)
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def start_of_line(self, line: int) -> int:
        """Where the line of that number begins; the last line's beginning for a number beyond."""
        self.line(0)
        return self._line_starts[min(max(line, 1), len(self._line_starts)) - 1]

    def line_end(self, offset: int) -> int:
        """Where the rest of the line from `offset` on ends, before its break."""
        if self._only_line_feeds:
            end = self.text.find("\n", offset)
            return end if end >= 0 else len(self.text)
        match = compiled(_TO_EOL).match(self.text, offset)
        assert match
        return match.end()

    def next_line(self, offset: int) -> int:
        """Where the line after that of `offset` begins, or the end of the text."""
        end = self.line_end(offset)
        match = compiled(BREAK).match(self.text, end)
        return match.end() if match else end

    def column(self, offset: int) -> int:
        """How many characters stand before `offset` on its line."""
        return offset - self.line_start(offset)

    def skip_fill(self, offset: int) -> int:
        """The first offset from `offset` on that is no blank, break or comment."""
        match = compiled(_FILL).match(self.text, offset)
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

    def key_of(self, child: Child | Entry) -> str:
        """The key of a mapping's entry as Helm reads it."""
        return key_text(self.record.values[child.key])

    def is_merge(self, child: Child | Entry) -> bool:
        return child.key >= 0 and self.record.values[child.key] is MERGE

    def entries(self, node: int) -> list[Entry]:
        """The entries of a collection with where each begins and ends."""
        if node not in self._entries:
            self._entries[node] = self._find_entries(node)
        return self._entries[node]

    def _find_entries(self, node: int) -> list[Entry]:
        found: list[Entry] = []
        after = self.content_start(node)
        if self.is_flow(node) and self.text[after : after + 1] in ("{", "["):
            after += 1
        for child in self.children(node):
            head = self._head(node, child, after)
            stop = self.stop(child.node)
            if self.is_bare(child):
                stop = self.stop(child.key)
            found.append(Entry(child.key, child.node, head, stop))
            after = stop
            if self.is_flow(node):
                after = self.skip_fill(after)
                after += self.text[after : after + 1] == ","
        return found

    def is_bare(self, child: Child | Entry) -> bool:
        """Whether a mapping's null is written without even its colon, as in `{key}` and `? key`."""
        record, node = self.record, child.node
        if child.key < 0 or record.kinds[node] != PLAIN or record.starts[node] != record.ends[node]:
            return False
        return not self.text.startswith(":", self.skip_fill(self.stop(child.key)))

    def _head(self, parent: int, child: Child, after: int) -> int:
        start = self.record.starts[child.node if child.key < 0 else child.key]
        if child.key >= 0:
            if self.text.find("?", after, start) < 0:
                return start
            at = self.skip_fill(after)
            return at if at < start and self.text[at] == "?" else start
        if self.record.kinds[parent] != BLOCK_SEQ:
            return start
        return start - 2 if self.text.startswith("- ", start - 2) and start >= 2 else self.skip_fill(after)

    def content_start(self, node: int) -> int:
        """Where a node begins past its anchor and tag; where it would, if nothing else is there."""
        record = self.record
        kind, start, end = record.kinds[node], record.starts[node], record.ends[node]
        if kind == BLOCK_SEQ:
            # The parser marks the dash itself of an indented list, and the end of it where the list is not indented.
            return end - 1 if self.text[end - 1 : end] == "-" else end
        if kind == BLOCK_MAP:
            return end
        if kind in (FLOW_MAP, FLOW_SEQ):
            return end - 1 if end > start else end
        if kind != ALIAS and (node in record.anchors or node in record.tagged):
            match = compiled(_PROPERTIES).match(self.text, start)
            assert match
            return min(self.skip_fill(match.end()), end) if match.end() < end else end
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
        first = self.line_end(start)
        if "+" in header:
            match = compiled(_TAIL).search(self.text, first, end)
            return match.start() if match else end
        lines = [match.span() for match in compiled(_LINE).finditer(self.text, first, end)]
        indent = self._block_scalar_indent(node, header, lines)
        # A line of blanks that is longer than the indentation is text; a shorter one is not.
        for begin, stop in reversed(lines):
            line = self.text[begin:stop]
            if line.strip(" ") or len(line) > indent:
                return stop
        return first

    def _block_scalar_indent(self, node: int, header: str, lines: list[tuple[int, int]]) -> int:
        for begin, stop in lines:
            line = self.text[begin:stop]
            if line.strip(" "):
                return len(line) - len(line.lstrip(" "))
        return max((stop - begin for begin, stop in lines), default=0)

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

    def steps_to(self, root: int, node: int) -> list[tuple[int, int]]:
        """The way from `root` to a node below it: each collection with the number of the entry that leads further."""
        steps: list[tuple[int, int]] = []
        here = root
        while here != node:
            for index, child in enumerate(self.children(here)):
                if (child.node if child.key < 0 else child.key) <= node <= self.last_event(child.node):
                    steps.append((here, index))
                    here = node if node == child.key else child.node
                    break
        return steps

    def entry_of(self, root: int, node: int) -> tuple[tuple[int, ...], Entry]:
        """The collections from the root to the one that `node` stands in as key or value, and its entry there."""
        steps = self.steps_to(root, node)
        parent, index = steps[-1]
        return tuple(one for one, _ in steps), self.entries(parent)[index]

    def route_to(self, root: int, node: int) -> Route:
        """The way from `root` to a collection below it, as the text goes: aliases and merge keys are not followed."""
        route: list[Key] = []
        for parent, index in self.steps_to(root, node):
            key = self.entries(parent)[index].key
            route.append(index if key < 0 else key_text(self.record.values[key]))
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
