"""The result of a pass over the parser's events: the data, and its positions in the text."""

from array import array
from typing import NamedTuple

from migrator.values.edits import Value
from migrator.yamltext.scalars import PlainScalars

# The kinds of entries. Scalars and aliases are below BLOCK_MAP, the starts of collections below BLOCK_END.
PLAIN, SINGLE, DOUBLE, LITERAL, FOLDED, ALIAS, BLOCK_MAP, FLOW_MAP, BLOCK_SEQ, FLOW_SEQ, BLOCK_END, FLOW_END = range(12)


class DocumentRecord(NamedTuple):
    """One document: its data, its events from `first` up to `stop`, and the place in the text where it must have ended.

    `end` is the place of the `...` or of the next `---`, or the end of the text.
    """

    data: Value
    first: int
    stop: int
    end: int


class NodeRecord:
    """All documents of a stream in parallel sequences, one entry for each node and one for each end of a collection.

    `values` has a scalar's value, a collection's data, and the data that an alias refers to. `starts` of a node
    includes its anchor and tag. `ends` is exact except for block collections: at their start it says where their
    content begins, at their end it is unused.
    """

    __slots__ = (
        *("kinds", "starts", "ends", "located", "values"),
        *("aliases", "anchors", "documents", "doubled", "jump", "plain", "tagged"),
    )

    def __init__(self, plain: PlainScalars, *, compact: bool, located: bool) -> None:
        self.located = located
        self.kinds = bytearray()
        # Lists are filled in half the time, but take five times the memory.
        self.starts: array[int] | list[int] = array("l") if compact else []
        self.ends: array[int] | list[int] = array("l") if compact else []
        self.values: list[Value] = []
        self.jump: dict[int, int] = {}  # start of a collection -> its end
        self.anchors: dict[int, str] = {}  # node -> its anchor
        self.aliases: dict[int, int] = {}  # alias -> the node it refers to
        self.tagged: set[int] = set()
        self.doubled: list[int] = []  # mappings with a merge key, or with a key that appears twice
        self.documents: list[DocumentRecord] = []
        self.plain = plain

    def clear_places(self) -> None:
        """Clear the positions of all nodes."""
        del self.starts[:], self.ends[:]

    def add_empty_document(self, length: int) -> None:
        """Record one null document, for a text of that length without any content."""
        self.located = True
        self.kinds.append(PLAIN)
        self.starts.append(length)
        self.ends.append(length)
        self.values.append(None)
        self.documents.append(DocumentRecord(None, 0, 1, length))
