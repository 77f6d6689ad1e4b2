"""Entries added to and removed from flow collections, `{a: 1}` and `[a, b]`, on one line or on several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrator.yamltext.block import Slots
from migrator.yamltext.layout import Entry
from migrator.yamltext.page import New, Page

_NO_COMMA = -1


class _Piece(NamedTuple):
    """An entry with the comma after it: `comma` is its offset, or `_NO_COMMA` if the last entry has none."""

    entry: Entry
    comma: int

    @property
    def end(self) -> int:
        """Where the entry ends, including its comma."""
        return self.entry.stop if self.comma == _NO_COMMA else self.comma + 1


def edit_flow(page: Page, parents: Sequence[int], removed: set[int], slots: Slots) -> None:
    """Remove the entries `removed` from the flow collection `parents[-1]` and add the new ones of `slots`."""
    _FlowEdit(page, parents, removed, slots).run()


class _FlowEdit:
    def __init__(self, page: Page, parents: Sequence[int], removed: set[int], slots: Slots) -> None:
        self.page = page
        self.layout = page.layout
        self.text = page.layout.text
        self.parents = parents
        self.node = parents[-1]
        self.removed = removed
        self.slots = {slot: list(news) for slot, news in slots.items() if news}
        self.open = self.layout.content_start(self.node)
        self.close = self.layout.stop(self.node) - 1
        if self.text[self.open] not in "{[":
            page.refuse("cannot edit a `key: value` pair without braces in a flow list", self.open)
        self.pieces = [self._piece(entry) for entry in self.layout.entries(self.node)]

    def _piece(self, entry: Entry) -> _Piece:
        at = self.layout.skip_fill(entry.stop)
        return _Piece(entry, at if self.text[at] == "," else _NO_COMMA)

    def run(self) -> None:
        if len(self.removed) == len(self.pieces) and not self.slots and not self._has_comment():
            self.page.splice(self.open + 1, self.close, "")
            return
        self._swap()
        for first, last in self._groups():
            self._remove(first, last)
        self._fix_last_comma()
        for slot, news in sorted(self.slots.items()):
            self._add(slot, [self._written(new, slot) for new in news])

    def _has_comment(self) -> bool:
        return "#" in self.text[self.open : self.close] and any(
            "#" in self.text[start:stop]
            for start, stop in zip(
                [self.open, *(piece.entry.stop for piece in self.pieces)],
                [*(piece.entry.head for piece in self.pieces), self.close],
            )
        )

    def _written(self, new: New, slot: int) -> str:
        near = self.pieces[min(slot, len(self.pieces) - 1)].entry.node if self.pieces else self.node
        renderer = self.page.renderer(self.parents, near, slot)
        return renderer.flow(new.value) if new.key is None else renderer.flow_entry(new.key, new.value)

    def _swap(self) -> None:
        """Put new entries next to a removed one exactly in its place, keeping commas and lines."""
        for index in sorted(self.removed):
            news = self.slots.pop(index, []) + self.slots.pop(index + 1, [])
            if news:
                entry = self.pieces[index].entry
                self.page.splice(entry.head, entry.stop, ", ".join(self._written(new, index) for new in news))
                self.removed = self.removed - {index}

    # -- removing ------------------------------------------------------------------------------------------------

    def _groups(self) -> list[tuple[int, int]]:
        """The removed entries, grouped: neighbours on one line."""
        groups: list[tuple[int, int]] = []
        for index in sorted(self.removed):
            if groups and groups[-1][1] == index - 1 and self._on_one_line(index - 1):
                groups[-1] = groups[-1][0], index
            else:
                groups.append((index, index))
        return groups

    def _on_one_line(self, index: int) -> bool:
        """Whether the entry after number `index` begins on the line where that one ends, including its comma."""
        piece = self.pieces[index]
        follower = self.pieces[index + 1].entry.head
        return self.layout.line(piece.entry.stop) == self.layout.line(follower)

    def _remove(self, first: int, last: int) -> None:
        piece = self.pieces[last]
        head, end = self.pieces[first].entry.head, piece.end
        rest = self.text[end : self.layout.line_end(end)].strip(" \t")
        split = piece.comma != _NO_COMMA and self.layout.line(piece.comma) != self.layout.line(piece.entry.stop)
        if self.page.own_line(head) and (not rest or rest.startswith("#")) and not split:
            self.page.splice(self.layout.line_start(head), self.layout.next_line(end), "")
            return
        if split:  # the comma is on a later line: remove it, and keep the line breaks
            self.page.splice(head, piece.entry.stop, "")
            self.page.splice(piece.comma, piece.comma + 1, "")
            return
        if last + 1 < len(self.pieces) and self._on_one_line(last):
            self.page.splice(head, self.pieces[last + 1].entry.head, "")
            return
        start = head if self.page.own_line(head) else self.page.blanks_before(head)
        self.page.splice(start, end, "")

    def _fix_last_comma(self) -> None:
        """Where the last entry is removed and had no comma, remove the comma of the one before it."""
        last = len(self.pieces) - 1
        if last not in self.removed or self.pieces[last].comma != _NO_COMMA:
            return
        kept = [index for index in range(last) if index not in self.removed]
        if kept:
            comma = self.pieces[kept[-1]].comma
            self.page.splice(comma, comma + 1, "")

    # -- adding --------------------------------------------------------------------------------------------------

    def _add(self, slot: int, written: list[str]) -> None:
        page, layout = self.page, self.layout
        if not self.pieces:
            gap = " " if self.text[self.open + 1] == " " else ""
            at = self.open + 1
            if self.text[at : self.close].strip(" \t"):  # a comment or a line break inside: stay on the first line
                page.splice(at, at, ", ".join(written))
                return
            page.splice(at, self.close, gap + ", ".join(written) + gap)
            return
        if slot < len(self.pieces):
            entry = self.pieces[slot].entry
            if page.own_line(entry.head):
                indent = self.text[layout.line_start(entry.head) : entry.head]
                page.insert_lines(layout.line_start(entry.head), [f"{indent}{one}," for one in written])
            else:
                page.splice(entry.head, entry.head, "".join(one + ", " for one in written))
            return
        self._add_last(written)

    def _add_last(self, written: list[str]) -> None:
        page, layout = self.page, self.layout
        piece = self.pieces[-1]
        trailing = piece.comma != _NO_COMMA
        if not page.own_line(piece.entry.head):
            joined = ", ".join(written)
            page.splice(piece.end, piece.end, f" {joined}," if trailing else f", {joined}")
            return
        start = layout.line_start(piece.entry.head)
        indent = self.text[start : piece.entry.head]
        newline = page.style.newline(piece.entry.head)
        alone = layout.line_end(piece.end) < self.close
        if trailing and alone:
            page.insert_lines(layout.next_line(piece.end), [f"{indent}{one}," for one in written])
        elif alone:
            page.splice(piece.end, piece.end, ",")
            page.insert_lines(
                layout.next_line(piece.end), [*(f"{indent}{one}," for one in written[:-1]), indent + written[-1]]
            )
        else:
            comma = "" if trailing else ","
            page.splice(
                piece.end,
                piece.end,
                comma + "".join(f"{newline}{indent}{one}," for one in written)[: None if trailing else -1],
            )
