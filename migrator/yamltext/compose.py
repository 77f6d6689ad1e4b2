"""From the parser's events to plain data and to a flat record of where everything stands.

Everything is worked out in one pass, since the pass over the events is what a run spends its time on. The record is
flat (one number a node in each of a few arrays) because objects for every node would cost as much time again as the
parser itself, and most of the memory; `layout.Layout` makes it navigable.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.scanner import ScannerError

from migrator.edits import Value
from migrator.yamltext.record import DocumentRecord, NodeRecord
from migrator.yamltext.scalars import (
    MERGE,
    NUMBER_STARTS,
    PlainScalars,
    UnreadableScalarError,
    key_text,
    number_or_text,
    plain_scalars,
    resolve_tagged,
)

_STRINGS = {str}

# Helm itself stops at 10,000 levels; no values file comes near, and data this deep can still be walked recursively.
MAX_DEPTH = 100
# How many events are kept for later: those of some 200 kB of text.
_CHUNK = 10_000
# How many nodes aliases may add in all. Helm starts to complain at 400,000 too.
MAX_ALIASED = 400_000


class UnreadableError(Exception):
    """Text that is not YAML as Helm reads it, and the offset in it, in characters, where that shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def events_of(text: str) -> Iterator[Any]:
    """The parser's events for `text`, by the C parser where it is installed."""
    try:
        from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # the extension has no stubs
    except ImportError:  # no C extension for this Python
        from migrator.yamltext.pure import pure_events

        return pure_events(text)
    # `iter` with a sentinel keeps the loop in C; the parser answers None after the last event.
    return iter(CParser(text).get_event, None)


def compose(text: str, events: Iterator[Any], plain: PlainScalars | None = None) -> NodeRecord:
    """Read the whole stream. Raises UnreadableError."""
    try:
        return _compose(text, events, plain)
    except ScannerError as error:
        # The C parser refuses `[a:b]`, which Helm and the pure parser read as one scalar.
        if error.problem != "found unexpected ':'":
            raise _in_words(error, text) from error
    except YAMLError as error:
        raise _in_words(error, text) from error
    from migrator.yamltext.pure import pure_events

    try:
        return _compose(text, pure_events(text), plain)
    except YAMLError as error:
        raise _in_words(error, text) from error


def _compose(text: str, events: Iterator[Any], plain: PlainScalars | None) -> NodeRecord:
    record = NodeRecord(plain_scalars() if plain is None else plain)
    # Nothing made here is garbage before the end; looking for some all the while costs a tenth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        _Composer(record).run(events)
    finally:
        if collecting:
            gc.enable()
    return record


