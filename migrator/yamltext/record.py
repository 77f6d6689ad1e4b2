"""What a pass over the parser's events leaves: the data, and where everything of it stands in the text."""

from array import array
from typing import NamedTuple

from migrator.values.edits import Value
from migrator.yamltext.scalars import PlainScalars

# What an entry of the record is. Scalars and aliases are below BLOCK_MAP, the starts of collections below BLOCK_END.
PLAIN, SINGLE, DOUBLE, LITERAL, FOLDED, ALIAS, BLOCK_MAP, FLOW_MAP, BLOCK_SEQ, FLOW_SEQ, BLOCK_END, FLOW_END = range(12)


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


class NodeRecord:
    """All documents of a stream in parallel sequences, one entry for each node and one for each end of a collection.

    `values` holds a scalar's value, a collection's data, and the data that an alias stands for. `starts` of a node
    counts its anchor and tag in. `ends` is exact but for block collections: at their start it says where their content
    begins, at their end nothing of use.
    """

    __slots__ = (
        *("kinds", "starts", "ends", "located", "values"),
        *("aliases", "anchors", "documents", "doubled", "jump", "plain", "tagged"),
    )

    def __init__(self, plain: PlainScalars, *, compact: bool, located: bool) -> None:
        self.located = located
        self.kinds = bytearray()
        # Lists are filled in half the time, and take five times the memory.
        self.starts: array[int] | list[int] = array("l") if compact else []
        self.ends: array[int] | list[int] = array("l") if compact else []
        self.values: list[Value] = []
        self.jump: dict[int, int] = {}  # start of a collection -> its end
        self.anchors: dict[int, str] = {}  # node -> the name it is given
        self.aliases: dict[int, int] = {}  # alias -> the node it stands for
        self.tagged: set[int] = set()
        self.doubled: list[int] = []  # mappings with a merge key, or in which a key stands twice
        self.documents: list[DocumentRecord] = []
        self.plain = plain

    def clear_places(self) -> None:
        """Forget where nodes stand."""
        del self.starts[:], self.ends[:]

    def add_empty_document(self, length: int) -> None:
        """Take a text of that length, without any content, for one null document."""
        self.located = True
        self.kinds.append(PLAIN)
        self.starts.append(length)
        self.ends.append(length)
        self.values.append(None)
        self.documents.append(DocumentRecord(None, 0, 1, 0, length))
