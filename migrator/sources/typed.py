"""Values from the command line: --set, --set-string and --set-file, over all layers, read as Helm reads them.

Helm applies them to the merged values files one by one: first all --set, then --set-string, then --set-file.
Here they are the uppermost layer of a release, which is read and never edited.

Sources: MergeValues in pkg/cli/values/options.go, and pkg/strvals/parser.go (helm/helm).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from migrator import files, yamltext
from migrator.errors import RefusedError, UsageError
from migrator.sources import set_values
from migrator.sources.bundle import Bundle
from migrator.sources.source import ON_COMMAND_LINE, Source
from migrator.values import tree
from migrator.values.changes import Change
from migrator.values.edits import AddKey, Route, SetValue, Value
from migrator.values.merge import Map, as_map, lay_over

_MOST_INDEXES = 65536
"""The highest index that Helm accepts (MaxIndex)."""


class Typed(NamedTuple):
    """One option as given: --set, --set-string or --set-file, and its argument."""

    flag: str
    text: str


def with_typed_values(bundle: Bundle, typed: Sequence[Typed]) -> Bundle:
    """The release with these values over its layers.

    Raises UsageError for a value that Helm would not read, and if a controller upgrades the release, since it never
    sees these values.
    """
    if not typed:
        return bundle
    if bundle.controller:
        raise UsageError(
            f"{typed[0].flag} sets a value that {bundle.controller}, which upgrades {bundle.name}, never sees.",
            remedy="Put the value into the object.",
        )
    below: Map = {}
    for layer in bundle.layers:
        below = lay_over(below, as_map(layer.data))
    own: Map = {}
    for each in typed:
        for route in _set(each, below):
            # Layers replace lists as a whole, so this one gets the entire list with the change in it.
            depth = next((number for number, key in enumerate(route) if isinstance(key, int)), len(route))
            _put(own, route[:depth], tree.get(below, route[:depth]))
    text = json.dumps(own, indent=2).encode()
    layer = Source(ON_COMMAND_LINE, None, yamltext.parse(text, ON_COMMAND_LINE))
    return bundle._replace(layers=(*bundle.layers, layer), typed=tuple(f"{each.flag} {each.text}" for each in typed))


def refuse_change(bundle: Bundle, changes: Sequence[Change]) -> None:
    """Raise RefusedError for a change to a value that the command line sets: it can only be changed there."""
    for change in changes if bundle.typed else ():
        wanted = change.edit.value if isinstance(change.edit, (SetValue, AddKey)) else None
        is_own = change.layer == len(bundle.layers) - 1
        leaves = list(tree.leaves(change.edit.route, wanted))
        hit = next((leaf for leaf in leaves if is_own or _is_set(bundle.layers[-1].data, leaf[0])), None)
        if hit is None:
            continue
        route, wanted = hit
        options = " or ".join(dict.fromkeys(text.partition(" ")[0] for text in bundle.typed))
        remedy = "Move it to a values file, and remove it from the command line."
        if isinstance(wanted, str):
            text, as_text = set_values.write(wanted)
            text = re.sub(r"(?<!\\),", r"\,", text)  # a comma begins the next value
            flag = "--set-string" if as_text else "--set"
            remedy = f"Give {flag} '{set_values.name_of(route)}={text}' instead, here and to helm."
        raise RefusedError(
            f"{tree.show(route)} has to change, but {options} on the command line overrides all files.",
            path=bundle.name,
            remedy=remedy,
        )


def _is_set(own: Value, route: Route) -> bool:
    """Whether the value at `route`, or one that contains it, is set; siblings do not count."""
    for depth in range(1, len(route) + 1):
        found = tree.find(own, route[:depth])
        if found is not tree.MISSING and not (isinstance(found, dict) and found):
            return True
    return False


class _Reader:
    """Reads an option's text character by character, as Helm's parser does."""

    def __init__(self, typed: Typed) -> None:
        self.typed, self.at = typed, 0

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.typed.text)

    def until(self, stop: str) -> tuple[str, str]:
        """The text before the next of the characters `stop`, and that character, "" at the end; "\\" escapes."""
        found, text = "", self.typed.text
        while self.at < len(text):
            char = text[self.at]
            self.at += 1
            if char in stop:
                return found, char
            if char == "\\":
                if self.at < len(text):
                    found += text[self.at]
                self.at += 1
            else:
                found += char
        return found, ""

    def error(self, what: str) -> UsageError:
        return UsageError(
            f"{self.typed.flag} {self.typed.text}: {what}.",
            remedy="Write it as helm reads it: KEY=VALUE, separated by commas.",
        )


def _set(typed: Typed, into: Map) -> list[Route]:
    """Set the option's values in `into`, and return their routes."""
    reader = _Reader(typed)
    found: list[Route] = []
    while not reader.is_done:
        found += _key(reader, into, ()) or []
    return found


