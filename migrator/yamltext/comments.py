"""Comments around entries: which are removed with an entry, and which stay."""

from __future__ import annotations

import re
from typing import NamedTuple

from migrator.values.edits import Route
from migrator.yamltext.layout import Entries, Layout
from migrator.yamltext.lines import BREAK, compiled
from migrator.yamltext.record import BLOCK_MAP
from migrator.yamltext.routes import walk


class Orphan(NamedTuple):
    """A comment that stays though its subject was removed: its line in the result, from 1, and its text."""

    line: int
    text: str


def comments_in(layout: Layout, root: int, route: Route) -> list[Orphan]:
    """The comments in the entry at `route`, which ends in a key, from its line to the line where the value ends."""
    entries = walk(layout, root, route)
    if len(entries) < len(route):
        return []
    key, node = entries[-1].key, entries[-1].node
    found: list[Orphan] = []

    def look(start: int, stop: int) -> None:
        for match in compiled(r"(?<!\w)#[^\n\r\x85\u2028\u2029]*").finditer(layout.text, start, stop):
            found.append(Orphan(layout.line(match.start()), match[0].rstrip()))

    at = layout.content_start(key)
    for each in range(key, layout.last_event(node) + 1):
        if layout.record.kinds[each] < BLOCK_MAP:
            look(at, layout.content_start(each))
            at = max(at, layout.stop(each))
    look(at, layout.line_end(max(at, layout.stop(node))))
    return found


class GapLine(NamedTuple):
    """A line between two entries: where it begins, where the next begins, and its comment's column, -1 if blank."""

    start: int
    end: int
    column: int


def gap_lines(layout: Layout, start: int, stop: int) -> list[GapLine]:
    """The lines from `start`, the beginning of a line, up to `stop`: all of them comments or blank."""
    lines: list[GapLine] = []
    at = start
    while at < stop:
        end = layout.line_end(at)
        match = compiled(BREAK).match(layout.text, end)
        after = match.end() if match else end
        body = layout.text[at:end]
        lines.append(GapLine(at, after, len(body) - len(body.lstrip(" \t")) if "#" in body else -1))
        at = after
    return lines


def head_block(lines: list[GapLine], column: int) -> int:
    """How many of the last `lines` are a comment block directly above an entry at `column`.

    A comment indented deeper than the entry is about something inside the entry before it.
    """
    count = 0
    for line in reversed(lines):
        if not 0 <= line.column <= column:
            break
        count += 1
    return count


_OPENED_BY = {
    "/": (),
    "end": ("begin", "start"),
    "endregion": ("region",),
    "<<<": (">>>",),
    "}}}": ("{{{",),
}
"""What closes a group of entries in a comment, and, if the closing comment has no name, what may have opened it."""


def closes(comment: str, opening: str) -> bool:
    """Whether a comment closes what another opened: `# </x>` after `# <x> of ours`, `# end` after `# begin x`."""
    closing, opened = _marker(comment), _marker(opening)
    ends = [word for word in closing if word in _OPENED_BY]
    begins = [word for end in _OPENED_BY for word in _OPENED_BY[end]]
    rest = [word for word in closing if word not in _OPENED_BY]
    subject = [word for word in opened if word not in begins]
    if rest:
        return bool(ends) and subject[: len(rest)] == rest
    return any(word in opened for end in ends for word in _OPENED_BY[end])


def _marker(comment: str) -> list[str]:
    return [word for word in re.findall(r"/|<<<|>>>|\{\{\{|\}\}\}|\w+", comment.lower()) if word not in ("of", "the")]


def inner_tail(below: list[GapLine], start: int, column: int) -> int:
    """Where the comments end that follow an entry at `column` and, being indented deeper than it, belong inside it.

    `below` are the lines after the entry, of which `start` is the beginning.
    """
    end = start
    for line in below:
        if line.column > column:
            end = line.end
        elif line.column >= 0:
            break
    return end


def runs(layout: Layout, entries: Entries) -> list[range]:
    """The entries in runs: neighbours without a blank line or a comment line between them."""
    found: list[range] = []
    begin = 0
    for index in range(1, len(entries)):
        between = layout.line(entries[index].head) - layout.line(entries[index - 1].stop)
        if between > 1:
            found.append(range(begin, index))
            begin = index
    found.append(range(begin, len(entries)))
    return found
