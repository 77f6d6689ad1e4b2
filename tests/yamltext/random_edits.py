"""Random edits of every kind, at random places where they fit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from migrator.values.edits import (
    FIRST,
    LAST,
    AddKey,
    Edit,
    InsertItem,
    Key,
    Place,
    RemoveItems,
    RemoveKey,
    RenameKey,
    Route,
    SetValue,
    Value,
    after,
    before,
)

STRINGS = (
    "plain", "on", "yes", "y", "no", "010", "1_000", "1.10", "", "null", "~", "true", "0x1F", "12:30:45", "2001-12-14",
    "redis://:p%40ss@host.example:6379/2", "a: b", "a #b", "- x", "it's", 'say "x"', "{{ .Values.x }}", "*x", "&x",
    "!x", "%x", "@x", "`x", "=", "<<", ".inf", " lead", "trail ", "tab\tin", "ünïcödé", "two\nlines", "two\nlines\n",
    "#x", "x:", "[a]", "{a}", "a, b", "?", "-", "...", "---", "x" * 200, "\x07", "é\x85x",
)  # fmt: skip
SCALARS: tuple[Value, ...] = (True, False, None, 0, 1, -7, 12345678901234567, 1.5, 1e20, 1e-7)
BLOCKS: tuple[Value, ...] = (
    {"url": "redis://host:6379/2"},
    {"name": "NEW_NAME", "value": "true"},
    {"a": {"b": ["x", {"c": "on", "d": []}]}, "e": {}},
    {"name": "N", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
)
LISTS: tuple[Value, ...] = (["a", "010"], [{"name": "N", "value": ""}, {"name": "M", "value": "1"}], [["x"], []])


class Places(NamedTuple):
    """The places of a document, by what can be edited there."""

    anything: list[Route]
    scalars: list[Route]
    mappings: list[tuple[Route, list[str]]]
    nulls: list[Route]
    lists: list[tuple[Route, int]]


def places(data: Value) -> Places:
    found = Places([], [], [], [], [])
    stack: list[tuple[Route, Value]] = [((), data)]
    while stack:
        route, value = stack.pop()
        if route:
            found.anything.append(route)
        if isinstance(value, dict):
            found.mappings.append((route, list(value)))
            stack += [((*route, key), child) for key, child in value.items()]
        elif isinstance(value, list):
            found.lists.append((route, len(value)))
            stack += [((*route, index), child) for index, child in enumerate(value)]
        elif route:
            found.scalars.append(route)
            if value is None:
                found.nulls.append(route)
    return found


def _fresh_key(rng: random.Random, keys: list[str]) -> str:
    name = rng.choice(("newKey", "new.key/x", "on", "y", "123", "new key", "a: b", "*x", "é", "0x10", "null"))
    while name in keys:
        name += "_"
    return name


def _sibling(place: Callable[[Key], Place]) -> Callable[[random.Random, Places], Edit | None]:
    def make(rng: random.Random, found: Places) -> Edit | None:
        filled = [(route, keys) for route, keys in found.mappings if keys]
        if not filled:
            return None
        route, keys = rng.choice(filled)
        return AddKey((*route, _fresh_key(rng, keys)), _any_value(rng), place(rng.choice(keys)))

    return make


def _any_value(rng: random.Random) -> Value:
    return rng.choice(
        (rng.choice(STRINGS), rng.choice(STRINGS), rng.choice(SCALARS), rng.choice(BLOCKS), rng.choice(LISTS), {}, [])
    )


def _set(values: tuple[Value, ...], where: str) -> Callable[[random.Random, Places], Edit | None]:
    def make(rng: random.Random, found: Places) -> Edit | None:
        routes: list[Route] = getattr(found, where)
        return SetValue(rng.choice(routes), rng.choice(values)) if routes else None

    return make


def _add(place: Place) -> Callable[[random.Random, Places], Edit | None]:
    def make(rng: random.Random, found: Places) -> Edit | None:
        if not found.mappings:
            return None
        route, keys = rng.choice(found.mappings)
        return AddKey((*route, _fresh_key(rng, keys)), _any_value(rng), place)

    return make


def _add_deep(rng: random.Random, found: Places) -> Edit | None:
    if not found.mappings:
        return None
    route, keys = rng.choice(found.mappings)
    return AddKey((*route, _fresh_key(rng, keys), "deep", "er"), rng.choice(STRINGS))


def _add_under_null(rng: random.Random, found: Places) -> Edit | None:
    return AddKey((*rng.choice(found.nulls), "newKey"), _any_value(rng)) if found.nulls else None


def _remove_key(rng: random.Random, found: Places) -> Edit | None:
    filled = [(route, keys) for route, keys in found.mappings if keys]
    if not filled:
        return None
    route, keys = rng.choice(filled)
    return RemoveKey((*route, rng.choice(keys)))


def _rename(rng: random.Random, found: Places) -> Edit | None:
    removal = _remove_key(rng, found)
    if removal is None:
        return None
    keys = next(keys for route, keys in found.mappings if route == removal.route[:-1])
    return RenameKey(removal.route, _fresh_key(rng, keys))


def _insert(side: str) -> Callable[[random.Random, Places], Edit | None]:
    def make(rng: random.Random, found: Places) -> Edit | None:
        lists = [(route, length) for route, length in found.lists if length or side in ("first", "last")]
        if not lists:
            return None
        route, length = rng.choice(lists)
        place = {"first": FIRST, "last": LAST}.get(side)
        if place is None:
            place = (before if side == "before" else after)(rng.randrange(length))
        return InsertItem(route, _any_value(rng), place)

    return make


def _remove_items(how: str) -> Callable[[random.Random, Places], Edit | None]:
    def make(rng: random.Random, found: Places) -> Edit | None:
        lists = [(route, length) for route, length in found.lists if length > (how == "some")]
        if not lists:
            return None
        route, length = rng.choice(lists)
        count = 1 if how == "one" else length if how == "all" else rng.randint(1, length - 1)
        return RemoveItems(route, tuple(sorted(rng.sample(range(length), count))))

    return make


KINDS: dict[str, Callable[[random.Random, Places], Edit | None]] = {
    "set a string": _set(STRINGS, "scalars"),
    "set another scalar": _set(SCALARS, "scalars"),
    "set a scalar anywhere": _set((*STRINGS, *SCALARS, {}, []), "anything"),
    "set a mapping": _set(BLOCKS, "anything"),
    "set a list": _set(LISTS, "anything"),
    "add a key first": _add(FIRST),
    "add a key last": _add(LAST),
    "add a key before": _sibling(before),
    "add a key after": _sibling(after),
    "add with parents": _add_deep,
    "add under null": _add_under_null,
    "remove a key": _remove_key,
    "rename a key": _rename,
    "insert first": _insert("first"),
    "insert last": _insert("last"),
    "insert before": _insert("before"),
    "insert after": _insert("after"),
    "remove an item": _remove_items("one"),
    "remove some items": _remove_items("some"),
    "remove all items": _remove_items("all"),
}


def draw(rng: random.Random, data: Value, per_kind: int) -> Iterator[tuple[str, Edit]]:
    """Up to `per_kind` different edits of each kind that has a place in `data`."""
    found = places(data)
    for kind, make in KINDS.items():
        seen: list[Edit] = []
        for _ in range(per_kind * 2):
            edit = make(rng, found)
            if edit is None or len(seen) == per_kind:
                break
            if edit not in seen:
                seen.append(edit)
                yield kind, edit
