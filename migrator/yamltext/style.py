"""What new text should look like, judging by the nearest existing text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from migrator.yamltext.layout import Child, Layout
from migrator.yamltext.lines import BREAK, compiled
from migrator.yamltext.quoting import may_be_plain
from migrator.yamltext.record import ALIAS, BLOCK_MAP, BLOCK_SEQ, DOUBLE, PLAIN, SINGLE
from migrator.yamltext.routes import find

# How far to look for an example: a large file is not searched just for its quotes.
_NEAR = 60
_EXAMPLES = 12
_COUSINS = 400


class Style:
    """The style of a text. `parents` are the collections from the root to the place of new text, outermost first."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.record = layout.record

    def newline(self, offset: int) -> str:
        """The line break nearest before `offset`, else the first one after it, else a line feed."""
        text = self.layout.text
        for at in range(offset - 1, -1, -1):
            if text[at] in "\n\r\x85\u2028\u2029":
                return "\r\n" if text[at] == "\n" and text[at - 1 : at] == "\r" else text[at]
        match = compiled(BREAK).search(text, offset)
        return match.group() if match else "\n"

    def mapping_step(self, parents: Sequence[int], near: int) -> int:
        """By how many columns a mapping is indented deeper than its key."""
        for parent, child_node in self._nested(parents, near):
            if self.record.kinds[child_node] == BLOCK_MAP and self.record.kinds[parent] == BLOCK_MAP:
                return self._column(child_node) - self._column(parent)
        return 2

    def list_step(self, parents: Sequence[int], near: int) -> int:
        """By how many columns a list's dashes are indented deeper than the list's key; 0 is common."""
        for parent, child_node in self._nested(parents, near):
            if self.record.kinds[child_node] == BLOCK_SEQ and self.record.kinds[parent] == BLOCK_MAP:
                return max(self._column(child_node) - self._column(parent), 0)
        return 2

    def dash_gap(self, parents: Sequence[int]) -> int:
        """How many spaces to put after a dash."""
        for node in reversed(parents):
            if self.record.kinds[node] == BLOCK_SEQ:
                item = next(self.layout.values_in(node), None)
                if item is not None:
                    start, dash = self.record.starts[item], self.layout.content_start(node)
                    if 0 < start - dash - 1 < 8 and self.layout.line_start(start) == self.layout.line_start(dash):
                        return start - dash - 1
        return 1

    def braces_gap(self, parents: Sequence[int]) -> str:
        """What is between a flow mapping's brace and its content: a space or nothing."""
        for node in reversed(parents):
            if self.layout.is_flow(node):
                start = self.layout.content_start(node)
                return " " if self.layout.text[start + 1 : start + 2] == " " else ""
        return ""

    def item_in_braces(self, parents: Sequence[int], near: int) -> int | None:
        """The mapping next to the item number `near` of the list `parents[-1]`, if it is in braces on one line."""
        if not parents or not self.layout.is_sequence(parents[-1]):
            return None
        nodes = _by_distance(self.layout.firsts(parents[-1]), near)
        node = next((each for each in nodes if self.layout.is_mapping(each)), None)
        if node is None or not self.layout.is_flow(node):
            return None
        first, last = self.layout.content_start(node), self.layout.stop(node)
        return node if self.layout.line(first) == self.layout.line(last) else None

    def string_style(self, text: str, examples: Iterable[int], *, flow: bool) -> int:
        """The style for the string `text`, as in the first of the nodes `examples` that settles it.

        For a text that may be plain, an example settles it if it could have been plain itself; quotes that an example
        needed settle only which quotes to use.
        """
        quoted_of_need = 0
        plain = may_be_plain(text, flow=flow)
        seen = 0
        for node in examples:
            kind = self.record.kinds[node]
            value = self.record.values[node]
            if kind not in (PLAIN, SINGLE, DOUBLE) or not isinstance(value, str):
                continue
            seen += 1
            if not plain:
                if kind != PLAIN:
                    return kind
            elif kind == PLAIN or may_be_plain(value, flow=flow):
                return kind
            elif not quoted_of_need:
                quoted_of_need = kind
            if seen >= _EXAMPLES:
                break
        # Siblings that are all quoted, even if each had to be, are a style too.
        return quoted_of_need or PLAIN

    def role_entries(self, sequence: int, key: str, near: int) -> Iterator[Child]:
        """The entries with that key in the mappings of a list, the nearest to the item number `near` first."""
        for node in _by_distance(self.layout.firsts(sequence), near):
            if self.layout.is_mapping(node):
                found = find(self.layout, node, key)
                if found is not None:
                    yield found

    def cousin_examples(self, parents: Sequence[int], key: str) -> Iterator[int]:
        """The values of `key` in the items of other lists, the nearest first: one env list should look like another."""
        looked_at = 0
        for container in reversed(parents):
            for parent, node in self._below(container, 4):
                looked_at += 1
                if looked_at > _COUSINS:
                    return
                if self.layout.is_sequence(parent) and self.layout.is_mapping(node):
                    found = find(self.layout, node, key)
                    if found is not None:
                        yield found.node

    def value_examples(self, parents: Sequence[int], near: int) -> Iterator[int]:
        """Scalar values near the node `near`, from the innermost collection outwards."""
        for container in reversed(parents):
            firsts = self.layout.firsts(container)
            place = bisect_left(firsts, near)
            paired = self.layout.is_mapping(container)
            if paired and place and self.layout.last_event(firsts[place - 1]) + 1 >= near:
                place -= 1  # only the key is before `near`, not its value
            for first in _by_distance(firsts, place):
                yield from self._scalars_below(self.layout.last_event(first) + 1 if paired else first)

    def key_examples(self, parents: Sequence[int]) -> Iterator[int]:
        """Nearby keys, from the innermost mapping outwards."""
        for container in reversed(parents):
            if self.layout.is_mapping(container):
                yield from self.layout.firsts(container)[:_EXAMPLES]

    def _scalars_below(self, node: int) -> Iterator[int]:
        if self.record.kinds[node] <= ALIAS:
            yield node
            return
        for child in islice(self.layout.values_in(node), _EXAMPLES):
            yield from self._scalars_below(child)

    def _column(self, node: int) -> int:
        return self.layout.column(self.layout.content_start(node))

    def _nested(self, parents: Sequence[int], near: int) -> Iterator[tuple[int, int]]:
        """Pairs of a collection and one directly inside it: around `parents` first, then further out, then near by."""
        for parent in reversed(parents):
            children = [child for child in self.layout.values_in(parent) if child in self.record.jump]
            for node in _by_distance(children, bisect_left(children, near)):
                yield parent, node
        if parents:
            yield from self._below(parents[0], 4)

    def _below(self, node: int, levels: int) -> Iterator[tuple[int, int]]:
        for child in islice(self.layout.values_in(node), _NEAR if levels else 0):
            if child in self.record.jump:
                yield node, child
                yield from self._below(child, levels - 1)


def _by_distance(nodes: Sequence[int], near: int) -> Iterator[int]:
    """The nodes before place `near`, backwards, alternating with those after it; at most `_NEAR` of each."""
    for distance in range(_NEAR):
        left, right = near - 1 - distance, near + distance
        if left >= 0 and left < len(nodes):
            yield nodes[left]
        if right < len(nodes):
            yield nodes[right]
        if left < 0 and right >= len(nodes):
            break
