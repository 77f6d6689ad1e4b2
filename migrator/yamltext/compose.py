"""From the parser's events to plain data and a flat record of the positions of all nodes.

One pass does both, because passes take most of the time of a run; for a text that may not be looked at again it leaves
the positions out, and a second pass finds them if needed. The record is flat (one number per node in each of a few
sequences), because an object per node would take as much time again as the parser itself, and most of the memory;
`layout.Layout` makes it navigable.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from migrator.values.edits import Value
from migrator.yamltext.events import UnreadableError, events_of, work_through
from migrator.yamltext.record import (
    ALIAS,
    BLOCK_END,
    BLOCK_MAP,
    BLOCK_SEQ,
    DOUBLE,
    FLOW_END,
    FLOW_MAP,
    FLOW_SEQ,
    FOLDED,
    LITERAL,
    PLAIN,
    SINGLE,
    DocumentRecord,
    NodeRecord,
)
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
_UNKNOWN = object()

# Helm itself stops at 10,000 levels; no values file comes close, and data this deep can still be walked recursively.
MAX_DEPTH = 100
_STYLES = {"'": SINGLE, '"': DOUBLE, "|": LITERAL, ">": FOLDED, "": PLAIN, None: PLAIN}
_END_OF = {BLOCK_MAP: BLOCK_END, BLOCK_SEQ: BLOCK_END, FLOW_MAP: FLOW_END, FLOW_SEQ: FLOW_END}
# The events that neither are a node nor end one.
_AROUND = frozenset((StreamStartEvent, StreamEndEvent, DocumentStartEvent, DocumentEndEvent))
# How many events are made before they are processed: more would not stay in the processor's cache.
_CHUNK = 256
# A text with more characters is kept in as little memory as possible.
_LARGE = 1_000_000
# How many nodes aliases may add in total. Helm starts to complain at 400,000 too.
MAX_ALIASED = 400_000


def compose(text: str, events: Iterator[Any], plain: PlainScalars | None = None, *, located: bool) -> NodeRecord:
    """Read the whole stream; without `located`, only its data, until `locate`. Raises UnreadableError."""
    plain = plain_scalars() if plain is None else plain

    def read(events: Iterator[Any]) -> NodeRecord:
        record = NodeRecord(plain, compact=len(text) > _LARGE, located=located)
        _Composer(record).run(events)
        return record

    return work_through(read, text, events)


def locate(record: NodeRecord, text: str) -> None:
    """Record the positions in a text that was composed without them."""

    def record_places(events: Iterator[Any]) -> None:
        record.clear_places()
        while chunk := list(islice(events, _CHUNK)):
            _record_places(record, chunk)

    work_through(record_places, text, events_of(text))
    record.located = True


def _record_places(record: NodeRecord, events: list[Any]) -> None:
    nodes = [event for event in events if type(event) not in _AROUND]
    record.starts.extend([event.start_mark.index for event in nodes])
    record.ends.extend([event.end_mark.index for event in nodes])


class _Composer:
    """The state for rare events; the loop itself uses only local names, for speed."""

    def __init__(self, record: NodeRecord) -> None:
        self.record = record
        self.anchored: dict[str, int] = {}  # name -> the node that has it now
        self.open: set[int] = set()  # anchored collections that have not ended
        self.weights: dict[int, tuple[int, int]] = {}  # id of anchored data -> number of nodes, depth
        self.aliased = 0

    def run(self, events: Iterator[Any]) -> None:
        record = self.record
        values, jump, plain, anchors = record.values, record.jump, record.plain, record.anchors
        kinds = record.kinds
        located = record.located
        kind_of, number_starts, texts, known = _STYLES, NUMBER_STARTS, _STRINGS, plain.get
        items: list[Value] = []  # children of the open collection; in a mapping, keys and values alternate
        stack: list[tuple[list[Value], int]] = []  # of each enclosing one: its children, and the start of the inner one
        while chunk := list(islice(events, _CHUNK)):
            if located:
                _record_places(record, chunk)
            for event in chunk:
                kind = type(event)
                if kind is ScalarEvent:
                    value: Any
                    style = event.style
                    kinds.append(kind_of[style])
                    if event.ctag is not None or event.anchor is not None:
                        value = self.decorated(event, len(values))
                    elif style:
                        value = event.value
                    elif (value := known(text := event.value, _UNKNOWN)) is _UNKNOWN:
                        # `PlainScalars.__missing__` at half the cost: most scalars are strings, and each is different.
                        value = plain[text] = number_or_text(text) if text[0] in number_starts else text
                    values.append(value)
                    items.append(value)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    if len(stack) >= MAX_DEPTH:
                        raise _at(event, f"the nesting is more than {MAX_DEPTH} levels deep")
                    if event.anchor is not None:
                        self.anchor(event.anchor, len(values), opened=True)
                    if kind is MappingStartEvent:
                        kinds.append(FLOW_MAP if event.flow_style else BLOCK_MAP)
                    else:
                        kinds.append(FLOW_SEQ if event.flow_style else BLOCK_SEQ)
                    stack.append((items, len(values)))
                    items = []
                    values.append(None)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    children = items
                    items, begun = stack.pop()
                    if kind is SequenceEndEvent:
                        value = children
                    else:
                        pairs = iter(children)
                        try:
                            value = dict(zip(pairs, pairs))  # most keys are strings; they are checked below
                        except TypeError:  # a list or a mapping as a key
                            value = {}
                        if len(value) * 2 != len(children) or MERGE in value or not texts.issuperset(map(type, value)):
                            value = self.mapping(children, begun, event)
                    values[begun] = value
                    jump[begun] = len(values)
                    if begun in anchors:
                        self.close(begun)
                    kinds.append(_END_OF[kinds[begun]])
                    values.append(None)
                    items.append(value)
                elif kind is AliasEvent:
                    value = self.alias(event, len(values), len(stack))
                    kinds.append(ALIAS)
                    values.append(value)
                    items.append(value)
                elif kind is DocumentStartEvent:
                    if event.version not in (None, (1, 1)):
                        raise _at(event, "the %YAML directive names a version other than 1.1, which Helm does not read")
                    items = []
                    first = len(values)
                    self.anchored.clear()
                elif kind is DocumentEndEvent:
                    record.documents.append(DocumentRecord(items[0], first, len(values), event.start_mark.index))

    def decorated(self, event: Any, node: int) -> Value:
        """The value of a scalar that has an anchor or a tag."""
        if event.anchor is not None:
            self.anchor(event.anchor, node, opened=False)
        if event.ctag is None or not str(event.ctag):
            return event.value if event.style else self.record.plain[event.value]
        self.record.tagged.add(node)
        try:
            return resolve_tagged(str(event.ctag), event.value)
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
        """The number of nodes in `value` once its aliases are followed, and its depth."""
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
            # The message does not quote the name: it may be a password that was not put in quotes.
            raise _at(event, "an alias (a word that starts with *) refers to an anchor that is not defined before it")
        if target in self.open:
            raise _at(event, f"the alias *{name} is inside the value it refers to")
        self.record.aliases[node] = target
        value = self.record.values[target]
        nodes, depth = self.weigh(value)
        self.aliased += nodes
        if self.aliased > MAX_ALIASED:
            raise _at(event, f"aliases expand the file to more than {MAX_ALIASED:,} nodes")
        if level + depth > MAX_DEPTH:
            raise _at(event, f"aliases make the nesting more than {MAX_DEPTH} levels deep")
        return value

    def mapping(self, children: list[Value], begun: int, event: Any) -> dict[str, Value]:
        """A mapping from its alternating keys and values, as Helm reads it; of two equal keys the last wins."""
        keys = children[::2]
        try:
            result = dict(zip(map(key_text, keys), children[1::2]))
        except UnreadableScalarError as error:
            raise _at(event, str(error), self.start_of(begun)) from error
        if len(result) * 2 == len(children) and MERGE not in result:
            return result
        self.record.doubled.append(begun)
        merged: dict[str, Value] = {}
        for key, value in zip(keys, children[1::2]):
            if key is not MERGE:
                merged[key_text(key)] = value
                continue
            # go-yaml lets a merge override the keys before it, and in a list the first mapping override the rest.
            for one in reversed(value) if isinstance(value, list) else [value]:
                if not isinstance(one, dict):
                    raise _at(event, "a merge key `<<` needs a mapping or a list of mappings", self.start_of(begun))
                merged.update(one)
        return merged

    def start_of(self, node: int) -> int | None:
        """Where the node starts, if that is recorded."""
        return self.record.starts[node] if self.record.located else None


def _at(event: Any, message: str, offset: int | None = None) -> UnreadableError:
    return UnreadableError(message, event.start_mark.index if offset is None else offset)
