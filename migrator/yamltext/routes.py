"""From routes to nodes and back, in the structure of the text."""

from __future__ import annotations

from migrator.values.edits import Key, Route
from migrator.yamltext.layout import NO_KEY, Child, Entry, Layout
from migrator.yamltext.scalars import key_text


def walk(layout: Layout, root: int, route: Route) -> list[Child]:
    """The entries along `route`, as far as they exist: aliases are followed, merge keys are not.

    Of two equal keys the last is used, as Helm does.
    """
    entries: list[Child] = []
    here = root
    for key in route:
        here = layout.record.aliases.get(here, here)
        found = find(layout, here, key) if here in layout.record.jump else None
        if found is None:
            break
        entries.append(found)
        here = found.node
    return entries


def find(layout: Layout, node: int, key: Key) -> Child | None:
    """The entry for `key` in the collection `node`; None if there is none, or if it comes from a merge key."""
    if isinstance(key, int):
        fits = layout.is_sequence(node) and 0 <= key < len(layout.firsts(node))
        return layout.child(node, key) if fits else None
    found = layout.indexes_of(node, key) if layout.is_mapping(node) else []
    return layout.child(node, found[-1]) if found else None


def steps_to(layout: Layout, root: int, node: int) -> list[tuple[int, int]]:
    """The path from `root` to a node below it: each collection with the number of the entry to follow."""
    steps: list[tuple[int, int]] = []
    here = root
    while here != node:
        for index, child in enumerate(layout.children(here)):
            if node <= layout.last_event(child.node):
                steps.append((here, index))
                here = node if node == child.key else child.node
                break
    return steps


def entry_of(layout: Layout, root: int, node: int) -> tuple[tuple[int, ...], Entry]:
    """The collections from the root to the one in which `node` is a key or value, and its entry there."""
    steps = steps_to(layout, root, node)
    parent, index = steps[-1]
    return tuple(one for one, _ in steps), layout.entries(parent)[index]


def route_to(layout: Layout, root: int, node: int) -> Route:
    """The route from `root` to a collection below it, in the text itself: aliases and merge keys are not followed."""
    route: list[Key] = []
    for parent, index in steps_to(layout, root, node):
        key = layout.child(parent, index).key
        route.append(index if key == NO_KEY else key_text(layout.record.values[key]))
    return tuple(route)


def line_of(layout: Layout, root: int, route: Route) -> int:
    """The line of the entry at `route` (its key, or its dash), or of its nearest ancestor that exists."""
    entries = walk(layout, root, route)
    if not entries:
        return layout.line(layout.content_start(root))
    child = entries[-1]
    if child.key != NO_KEY:
        return layout.line(layout.record.starts[child.key])
    return layout.line(layout.dash(child.node))
