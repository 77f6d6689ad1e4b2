"""Whether an edited text is right, judged without the engine that edited it.

The values are read back and compared. The bytes are compared outside the span that the edit owns, which is computed
from the positions in the original alone. And every comment outside what was removed must still be there.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from migrator.errors import MigratorError
from migrator.values import tree
from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems, RemoveKey, RenameKey, Route, SetValue
from migrator.yamltext import Document, Stream, parse
from migrator.yamltext.layout import Entry, Layout
from migrator.yamltext.lines import BREAK_AT_END, compiled
from migrator.yamltext.record import BLOCK_END, FOLDED, LITERAL
from migrator.yamltext.routes import walk
from tests.yamltext.copies import is_kept, shared_spans

_COMMENT = re.compile("(?:(?<=^)|(?<=[\\s]))#[^\n\r\x85\u2028\u2029]*")


def verdict(before: Stream, document: Document, edit: Edit, after: bytes, *, copied: bool = False) -> str:
    """`ok`, `wrong value` or `collateral`; `alias copied` for an `ok` that had to copy what aliases share."""
    expected = tree.apply(document.data, [edit])
    try:
        result = parse(after, "result")
    except MigratorError:
        return "wrong value"
    if len(result.documents) != len(before.documents):
        return "wrong value"
    for old, new in zip(before.documents, result.documents):
        if not tree.same(expected if old is document else old.data, new.data):
            return "wrong value"
    text, new_text = before.layout.text, result.layout.text
    if copied:
        spans, inside = shared_spans(document, edit)
        return (
            "alias copied"
            if is_kept(text, new_text, spans if inside else [*spans, owned_span(document, edit)])
            else "collateral"
        )
    low, high = owned_span(document, edit)
    if before.data[:3] != after[:3] and b"\xef\xbb\xbf" in (before.data[:3], after[:3]):
        return "collateral"
    tail = text[high:]
    if not new_text.startswith(text[:low]) or not new_text.endswith(tail):
        return "collateral"
    return "ok" if _comments_kept(document, result.layout, edit) else "collateral"


def owned_span(document: Document, edit: Edit) -> tuple[int, int]:
    """The span of the original that an edit may change, in characters; an insertion may be anywhere in it."""
    layout, root = document.layout, document.record.first
    text = layout.text
    route = edit.route
    if isinstance(edit, (InsertItem, AddKey)):
        way = walk(layout, root, route)
        node = way[-1].node if way else root
        place = edit.place.sibling
        if not layout.is_block(node):
            return _value_span(document, route[: len(way)])
        # A new entry goes between entries: the text of every entry has to stay as it is.
        entries = layout.entries(node)
        starts = [_line_above(layout, entries[0].head), *(entry.stop for entry in entries)]
        stops = [*(entry.head for entry in entries), layout.skip_fill(entries[-1].stop)]
        # A `|` at the end of a file that has no last line break becomes `|-` when a line comes below it.
        leaf = _last_leaf(layout, entries[-1].node)
        if layout.record.kinds[leaf] in (LITERAL, FOLDED) and layout.record.ends[leaf] == len(text):
            starts[-1] = layout.record.starts[leaf]
        spots = list(zip(starts, stops))
        if edit.place.side == "first":
            return spots[0]
        if edit.place.side == "last":
            return spots[-1]
        index = place if isinstance(place, int) else [_key(layout, entry) for entry in entries].index(place)
        return spots[index] if edit.place.side == "before" else spots[index + 1]
    if isinstance(edit, RenameKey):
        key = walk(layout, root, route)[-1].key
        return layout.record.starts[key], layout.record.ends[key]
    if isinstance(edit, SetValue):
        return _value_span(document, route)
    if isinstance(edit, RemoveKey):
        way = walk(layout, root, route)
        parent = way[-2].node if len(way) > 1 else root
        keys = [entry.key for entry in layout.entries(parent)]
        return _entry_span(document, parent, [keys.index(way[-1].key)], route[:-1])
    assert isinstance(edit, RemoveItems)
    way = walk(layout, root, route)
    return _entry_span(document, way[-1].node if way else root, sorted(edit.indexes), route)


def _key(layout: Layout, entry: Entry) -> str | None:
    return None if layout.is_merge(entry) else layout.key_of(entry)


def _last_leaf(layout: Layout, node: int) -> int:
    leaf = layout.last_event(node)
    while layout.record.kinds[leaf] == BLOCK_END:
        leaf -= 1
    return leaf


def _line_above(layout: Layout, head: int) -> int:
    """Where the comment lines right above an entry begin; its own start if it shares a line."""
    start = layout.line_start(head)
    if layout.text[start:head].strip():
        return head
    while start:
        above = layout.line_start(start - 1)
        line = layout.text[above:start].strip()
        if line and not line.startswith("#"):
            break
        start = above
    return start


def _value_span(document: Document, route: Route) -> tuple[int, int]:
    """A value with what may be between it and its key, and the rest of its last line."""
    layout = document.layout
    way = walk(layout, document.record.first, route)
    if not way:
        return 0, len(layout.text)
    child = way[-1]
    node = child.node
    low = layout.stop(child.key) if child.key >= 0 else layout.dash(node)
    return low, layout.next_line(max(layout.stop(node), low))


def _entry_span(document: Document, parent: int, indexes: list[int], route: Route) -> tuple[int, int]:
    layout = document.layout
    entries = layout.entries(parent)
    first, last = entries[indexes[0]], entries[indexes[-1]]
    if layout.is_flow(parent):
        return layout.record.starts[parent], layout.stop(parent)
    low, high = _line_above(layout, first.head), layout.next_line(last.stop)
    if indexes[0] == 0:
        low = min(low, _value_span(document, route)[0] if route else 0)
        if len(entries) > len(indexes):
            high = max(high, entries[indexes[-1] + 1].head) if indexes[-1] + 1 < len(entries) else high
    if high == len(layout.text) and compiled(BREAK_AT_END).search(layout.text) is None:
        # A file without a final newline stays one: if its end is removed, so is the line break above.
        above = compiled(BREAK_AT_END).search(layout.text, max(low - 2, 0), low)
        low = above.start() if above else low
    return low, high


@lru_cache(maxsize=4)  # each edit of a file needs them
def comments(layout: Layout) -> list[tuple[int, str]]:
    """The comments of a text, found between the parser's nodes."""
    found: list[tuple[int, str]] = []
    record = layout.record
    at = 0
    spans = sorted(
        (layout.next_line(record.starts[node]) if kind in (LITERAL, FOLDED) else record.starts[node], layout.stop(node))
        for node, kind in enumerate(record.kinds)
        if kind < 6 and record.ends[node] > record.starts[node]
    )
    for start, stop in [*spans, (len(layout.text), len(layout.text))]:
        if start > at:
            found += [(match.start(), match.group().rstrip()) for match in _COMMENT.finditer(layout.text, at, start)]
        at = max(at, stop)
    return found


