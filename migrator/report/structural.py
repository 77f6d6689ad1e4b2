"""What changes in the values, regardless of the text: dictdiffer over the values before and after.

Every path can be pasted into yq and selects what its line shows. Lists of named entries, such as env, are compared by
name: a removed entry does not make all later ones look changed. A new order is reported too, since it matters to
Kubernetes (an entry's position decides what `$(NAME)` can refer to).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple, Union

from migrator.report.mask import Mask
from migrator.report.page import Page, Style
from migrator.report.records import FileReport, Report
from migrator.report.result_records import DocumentReport
from migrator.report.yq_paths import FROM_YAML, Entry, path
from migrator.values.edits import Key, Route, Scalar, Value


class _Leaf(NamedTuple):
    """A scalar in two forms: for comparison (`1` is neither `true` nor `1.0`), and masked for display."""

    type: str
    raw: Scalar
    shown: Scalar


_Tree = Union[_Leaf, "list[_Tree]", "dict[str, _Tree]"]


class _Difference(NamedTuple):
    """One line: the values at `route` before and after (None: no value)."""

    route: Route
    before: _Tree | None
    after: _Tree | None


def diff(report: Report, *, mask: Mask, colour: bool = False) -> str:
    """For each release its path, then one line per difference: `-` removed, `+` added, `~` changed, `=` only moved."""
    report = mask.conceal(report)
    page = Page(0, colour)
    return "".join(line + "\n" for file in report.files for line in _of_file(file, page, mask))


def _of_file(file: FileReport, page: Page, mask: Mask) -> Iterator[str]:
    yield page.styled(page.plain(file.path), "bold")
    documents = file.documents or (DocumentReport(file.path, 0, file.values_before, file.values_after),)
    several = len(documents) > 1
    is_the_same = True
    for document in documents:
        lines = list(_of_document(document, page, mask))
        if lines and several:
            number = f", document {document.number + 1}" if document.number else ""
            yield page.styled(f"  {page.plain(document.path)}{number}:", "bold")
        yield from lines
        is_the_same = is_the_same and not lines
    if is_the_same:
        yield "  no value changes"


def _of_document(document: DocumentReport, page: Page, mask: Mask) -> Iterator[str]:
    before, after = _leaves(document.before, mask), _leaves(document.after, mask)
    for route, was, now in document.texts:
        before, after = _with(before, route, _leaves(was, mask)), _with(after, route, _leaves(now, mask))
    orders = list(_orders(before, after, ()))
    one, other = _by_name(before, after)
    for difference in _differences(one, other):
        yield from _lines(difference, page)
    for route, was_order, now_order in orders:
        names = f"{', '.join(was_order)} -> {', '.join(now_order)}"
        yield page.styled(
            f"  {page.plain(f'= {path(route)}: the same entries in a different order: {names}')}", "yellow"
        )


def _with(node: _Tree, route: Route, values: _Tree) -> _Tree:
    """The tree with these values in place of the text that contains them."""
    if not route:
        return {FROM_YAML: values}
    key, *rest = route
    if isinstance(node, dict) and isinstance(key, str):
        return {**node, key: _with(node[key], tuple(rest), values)}
    if isinstance(node, list) and isinstance(key, int):
        return [*node[:key], _with(node[key], tuple(rest), values), *node[key + 1 :]]
    return node


def _leaves(value: Value, mask: Mask) -> _Tree:
    return _paired(value, mask.value(value))


def _paired(raw: Value, shown: Value) -> _Tree:
    """The values with each scalar next to its masked form; masking changes no mapping and no list."""
    if isinstance(raw, dict) and isinstance(shown, dict):
        return {key: _paired(child, shown[key]) for key, child in raw.items()}
    if isinstance(raw, list) and isinstance(shown, list):
        return [_paired(one, other) for one, other in zip(raw, shown)]
    assert not isinstance(raw, (dict, list))
    assert not isinstance(shown, (dict, list))
    if raw != raw:  # not-a-number equals itself here
        return _Leaf("float", ".nan", ".nan")
    return _Leaf(type(raw).__name__, raw, shown)


def _by_name(one: _Tree, other: _Tree) -> tuple[_Tree, _Tree]:
    """Both trees, with lists of named entries as mappings where both have one in the same place."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = {key: _by_name(child, other[key]) for key, child in one.items() if key in other}
        return (
            {key: pairs[key][0] if key in pairs else child for key, child in one.items()},
            {key: pairs[key][1] if key in pairs else child for key, child in other.items()},
        )
    if isinstance(one, list) and isinstance(other, list):
        if (one or other) and _are_named(one) and _are_named(other):
            return _by_name(_entries(one), _entries(other))
        if len(one) == len(other):
            pairs_of_items = [_by_name(*pair) for pair in zip(one, other)]
            return [pair[0] for pair in pairs_of_items], [pair[1] for pair in pairs_of_items]
    return one, other


