"""Values as plain data: lookup, strict comparison, and edits, independent of any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from migrator.values.edits import (
    AddKey,
    Edit,
    KeyEdit,
    ListEdit,
    Place,
    RemoveItems,
    RemoveKey,
    Route,
    SetValue,
    Value,
)


class NoSuchRoute(LookupError):
    """An edit refers to a place that the tree does not have, or adds one that it has."""


MISSING = object()
"""The result of `find` for a route that does not exist, as opposed to one with a null."""


def find(tree: Value, route: Route) -> Value | object:
    """The value at `route`, or `MISSING`."""
    here: Value = tree
    for key in route:
        if isinstance(here, dict):
            if not isinstance(key, str) or key not in here:
                return MISSING
            here = here[key]
        elif isinstance(here, list):
            if not isinstance(key, int) or not 0 <= key < len(here):
                return MISSING
            here = here[key]
        else:
            return MISSING
    return here


def exists(tree: Value, route: Route) -> bool:
    """Whether `route` exists, even with a null."""
    return find(tree, route) is not MISSING


def get(tree: Value, route: Route, default: Value = None) -> Value:
    """The value at `route`; `default` if it does not exist."""
    found = find(tree, route)
    return default if found is MISSING else cast(Value, found)


def same_place(now: Value, before: Value, route: Route) -> Route:
    """The route in `before` of what is at `route` in `now`, or of its nearest parent that `before` has.

    List items are matched by name, several of one name from the last backwards; items without a name by equality.
    """
    found: Route = ()
    for depth, key in enumerate(route):
        step: str | int | None = key
        if isinstance(key, int):
            step = _same_item(get(now, route[:depth]), get(before, found), key)
        if step is None or not exists(before, (*found, step)):
            break
        found = (*found, step)
    return found


def _same_item(now: Value, before: Value, index: int) -> int | None:
    if not isinstance(now, list) or not isinstance(before, list):
        return None
    names = [[_name(item) for item in items] for items in (now, before)]
    wanted = names[0][index]
    later = names[0][index + 1 :].count(wanted)
    places = [place for place, name in enumerate(names[1]) if name == wanted]
    return places[-1 - later] if later < len(places) else None


def _name(item: Value) -> Value:
    return item["name"] if isinstance(item, dict) and "name" in item else item


def leaves(route: Route, value: Value) -> Iterator[tuple[Route, Value]]:
    """The single values at `route` and below it, each with its route."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves((*route, key), inner)
    else:
        yield route, value


def differences(one: Value, other: Value, route: Route = ()) -> Iterator[tuple[Route, Value, Value]]:
    """The deepest places where two trees differ, each with both values (None if missing); lists count as a whole."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from differences(one.get(key), other.get(key), (*route, key))
    elif not same(one, other):
        yield route, one, other


def copy(tree: Value) -> Value:
    """A tree that shares no mapping and no list with `tree`."""
    if isinstance(tree, dict):
        return {key: copy(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [copy(value) for value in tree]
    return tree


def same(one: Value | object, other: Value | object) -> bool:
    """Strict equality: types count (`1` is neither `True` nor `1.0`), and so does the order of keys."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return False
        children = zip(one.values(), other.values())
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        children = zip(one, other)
    else:
        return one == other or (one != one and other != other)  # NaN equals itself here
    for value, there in children:
        # Most children are strings, and a call for each would cost more than everything else.
        if value is there or (type(value) is str and type(there) is str and value == there):
            continue
        if not same(value, there):
            return False
    return True


def apply(tree: Value, edits: Sequence[Edit]) -> Value:
    """`tree` with the edits applied, as a new tree; all of them refer to `tree` as it is now.

    `tree` itself stays unchanged; the new one shares with it whatever no edit goes through.

    Raises NoSuchRoute where an edit does not fit the tree.
    """
    result = _copied_along(tree, [edit.route for edit in edits])
    # Routes stay valid while only keys and values change, so lists grow and shrink last, the deepest first: an index
    # on the path to an inner list must still be the one that the edit means.
    for edit in edits:
        if isinstance(edit, KeyEdit):
            result = _apply_to_key(result, edit)
    lists: dict[Route, list[ListEdit]] = {}
    for edit in edits:
        if isinstance(edit, ListEdit):
            lists.setdefault(edit.route, []).append(edit)
    for route in sorted(lists, key=len, reverse=True):
        target = find(result, route)
        if not isinstance(target, list):
            raise NoSuchRoute(f"there is no list at {show(route)}")
        target[:] = _edited_list(target, lists[route], route)
    return result