def _key(reader: _Reader, data: Map, above: Route) -> list[Route] | None:
    """Read one assignment, apply it to `data`, which is at `above`, and return the routes that it set.

    None if the text ends before a key, as in "a.b=1,c.": Helm ignores what is unfinished.
    """
    name, stop = reader.until("=[,.")
    here = (*above, name)
    if stop in ("", ","):
        if name or stop:
            raise reader.error(f"the key {name!r} has no value")
        return None
    if stop == "=":
        value = _value(reader)
        if name:
            data[name] = value
        return [here] if name else []
    if stop == "[":
        data[name], changed = _list(reader, data.get(name), here, name)
        return changed
    inner = data.get(name, {})
    if not isinstance(inner, dict):
        raise reader.error(f"{name} is not a mapping")
    copy = dict(inner)
    found = _key(reader, copy, here)
    if copy:
        data[name] = copy
    elif found is not None:
        raise reader.error(f"the key {name!r} has no value")
    return found


def _list(reader: _Reader, existing: Value, here: Route, called: str) -> tuple[list[Value], list[Route]]:
    """The existing list with one of its items set, and the routes that were set."""
    if existing is not None and not isinstance(existing, list):
        raise reader.error(f"{called} is not a list")
    items = list(existing or [])
    return items, _item(reader, items, here)


def _item(reader: _Reader, items: list[Value], above: Route) -> list[Route]:
    number, _ = reader.until("]")
    if not number.isdecimal() or not number.isascii() or int(number) > _MOST_INDEXES:
        raise reader.error(f"{number!r} is not an index")
    index = int(number)
    items += [None] * (index + 1 - len(items))
    name, stop = reader.until("[.=")
    if name or not stop:
        raise reader.error(f"{name!r} follows an index")
    here = (*above, index)
    if stop == "=":
        items[index] = _value(reader)
        return [here]
    existing = items[index]
    if stop == "[":
        items[index], changed = _list(reader, existing, here, f"the item {index}")
        return changed
    own = dict(existing) if isinstance(existing, dict) else {}
    found = _key(reader, own, here)
    items[index] = own
    return [here] if found is None else found


def _value(reader: _Reader) -> Value:
    read = _READ[reader.typed.flag]
    text = reader.typed.text
    if not text.startswith("{", reader.at):
        return read(reader.until(",")[0])
    reader.at += 1
    items: list[Value] = []
    while True:
        item, stop = reader.until(",}")
        if not stop:
            raise reader.error("a list has no closing }")
        items.append(read(item))
        if stop == "}":
            reader.at += text.startswith(",", reader.at)
            return items


def _of_file(path: str) -> Value:
    return files.read(path).data.decode("utf-8", "replace")


_READ: dict[str, Callable[[str], Value]] = {
    "--set": lambda text: set_values.typed(text, False),
    "--set-string": lambda text: text,
    "--set-file": _of_file,
}


def _put(values: Map, route: Route, value: Value) -> None:
    here = values
    for key in route[:-1]:
        below = here.get(str(key))
        here[str(key)] = below = below if isinstance(below, dict) else {}
        here = below
    here[str(route[-1])] = value
