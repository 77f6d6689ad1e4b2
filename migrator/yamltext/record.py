"""What a pass over the parser's events leaves: the data, and where everything of it stands in the text."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from migrator.edits import Value
from migrator.yamltext.scalars import PlainScalars

# What an entry of the record is. Scalars and aliases are below BLOCK_MAP, the starts of collections below BLOCK_END.
PLAIN, SINGLE, DOUBLE, LITERAL, FOLDED, ALIAS, BLOCK_MAP, FLOW_MAP, BLOCK_SEQ, FLOW_SEQ, BLOCK_END, FLOW_END = range(12)
_STYLES = {"'": SINGLE, '"': DOUBLE, "|": LITERAL, ">": FOLDED, "": PLAIN, None: PLAIN}

# The events that are neither a node nor the end of one.
_AROUND = frozenset((StreamStartEvent, StreamEndEvent, DocumentStartEvent, DocumentEndEvent))


class DocumentRecord(NamedTuple):
    """One document: its data, its events from `first` up to `stop`, and where it stands in the text.

    `begin` is where content may begin, past the `---` if there is one; `end` where it must have ended: at `...`, the
    next `---`, or the end of the text.
    """

    data: Value
    first: int
    stop: int
    begin: int
    end: int


class Record:
    """All documents of a stream in parallel arrays, one entry for each node and one for each end of a collection.

    `values` holds a scalar's value, a collection's data, and the data that an alias stands for. `kinds`, `starts` and
    `ends` are worked out when they are first asked for, which for most texts is never; a large text has them at once,
    since its events would take too much memory. `starts` of a node counts its anchor and tag in. `ends` is exact but
    for block collections: at their start it says where their content begins, at their end nothing of use.
    """

    __slots__ = (
        *("_events", "_open", "kinds", "starts", "ends"),
        *("aliases", "anchors", "documents", "doubled", "jump", "plain", "tagged", "values"),
    )
    kinds: bytearray
    starts: array[int]
    ends: array[int]

    def __init__(self, plain: PlainScalars) -> None:
        self._events: list[Any] = []
        self._open: list[int] = []  # how the collections end that are open where the events taken down end
        self.values: list[Value] = []
        self.jump: dict[int, int] = {}  # start of a collection -> its end
        self.anchors: dict[int, str] = {}  # node -> the name it is given
        self.aliases: dict[int, int] = {}  # alias -> the node it stands for
        self.tagged: set[int] = set()
        self.doubled: list[int] = []  # mappings with a merge key, or in which a key stands twice
        self.documents: list[DocumentRecord] = []
        self.plain = plain

    def __getattr__(self, name: str) -> Any:
        # Reached only for a slot that is empty so far.
        if name not in ("kinds", "starts", "ends"):
            raise AttributeError(name)
        self.kinds, self.starts, self.ends = bytearray(), array("l"), array("l")
        events, self._events = self._events, []
        self.take_down(events)
        return getattr(self, name)

    def keep(self, events: list[Any]) -> None:
        """Keep all the events of a text until kinds or places are asked for."""
        self._events = events

    def take_down(self, events: list[Any]) -> None:
        """Take down kinds and places of the next events at once."""
        nodes = [event for event in events if type(event) not in _AROUND]
        self.starts.extend([event.start_mark.index for event in nodes])
        self.ends.extend([event.end_mark.index for event in nodes])
        add_kind = self.kinds.append
        for event in nodes:
            kind = type(event)
            if kind is ScalarEvent:
                add_kind(_STYLES[event.style])
            elif kind is MappingStartEvent:
                add_kind(FLOW_MAP if event.flow_style else BLOCK_MAP)
                self._open.append(FLOW_END if event.flow_style else BLOCK_END)
            elif kind is SequenceStartEvent:
                add_kind(FLOW_SEQ if event.flow_style else BLOCK_SEQ)
                self._open.append(FLOW_END if event.flow_style else BLOCK_END)
            else:
                add_kind(ALIAS if kind is AliasEvent else self._open.pop())