def _are_named(items: list[_Tree]) -> bool:
    return all(isinstance(item, dict) and _name(item) is not None for item in items)


def _name(item: dict[str, _Tree]) -> str | None:
    leaf = item.get("name")
    return leaf.raw if isinstance(leaf, _Leaf) and isinstance(leaf.raw, str) else None


def _entries(items: list[_Tree]) -> dict[str, _Tree]:
    """The entries by name, without the name; entries that share a name are numbered."""
    names = [str(_name(item)) for item in items if isinstance(item, dict)]
    found: dict[str, _Tree] = {}
    for at, (name, item) in enumerate(zip(names, items)):
        assert isinstance(item, dict)
        entry = Entry.of(name, names[:at].count(name), is_alone=names.count(name) == 1)
        found[entry] = {key: child for key, child in item.items() if key != "name"}
    return found


def _orders(one: _Tree, other: _Tree, route: Route) -> Iterator[tuple[Route, list[str], list[str]]]:
    """Lists of named entries in which remaining entries moved: the route, and the names before and after."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key, child in one.items():
            if key in other:
                yield from _orders(child, other[key], (*route, key))
    elif isinstance(one, list) and isinstance(other, list) and _are_named(one) and _are_named(other):
        before, after = _entries(one), _entries(other)
        was = [name for name in before if name in after]
        now = [name for name in after if name in before]
        if was != now:
            yield route, was, now
        for name in was:
            yield from _orders(before[name], after[name], (*route, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other)):
            yield from _orders(*pair, (*route, number))


def _differences(one: _Tree, other: _Tree) -> list[_Difference]:
    """The differences that dictdiffer finds, one per key, in the order of the keys in the files."""
    import dictdiffer  # type: ignore[import-untyped]  # it ships no types

    found: list[_Difference] = []
    for kind, node, what in dictdiffer.diff(one, other, dot_notation=False):
        route = tuple(node) if isinstance(node, list) else (node,) if node != "" else ()
        if kind == "change":
            found.append(_Difference(route, what[0], what[1]))
        else:
            for key, value in what:
                before, after = (None, value) if kind == "add" else (value, None)
                found.append(_Difference((*route, key), before, after))
    return sorted(found, key=lambda each: _position(each.route, one, other))


def _position(route: Route, one: _Tree | None, other: _Tree | None) -> list[int]:
    """A sort key for a route: the positions of its keys before the change; new keys come last."""
    position = []
    for key in route:
        if isinstance(key, int):
            position.append(key)
        else:
            keys = list(one) if isinstance(one, dict) else []
            new = list(other) if isinstance(other, dict) else []
            position.append(keys.index(key) if key in keys else len(keys) + new.index(key))
        one, other = _child(one, key), _child(other, key)
    return position


def _child(node: _Tree | None, key: Key) -> _Tree | None:
    if isinstance(node, dict) and isinstance(key, str):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return node[key]
    return None


def _lines(difference: _Difference, page: Page) -> Iterator[str]:
    route, before, after = difference
    if before is None or after is None:
        sign, style, value = ("+", "green", after) if before is None else ("-", "red", before)
        assert value is not None
        for below, leaf in _flat(value, route):
            yield _line(sign, style, f"{path(below)}: {_spelled(leaf)}", page)  # type: ignore[arg-type]
        return
    was, now = _spelled(before), _spelled(after)
    if was == now and isinstance(before, _Leaf) and isinstance(after, _Leaf):
        was, now = f"{was} ({before.type})", f"{now} ({after.type})"
    yield _line("~", "yellow", f"{path(route)}: {was} -> {now}", page)


def _line(sign: str, style: Style, text: str, page: Page) -> str:
    return page.styled(f"  {sign} {page.plain(text)}", style)


def _flat(value: _Tree, route: Route) -> Iterator[tuple[Route, _Tree]]:
    """A mapping as its leaves; anything else as it is."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _flat(child, (*route, key))
    else:
        yield route, value


def _spelled(value: _Tree) -> str:

    return json.dumps(_shown(value), ensure_ascii=False)


def _shown(value: _Tree) -> Value:
    if isinstance(value, _Leaf):
        return value.shown
    if isinstance(value, dict):
        return {key: _shown(child) for key, child in value.items()}
    return [_shown(child) for child in value]
