"""What a pass over the parser's events leaves: the data, and where everything of it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

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
from migrator.records import Record
from migrator.yamltext.scalars import PlainScalars

# What an entry of the record is. Scalars and aliases are below BLOCK_MAP, the starts of collections below BLOCK_END.
PLAIN, SINGLE, DOUBLE, LITERAL, FOLDED, ALIAS, BLOCK_MAP, FLOW_MAP, BLOCK_SEQ, FLOW_SEQ, BLOCK_END, FLOW_END = range(12)
_STYLES = {"'": SINGLE, '"': DOUBLE, "|": LITERAL, ">": FOLDED, "": PLAIN, None: PLAIN}

# The events that are neither a node nor the end of one.
_AROUND = frozenset((StreamStartEvent, StreamEndEvent, DocumentStartEvent, DocumentEndEvent))


class DocumentRecord(Record):
    """One document: its data, its events from `first` up to `stop`, and where it stands in the text.

    `begin` is where content may begin, past the `---` if there is one; `end` where it must have ended: at `...`, the
    next `---`, or the end of the text.
    """

    data: Value
    first: int
    stop: int
    begin: int
    end: int


if TYPE_CHECKING:
    from array import array

    class Numbers(Protocol):
        """A number for every entry of a record."""

        def __len__(self) -> int: ...

        def __getitem__(self, node: int, /) -> int: ...

        def __iter__(self) -> Iterator[int]: ...


class _Kept:
    """Numbers read off the parser's events, one at a time."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, node: int, /) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(len(self.nodes)))


class _Starts(_Kept):
    __slots__ = ()

    def __getitem__(self, node: int, /) -> int:
        return int(self.nodes[node].start_mark.index)


class _Ends(_Kept):
    __slots__ = ()

    def __getitem__(self, node: int, /) -> int:
        return int(self.nodes[node].end_mark.index)


class _Kinds(_Kept):
    __slots__ = ("begun",)

    def __init__(self, nodes: list[Any], jump: dict[int, int]) -> None:
        super().__init__(nodes)
        self.begun = {end: start for start, end in jump.items()}

    def __getitem__(self, node: int, /) -> int:
        event = self.nodes[node]
        kind = type(event)
        if kind is ScalarEvent:
            return _STYLES[event.style]
        if kind is MappingStartEvent:
            return FLOW_MAP if event.flow_style else BLOCK_MAP
        if kind is SequenceStartEvent:
            return FLOW_SEQ if event.flow_style else BLOCK_SEQ
        if kind is AliasEvent:
            return ALIAS
        return FLOW_END if self.nodes[self.begun[node]].flow_style else BLOCK_END


class NodeRecord:
    """All documents of a stream in parallel sequences, one entry for each node and one for each end of a collection.

    `values` holds a scalar's value, a collection's data, and the data that an alias stands for. `kinds`, `starts` and
    `ends` are read off the parser's events when somebody asks, which for most nodes nobody does; of a large text they
    are taken down at once, since its events would take too much memory. `starts` of a node counts its anchor and tag
    in. `ends` is exact but for block collections: at their start it says where their content begins, at their end
    nothing of use.
    """

    __slots__ = (
        *("_arrays", "_events", "_open", "kinds", "starts", "ends"),
        *("aliases", "anchors", "documents", "doubled", "jump", "plain", "tagged", "values"),
    )
    kinds: Numbers
    starts: Numbers
    ends: Numbers

    def __init__(self, plain: PlainScalars) -> None:
        self._events: list[Any] = []
        self._arrays: tuple[bytearray, array[int], array[int]] | None = None
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
        if len(self.documents) == 1 and self.documents[0].stop == len(self._events) - 4:
            # The starts of stream and document stand before the nodes, their ends after them.
            nodes = self._events[2:-2]
        else:
            nodes = [event for event in self._events if type(event) not in _AROUND]
        self._events = []
        self.kinds, self.starts, self.ends = _Kinds(nodes, self.jump), _Starts(nodes), _Ends(nodes)
        return getattr(self, name)

    def keep(self, events: list[Any]) -> None:
        """Keep all the events of a text until kinds or places are asked for."""
        self._events = events

    def take_down(self, events: list[Any]) -> None:
        """Take down kinds and places of the next events at once."""
        if self._arrays is None:
            from array import array

            self._arrays = self.kinds, self.starts, self.ends = bytearray(), array("l"), array("l")
        kinds, starts, ends = self._arrays
        nodes = [event for event in events if type(event) not in _AROUND]
        starts.extend([event.start_mark.index for event in nodes])
        ends.extend([event.end_mark.index for event in nodes])
        add_kind = kinds.append
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

    def add_empty_document(self, length: int) -> None:
        """Take a text of that length, without any content, for one null document."""
        from array import array

        self.kinds, self.starts, self.ends = bytearray([PLAIN]), array("l", [length]), array("l", [length])
        self.values.append(None)
        self.documents.append(DocumentRecord(None, 0, 1, 0, length))
