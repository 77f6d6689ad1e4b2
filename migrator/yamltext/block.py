"""Entries added to and removed from block mappings and block lists: whole lines wherever possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.yamltext.comments import GapLine, closes, gap_lines, head_block, inner_tail, runs
from migrator.yamltext.layout import Entry
from migrator.yamltext.page import New, Page

Slots = Mapping[int, Sequence[New]]


def edit_block(page: Page, parents: Sequence[int], removed: set[int], slots: Slots) -> None:
    """Remove the entries `removed` from the block collection `parents[-1]` and add the new ones of `slots`.

    `slots[i]` are put before entry number i. Something must be left afterwards: `replace.replace_node` empties
    collections.
    """
    _BlockEdit(page, parents, removed, slots).run()


class _BlockEdit:
    def __init__(self, page: Page, parents: Sequence[int], removed: set[int], slots: Slots) -> None:
        self.page = page
        self.layout = page.layout
        self.parents = parents
        self.node = parents[-1]
        self.removed = removed
        self.slots = dict(slots)
        self.entries = self.layout.entries(self.node)
        self.column = self.layout.column(self.entries[0].head)
        self.inline = not page.own_line(self.entries[0].head)
        self.cuts: list[tuple[int, int]] = []

    def run(self) -> None:
        if self.inline and 0 in self.removed:
            self._remove_first_inline()
        self._remove_lines()
        self._remove_comments()
        for start, end in self.cuts:
            self.page.splice(start, end, "")
        for slot in sorted(self.slots):
            self._add(slot)

    # -- removing ------------------------------------------------------------------------------------------------

    def _lines_of(self, entry: Entry) -> tuple[int, int]:
        return self.layout.line_start(entry.head), self.layout.next_line(entry.stop)

    def _remove_first_inline(self) -> None:
        """Remove the first entry from the line of its parent's dash; the next one moves up to that line if possible."""
        first = self.entries[0]
        line_end = self.layout.line_end(first.stop)
        kept = 1
        while kept in self.removed:
            kept += 1
        fresh = [new for slot in range(kept + 1) for new in self.slots.pop(slot, ())]
        if fresh:
            self.page.splice(first.head, line_end, self._joined(fresh, 0))
            return
        follower = self.entries[kept].head
        if not self._gaps(range(kept)):
            # Everything up to the next entry that stays is removed, including the lines of other removed entries.
            self.page.splice(first.head, self.layout.next_line(first.stop), "")
            self.page.splice(self.layout.line_start(follower), follower, "")
            return
        self.page.splice(self.page.blanks_before(first.head), line_end, "")

    def _gaps(self, indexes: range) -> bool:
        return any(
            self.layout.next_line(self.entries[index].stop) != self.layout.line_start(self.entries[index + 1].head)
            for index in indexes
        )

    def _remove_lines(self) -> None:
        for index in sorted(self.removed):
            if index == 0 and self.inline:
                continue
            start, end = self._lines_of(self.entries[index])
            if index and index - 1 not in self.removed:
                last = index
                while last + 1 in self.removed and not self._gaps(range(last, last + 1)):
                    last += 1
                tail = self._lines_of(self.entries[last])[1]
                extended = self.page.after_removal(self.page.last_leaf(self.entries[index - 1].node), tail)
                if extended != tail and not self.slots.get(last + 1):
                    self.cuts.append((tail, extended))
            self.cuts.append((start, end))

    def _gap_before(self, index: int) -> list[GapLine]:
        if index == 0:
            return [] if self.inline else self.page.gap_above(self.entries[0].head)
        start = self.layout.next_line(self.entries[index - 1].stop)
        return gap_lines(self.layout, start, self.layout.line_start(self.entries[index].head))

    def _remove_comments(self) -> None:
        """Remove the comment block above a run of entries if the whole run is removed; note what is orphaned."""
        if not self.removed:
            return
        for run in runs(self.layout, self.entries):
            if not self.removed.issuperset(run):
                continue
            gap = self._gap_before(run.start)
            above = head_block(gap, self.column)
            refilled = any(slot in self.slots for slot in range(run.start, run.stop + 1))
            if above and not refilled:
                self.cuts.append((gap[-above].start, gap[-1].end))
                self._note_closing(gap[-above:], run.stop)
            elif not above and not refilled:
                for line in _last_block(gap, self.column):
                    self.page.orphan(line)
        for index in self.removed:
            start = self.layout.next_line(self.entries[index].stop)
            for line in self.page.comments_below(start):
                if line.column > self.column:
                    self.page.orphan(line)
                elif line.column >= 0:
                    break

    def _note_closing(self, removed: Sequence[GapLine], stop: int) -> None:
        """Note the comments below a run that close what the comments above it, removed with it, had opened."""
        below = self.page.comments_below(self.layout.next_line(self.entries[stop - 1].stop))
        for line in below:
            if line.column >= 0 and any(closes(self.page.comment(line), self.page.comment(each)) for each in removed):
                self.page.orphan(line)

    # -- adding --------------------------------------------------------------------------------------------------

    def _joined(self, fresh: Sequence[New], near_item: int) -> str:
        newline = self.page.style.newline(self.entries[0].head)
        lines = self._lines(fresh, near_item, self.layout.next_line(self.entries[0].stop))
        return newline.join(lines).lstrip(" ")

    def _lines(self, fresh: Sequence[New], near_item: int, at: int) -> list[str]:
        near = self.entries[min(near_item, len(self.entries) - 1)].node
        literals = self.page.literals_fit(at, self.column)
        renderer = self.page.renderer(self.parents, near, near_item, literals=literals)
        lines: list[str] = []
        for new in fresh:
            if new.key is None:
                first, *rest = renderer.item(new.value, self.column)
            else:
                first, *rest = renderer.entry(new.key, new.value, self.column)
            lines += [" " * self.column + first, *rest]
        return lines

    def _add(self, slot: int) -> None:
        fresh = self.slots[slot]
        if slot == 0 and self.inline:
            head = self.entries[0].head
            newline = self.page.style.newline(head)
            self.page.splice(head, head, self._joined(fresh, 0) + newline + " " * self.column)
            return
        if slot == 0 and any(new.above_comment for new in fresh):
            gap = self._gap_before(0)
            above = head_block(gap, self.column)
            at = gap[-above].start if above else self.layout.line_start(self.entries[0].head)
        else:
            at = self._first_place() if slot == 0 else self._place_after(slot - 1)
        self.page.insert_lines(at, self._lines(fresh, slot, at))

    def _first_place(self) -> int:
        """Above the first entry; in a list below a comment directly above it, in a mapping above that comment."""
        head = self.entries[0].head
        if self.layout.is_mapping(self.node):
            gap = self._gap_before(0)
            above = head_block(gap, self.column)
            # The opening comment of a document is a heading, not a comment about its first key.
            if above and not (self.node == self.page.root and above == len(gap)):
                return gap[-above].start
        return self.layout.line_start(head)

    def _place_after(self, index: int) -> int:
        start = self.layout.next_line(self.entries[index].stop)
        return inner_tail(self.page.comments_below(start), start, self.column)


def _last_block(gap: Sequence[GapLine], column: int) -> list[GapLine]:
    """The last comment block in a gap, if it belongs to this level."""
    block: list[GapLine] = []
    for line in reversed(gap):
        if line.column < 0:
            if block:
                break
            continue
        if line.column > column:
            break
        block.insert(0, line)
    return block