class _Composer:
    """The state that rare events need; the loop itself keeps to local names for speed."""

    def __init__(self, record: NodeRecord) -> None:
        self.record = record
        self.anchored: dict[str, int] = {}  # name -> the node that bears it now
        self.open: set[int] = set()  # anchored collections that have not ended
        self.weights: dict[int, tuple[int, int]] = {}  # id of anchored data -> how many nodes, how deep
        self.aliased = 0

    def run(self, events: Iterator[Any]) -> None:
        record = self.record
        values, jump, plain, anchors = record.values, record.jump, record.plain, record.anchors
        add_value = values.append
        items: list[Value] = []  # children of the collection that is open, keys and values in turn in a mapping
        stack: list[tuple[list[Value], int]] = []  # of the enclosing ones: children, and the start of the inner one
        large = False
        previous = 0  # where the document before ends
        while True:
            chunk = list(islice(events, _CHUNK))
            large = large or len(chunk) == _CHUNK
            if large:
                record.take_down(chunk)
            else:
                record.keep(chunk)
            for event in chunk:
                kind = type(event)
                if kind is ScalarEvent:
                    value: Value
                    if event.ctag is not None or event.anchor is not None:
                        value = self.decorated(event, len(values))
                    elif event.style:
                        value = event.value
                    elif (text := event.value) in plain:
                        value = plain[text]
                    else:  # `PlainScalars.__missing__` at half the price: most scalars are strings, and each its own
                        value = plain[text] = number_or_text(text) if text[0] in NUMBER_STARTS else text
                    add_value(value)
                    items.append(value)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    if len(stack) > MAX_DEPTH:
                        raise _at(event, f"the nesting is more than {MAX_DEPTH} levels deep")
                    if event.anchor is not None:
                        self.anchor(event.anchor, len(values), opened=True)
                    stack.append((items, len(values)))
                    items = []
                    add_value(None)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    children = items
                    items, begun = stack.pop()
                    value = children if kind is SequenceEndEvent else self.mapping(children, begun, event)
                    values[begun] = value
                    jump[begun] = len(values)
                    if begun in anchors:
                        self.close(begun)
                    add_value(None)
                    items.append(value)
                elif kind is AliasEvent:
                    value = self.alias(event, len(values), len(stack))
                    add_value(value)
                    items.append(value)
                elif kind is DocumentStartEvent:
                    if event.version not in (None, (1, 1)):
                        raise _at(event, "the %YAML directive names a version that Helm does not read, other than 1.1")
                    items = []
                    opening, first = event, len(values)
                    self.anchored.clear()
                elif kind is DocumentEndEvent:
                    begin = opening.end_mark.index if opening.explicit else previous
                    end = event.start_mark.index
                    previous = event.end_mark.index
                    record.documents.append(DocumentRecord(items[0], first, len(values), begin, end))
            if len(chunk) < _CHUNK:
                return

    def decorated(self, event: Any, node: int) -> Value:
        """The value of a scalar that has an anchor or a tag."""
        if event.anchor is not None:
            self.anchor(event.anchor, node, opened=False)
        if event.ctag is None or not str(event.ctag):
            return event.value if event.style else self.record.plain[event.value]
        self.record.tagged.add(node)
        try:
            return resolve_tagged(str(event.ctag), event.value, bool(event.style))
        except UnreadableScalarError as error:
            raise _at(event, str(error)) from error

    def anchor(self, name: str, node: int, *, opened: bool) -> None:
        self.record.anchors[node] = name
        self.anchored[name] = node
        if opened:
            self.open.add(node)

    def close(self, node: int) -> None:
        self.open.discard(node)
        self.weigh(self.record.values[node])

    def weigh(self, value: Value) -> tuple[int, int]:
        """How many nodes `value` has once its aliases are followed, and how deep it is."""
        if not isinstance(value, (dict, list)):
            return 1, 0
        known = self.weights.get(id(value))
        if known is not None:
            return known
        nodes, depth = 1, 0
        for child in value.values() if isinstance(value, dict) else value:
            child_nodes, child_depth = self.weigh(child)
            nodes += child_nodes
            depth = max(depth, child_depth)
        self.weights[id(value)] = nodes, depth + 1
        return nodes, depth + 1

    def alias(self, event: Any, node: int, level: int) -> Value:
        name = event.anchor
        target = self.anchored.get(name)
        if target is None:
            # Its name is not repeated: it may be the password of somebody who left out the quotes.
            raise _at(event, "an alias (a word that begins with *) names an anchor that does not stand before it")
        if target in self.open:
            raise _at(event, f"the alias *{name} stands inside the very thing it names")
        self.record.aliases[node] = target
        value = self.record.values[target]
        nodes, depth = self.weigh(value)
        self.aliased += nodes
        if self.aliased > MAX_ALIASED:
            raise _at(event, f"aliases blow the file up to more than {MAX_ALIASED:,} nodes")
        if level + depth > MAX_DEPTH:
            raise _at(event, f"aliases make the nesting more than {MAX_DEPTH} levels deep")
        return value

    def mapping(self, children: list[Value], begun: int, event: Any) -> dict[str, Value]:
        """A mapping from its keys and values in turn; of two equal keys the last wins, with its whole subtree."""
        keys = children[::2]
        try:
            if _STRINGS.issuperset(map(type, keys)):
                pairs = iter(children)
                result = dict(zip(cast("Iterator[str]", pairs), pairs))
            else:
                result = dict(zip(map(key_text, keys), children[1::2]))
        except UnreadableScalarError as error:
            raise _at(event, str(error), self.record.starts[begun]) from error
        if len(result) * 2 == len(children) and MERGE not in result:
            return result
        self.record.doubled.append(begun)
        if not any(key is MERGE for key in keys):
            return result
        merged: dict[str, Value] = {}
        for key, value in zip(keys, children[1::2]):
            if key is not MERGE:
                merged[key_text(key)] = value
                continue
            # Go's reader lets a merge win over what stands before it, and in a list the first mapping over the rest.
            for one in reversed(value) if isinstance(value, list) else [value]:
                if not isinstance(one, dict):
                    raise _at(
                        event, "a merge key `<<` wants a mapping or a list of mappings", self.record.starts[begun]
                    )
                merged.update(one)
        return merged


def _at(event: Any, message: str, offset: int | None = None) -> UnreadableError:
    return UnreadableError(message, event.start_mark.index if offset is None else offset)


def _in_words(error: YAMLError, text: str) -> UnreadableError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "") or error)
    # The reader's own errors (control characters) have a position and no mark.
    return UnreadableError(
        problem.splitlines()[0], mark.index if mark is not None else getattr(error, "position", len(text))
    )
