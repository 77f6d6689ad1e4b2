"""What else an edit may change where it has to copy what anchors, aliases and merge keys share.

A copy owns the text of the alias it replaces, and the lines right below it. An anchor that moves to a copy owns its
mark. A key that a mapping takes over from a merge key owns the place below the mapping's last entry.
"""

from __future__ import annotations

from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems
from migrator.yamltext import Document
from migrator.yamltext.layout import Layout
from migrator.yamltext.routes import entry_of, find

Span = tuple[int, int]


def shared_spans(document: Document, edit: Edit) -> tuple[list[Span], bool]:
    """The spans of the original that the copies own, and whether the edit itself is inside a copy."""
    layout, root = document.layout, document.record.first
    aliases_of: dict[int, list[int]] = {}
    for alias, target in layout.record.aliases.items():
        aliases_of.setdefault(target, []).append(alias)
    spans: list[Span] = []
    here = root
    on_list = isinstance(edit, (InsertItem, RemoveItems))
    parents = edit.route if on_list else edit.route[:-1]
    for depth in range(len(edit.route) + 1):
        is_removed = not on_list and depth == len(edit.route)  # the node that is replaced, removed or renamed
        if is_removed:
            return [*spans, *_moved_anchors(layout, root, aliases_of, [here])], False
        if here in layout.record.aliases:
            return [*spans, *_alias(layout, root, here)], True
        if here in aliases_of:
            spans += _alias(layout, root, aliases_of[here][0]) + _anchor(layout, here)
        if depth == len(parents) and (on_list or isinstance(edit, AddKey)):
            break
        child = find(layout, here, edit.route[depth]) if here in layout.record.jump else None
        if child is None:
            if here in layout.record.doubled and _merged_in(document, here, edit, depth):
                last_stop = layout.entries(here)[-1].stop
                return [*spans, (last_stop, layout.next_line(last_stop)), *_below(layout, last_stop)], True
            break
        here = child.node
    if on_list and isinstance(edit, RemoveItems):
        items = layout.entries(here)
        spans += _moved_anchors(layout, root, aliases_of, [items[index].node for index in edit.indexes])
    return spans, False


def _moved_anchors(layout: Layout, root: int, aliases_of: dict[int, list[int]], removed: list[int]) -> list[Span]:
    """What copies own where the nodes `removed` have anchors whose aliases are elsewhere."""
    ranges = [range(node, layout.last_event(node) + 1) for node in removed]
    spans: list[Span] = []
    for target, aliases in aliases_of.items():
        outside = [alias for alias in aliases if not any(alias in each for each in ranges)]
        if outside and any(target in each for each in ranges):
            for alias in aliases:
                if alias <= outside[0]:
                    spans += _alias(layout, root, alias)
            spans += _anchor(layout, target)
    return spans


def _merged_in(document: Document, node: int, edit: Edit, depth: int) -> bool:
    value = document.layout.record.values[node]
    return isinstance(value, dict) and edit.route[depth] in value


def _alias(layout: Layout, root: int, alias: int) -> list[Span]:
    """An alias with the spaces around it, and the place right below its line."""
    _, entry = entry_of(layout, root, alias)
    start = layout.stop(entry.key) if entry.key >= 0 else entry.head
    end = layout.stop(alias)
    return [(start, end + len(layout.text[end:]) - len(layout.text[end:].lstrip(" \t"))), *_below(layout, end)]


def _below(layout: Layout, offset: int) -> list[Span]:
    at = layout.next_line(offset)
    return [(at, at)]


def _anchor(layout: Layout, node: int) -> list[Span]:
    """An anchor with the spaces on both sides of it."""
    mark = "&" + layout.record.anchors[node]
    start = layout.text.index(mark, layout.record.starts[node])
    end = start + len(mark)
    text = layout.text
    while start and text[start - 1] in " \t":
        start -= 1
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return [(start, end)]


def is_kept(text: str, after: str, spans: list[Span]) -> bool:
    """Whether all of `text` outside the spans is in `after`, in the same order, up to both ends."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start > at:
            pieces.append(text[at:start])
        elif not pieces:
            pieces.append("")
        at = max(at, end)
    if not after.startswith(pieces[0]) or not after.endswith(text[at:]):
        return False
    found = len(pieces[0])
    for piece in pieces[1:]:
        there = after.find(piece, found)
        if there < 0:
            return False
        found = there + len(piece)
    return found <= len(after) - len(text[at:])