def _copied_along(tree: Value, routes: Iterable[Route]) -> Value:
    """`tree` with the mappings and lists along the routes copied, and all others shared."""
    result = _shallow(tree)
    copied: set[Route] = {()}
    for route in routes:
        here: Value = result
        for depth, key in enumerate(route, 1):
            child = find(here, (key,))
            if not isinstance(child, (dict, list)):
                break
            if route[:depth] not in copied:
                copied.add(route[:depth])
                child = _shallow(child)
                here[key] = child  # type: ignore[index]
            here = child
    return result


def _shallow(value: Value) -> Value:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value


def _apply_to_key(tree: Value, edit: KeyEdit) -> Value:
    if isinstance(edit, SetValue):
        if not edit.route:
            return copy(edit.value)
        parent = _parent(tree, edit.route)
        parent[edit.route[-1]] = copy(edit.value)  # type: ignore[index]
        return tree
    if isinstance(edit, AddKey):
        return _add_key(tree, edit)
    parent = _parent(tree, edit.route)
    if not isinstance(parent, dict):
        raise NoSuchRoute(f"{show(edit.route)} is not a key of a mapping")
    key = cast(str, edit.route[-1])
    if isinstance(edit, RemoveKey):
        del parent[key]
        return tree
    if edit.name in parent:
        raise NoSuchRoute(f"{show((*edit.route[:-1], edit.name))} exists already")
    # A later edit may use the new name, along which nothing was copied.
    parent[key] = copy(parent[key])
    _refill(parent, ((edit.name if name == key else name, value) for name, value in list(parent.items())))
    return tree


def _add_key(tree: Value, edit: AddKey) -> Value:
    """Create the missing parents; the first created key is placed as `place` says."""
    if tree is None:
        tree = {}
    here: Value = tree
    for depth, key in enumerate(edit.route):
        if isinstance(here, list) and isinstance(key, int) and 0 <= key < len(here):
            if here[key] is None:
                here[key] = {}
            here = here[key]
            continue
        if not isinstance(here, dict) or not isinstance(key, str):
            raise NoSuchRoute(f"{show(edit.route[:depth])} is not a mapping")
        if key in here:
            if here[key] is None:
                here[key] = {}
            here = here[key]
            continue
        value = copy(edit.value)
        for missing in reversed(edit.route[depth + 1 :]):
            if not isinstance(missing, str):
                raise NoSuchRoute(f"{show(edit.route)} goes through a list that does not exist")
            value = {missing: value}
        _place_key(here, key, value, edit.place)
        return tree
    raise NoSuchRoute(f"{show(edit.route)} exists already")


def _place_key(mapping: dict[str, Value], key: str, value: Value, place: Place) -> None:
    if place.side == "last":
        mapping[key] = value
        return
    items = list(mapping.items())
    if place.side == "first":
        items.insert(0, (key, value))
    else:
        names = [name for name, _ in items]
        if place.sibling not in names:
            raise NoSuchRoute(f"there is no key {place.sibling!r} beside which {key!r} could go")
        at = names.index(place.sibling)
        items.insert(at if place.side == "before" else at + 1, (key, value))
    _refill(mapping, items)


def _refill(mapping: dict[str, Value], items: Iterable[tuple[str, Value]]) -> None:
    items = list(items)
    mapping.clear()
    mapping.update(items)


def _edited_list(items: list[Value], edits: Sequence[ListEdit], route: Route) -> list[Value]:
    removed: set[int] = set()
    slots: list[list[Value]] = [[] for _ in range(len(items) + 1)]  # slots[i]: the new items before item i
    for edit in edits:
        if isinstance(edit, RemoveItems):
            if any(not 0 <= index < len(items) for index in edit.indexes):
                raise NoSuchRoute(f"{show(route)} has {len(items)} items, so not all of {edit.indexes}")
            removed.update(edit.indexes)
            continue
        place = edit.place
        if place.side in ("before", "after"):
            index = place.sibling
            if not isinstance(index, int) or not 0 <= index < len(items):
                raise NoSuchRoute(f"{show(route)} has no item {index!r}")
            slots[index if place.side == "before" else index + 1].append(copy(edit.value))
        else:
            slots[0 if place.side == "first" else len(items)].append(copy(edit.value))
    result: list[Value] = []
    for index, item in enumerate(items):
        result += slots[index]
        if index not in removed:
            result.append(item)
    return result + slots[len(items)]


def _parent(tree: Value, route: Route) -> dict[str, Value] | list[Value]:
    if not route or not exists(tree, route):
        raise NoSuchRoute(f"there is nothing at {show(route)}")
    parent = find(tree, route[:-1])
    assert isinstance(parent, (dict, list))
    return parent


_AMBIGUOUS = frozenset('.[]" ')


def show(route: Route) -> str:
    """A route for people; the root is described in words."""
    text = ""
    for key in route:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            name = key if key and _AMBIGUOUS.isdisjoint(key) else f'"{key}"'
            text += f".{name}" if text else name
    return text or "the top of the file"