def _removable_spans(document: Document, edit: Edit) -> list[tuple[int, int]]:
    """Where an edit may remove comments: inside what it removes, above it, and on its lines."""
    layout, root = document.layout, document.record.first
    if isinstance(edit, SetValue):
        way = walk(layout, root, edit.route)
        if not way:
            return [(0, len(layout.text))]
        node = way[-1].node
        stop = layout.stop(node)
        if layout.is_block(node):
            head = layout.content_start(node)
            return [(_line_above(layout, head), layout.next_line(stop))]
        return [(layout.record.starts[node], stop)]
    if isinstance(edit, (RemoveKey, RemoveItems)):
        route = edit.route[:-1] if isinstance(edit, RemoveKey) else edit.route
        way = walk(layout, root, route)
        parent = way[-1].node if way else root
        entries = layout.entries(parent)
        if isinstance(edit, RemoveKey):
            gone = [entry for entry in entries if entry.key >= 0 and layout.key_of(entry) == edit.route[-1]]
        else:
            gone = [entries[index] for index in edit.indexes]
        return [(_line_above(layout, entry.head), layout.next_line(entry.stop)) for entry in gone]
    return []


def _comments_kept(document: Document, after: Layout, edit: Edit) -> bool:
    """Whether every comment is still there, except those of removed or replaced entries."""
    spans = _removable_spans(document, edit)
    remaining = Counter(
        text for at, text in comments(document.layout) if not any(low <= at < high for low, high in spans)
    )
    return not remaining - Counter(text for _, text in comments(after))


__all__ = ["comments", "owned_span", "verdict"]
