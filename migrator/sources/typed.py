"""Values typed on the command line: --set, --set-string and --set-file, over all layers, read as Helm reads them.

Helm carries them out on the merged values files one by one: first all of --set, then --set-string, then --set-file.
They are the uppermost layer of a release here, which is read and never edited.

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
"""The greatest index that Helm takes (MaxIndex)."""


class Typed(NamedTuple):
    """One option as it was typed: --set, --set-string or --set-file, and the text behind it."""

    flag: str
    text: str


def over(bundle: Bundle, typed: Sequence[Typed]) -> Bundle:
    """The release with these values over its layers.

    Raises UsageError for what Helm would not read, and where a controller upgrades the release, which never hears of
    them.
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
            # A list is replaced as a whole, with what --set has changed in it.
            depth = next((number for number, key in enumerate(route) if isinstance(key, int)), len(route))
            _put(own, route[:depth], tree.get(below, route[:depth]))
    text = json.dumps(own, indent=2).encode()
    layer = Source(ON_COMMAND_LINE, None, yamltext.parse(text, ON_COMMAND_LINE))
    return bundle._replace(layers=(*bundle.layers, layer), typed=tuple(f"{each.flag} {each.text}" for each in typed))


def refuse_change(bundle: Bundle, changes: Sequence[Change]) -> None:
    """Raise RefusedError for a change of what the command line sets: nothing but what is typed there can do it."""
    for change in changes if bundle.typed else ():
        wanted = change.edit.value if isinstance(change.edit, (SetValue, AddKey)) else None
        is_own = change.layer == len(bundle.layers) - 1
        leaves = list(tree.leaves(change.edit.route, wanted))
        hit = next((leaf for leaf in leaves if is_own or _is_set(bundle.layers[-1].data, leaf[0])), None)
        if hit is None:
            continue
        route, wanted = hit
        remedy = "Move it to a values file, and remove it from the command line."
        if isinstance(wanted, str):
            text, as_text = set_values.write(wanted)
            text = re.sub(r"(?<!\\),", r"\,", text)  # a comma begins the next value
            flag = "--set-string" if as_text else "--set"
            remedy = f"Give {flag} '{set_values.name_of(route)}={text}' instead, here and to helm."
        raise RefusedError(
            f"{tree.show(route)} has to change, but {ON_COMMAND_LINE} on the command line overrides all files.",
            path=bundle.name,
            remedy=remedy,
        )


def _is_set(own: Value, route: Route) -> bool:
    """Whether the value there, or one that it is part of, is set, and not only others beside it."""
    for depth in range(1, len(route) + 1):
        found = tree.find(own, route[:depth])
        if found is not tree.MISSING and not (isinstance(found, dict) and found):
            return True
    return False


class _Reader:
    """A text that is read rune by rune, as Helm's parser does."""

    def __init__(self, typed: Typed) -> None:
        self.typed, self.at = typed, 0

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.typed.text)

    def until(self, stop: str) -> tuple[str, str]:
        """What stands before the next of these signs, and the sign, empty at the end; a backslash takes its meaning."""
        found, text = "", self.typed.text
        while self.at < len(text):
            sign = text[self.at]
            self.at += 1
            if sign in stop:
                return found, sign
            if sign == "\\":
                if self.at < len(text):
                    found += text[self.at]
                self.at += 1
            else:
                found += sign
        return found, ""

    def error(self, what: str) -> UsageError:
        return UsageError(
            f"{self.typed.flag} {self.typed.text}: {what}.",
            remedy="Write it as helm reads it: KEY=VALUE, separated by commas.",
        )


def _set(typed: Typed, into: Map) -> list[Route]:
    """Set what was typed in these values; where it went."""
    reader = _Reader(typed)
    found: list[Route] = []
    while not reader.is_done:
        found += _key(reader, into, ())
    return found


def _key(reader: _Reader, data: Map, above: Route) -> list[Route]:
    """Read one assignment, and carry it out in `data`, which stands at `above`."""
    name, sign = reader.until("=[,.")
    here = (*above, name)
    if sign in ("", ","):
        if name or sign:
            raise reader.error(f"the key {name!r} has no value")
        return []
    if sign == "=":
        value = _value(reader)
        if name:
            data[name] = value
        return [here] if name else []
    if sign == "[":
        data[name], found = _list(reader, data.get(name), here, name)
        return found
    inner = data.get(name, {})
    if not isinstance(inner, dict):
        raise reader.error(f"{name} is not a mapping")
    copy = dict(inner)
    found = _key(reader, copy, here)
    if not copy:
        raise reader.error(f"the key {name!r} has no value")
    data[name] = copy
    return found


def _list(reader: _Reader, standing: Value, here: Route, called: str) -> tuple[list[Value], list[Route]]:
    """The list that stands there with one of its items set, and where that went."""
    if standing is not None and not isinstance(standing, list):
        raise reader.error(f"{called} is not a list")
    items = list(standing or [])
    return items, _item(reader, items, here)


def _item(reader: _Reader, items: list[Value], above: Route) -> list[Route]:
    number, _ = reader.until("]")
    if not number.isdecimal() or not number.isascii() or int(number) > _MOST_INDEXES:
        raise reader.error(f"{number!r} is not an index")
    index = int(number)
    items += [None] * (index + 1 - len(items))
    name, sign = reader.until("[.=")
    if name or not sign:
        raise reader.error(f"{name!r} follows an index")
    here = (*above, index)
    if sign == "=":
        items[index] = _value(reader)
        return [here]
    standing = items[index]
    if sign == "[":
        items[index], found = _list(reader, standing, here, f"the item {index}")
        return found
    own = dict(standing) if isinstance(standing, dict) else {}
    found = _key(reader, own, here)
    items[index] = own
    return found


def _value(reader: _Reader) -> Value:
    read = _READ[reader.typed.flag]
    text = reader.typed.text
    if not text.startswith("{", reader.at):
        return read(reader.until(",")[0])
    reader.at += 1
    items: list[Value] = []
    while True:
        item, sign = reader.until(",}")
        if not sign:
            raise reader.error("a list has no closing }")
        items.append(read(item))
        if sign == "}":
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
