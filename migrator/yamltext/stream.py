"""A YAML text read as Helm reads it, with the positions of everything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator.errors import InputError
from migrator.values.edits import Route, Value
from migrator.yamltext.compose import compose, locate
from migrator.yamltext.events import UnreadableError, events_of
from migrator.yamltext.record import DocumentRecord, NodeRecord
from migrator.yamltext.scalars import PlainScalars

if TYPE_CHECKING:
    from migrator.yamltext.layout import Layout

BOM = "\ufeff"
# What YAML does not allow in a text, escaped or not. It is needed for errors only, and compiling it takes 20 ms.
_FORBIDDEN = "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_CONVERT = "Convert it to UTF-8."
_OTHER_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),  # before UTF-16's, with which it begins
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""The byte-order marks of other encodings."""


class Duplicate(NamedTuple):
    """A key that appears more than once in its mapping: its route and all its lines."""

    route: Route
    lines: tuple[int, ...]


class _Places:
    """The text of a stream and the record of its nodes; `layout`, which many runs do not need, is made on demand."""

    __slots__ = ("_layout", "record", "text")

    def __init__(self, text: str, record: NodeRecord) -> None:
        self.text = text
        self.record = record
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            from migrator.yamltext.layout import Layout

            if not self.record.located:
                locate(self.record, self.text)
            self._layout = Layout(self.text, self.record)
        return self._layout


class Document:
    """One document of a stream: `data` is what Helm reads, `index` its number in the stream, from 0."""

    __slots__ = ("_places", "data", "index", "record")

    def __init__(self, index: int, places: _Places, record: DocumentRecord) -> None:
        self.index = index
        self.data: Value = record.data
        self.record = record
        self._places = places

    @property
    def layout(self) -> Layout:
        """The positions of everything in its stream."""
        return self._places.layout

    def line(self, route: Route) -> int:
        """The line, from 1, of the entry at `route` (its key, or its dash), or of its nearest ancestor that exists."""
        from migrator.yamltext.routes import line_of

        return line_of(self.layout, self.record.first, route)

    def duplicates(self) -> Sequence[Duplicate]:
        """The keys that appear twice or more; Helm uses only the last of each, with its whole subtree."""
        suspects = [node for node in self._places.record.doubled if self.record.first <= node < self.record.stop]
        return sorted((each for node in suspects for each in self._doubled(node)), key=lambda each: each.lines)

    def _doubled(self, node: int) -> Iterator[Duplicate]:
        from migrator.yamltext.routes import route_to

        layout = self.layout
        lines: dict[str, list[int]] = {}
        for child in layout.children(node):
            if not layout.is_merge(child):
                key = layout.key_of(child)
                lines.setdefault(key, []).append(layout.line(layout.record.starts[child.key]))
        twice = {key: at for key, at in lines.items() if len(at) > 1}
        if twice:
            route = route_to(layout, self.record.first, node)
            yield from (Duplicate((*route, key), tuple(at)) for key, at in twice.items())


class Stream:
    """A parsed text. It has at least one document: an empty text, or one of comments only, holds null."""

    __slots__ = ("_places", "data", "documents", "name")

    def __init__(self, name: str, data: bytes, text: str, record: NodeRecord) -> None:
        self.name = name
        self.data = data
        self._places = _Places(text, record)
        self.documents = tuple(Document(index, self._places, each) for index, each in enumerate(record.documents))

    @property
    def text(self) -> str:
        """The text, without a byte-order mark."""
        return self._places.text

    @property
    def plain(self) -> PlainScalars:
        """The scalars found in it, for reading another text like it."""
        return self._places.record.plain

    @property
    def layout(self) -> Layout:
        """The positions of everything in the text."""
        return self._places.layout


def parse(data: bytes, name: str = "<input>") -> Stream:
    """Read `data`; `name` is its name in errors.

    Raises InputError with the line for whatever Helm would not read, and for what would take unbounded time or memory.
    """
    return _parse(data, name, None, located=True)


def parse_again(stream: Stream, text: str) -> Stream:
    """`parse` for the new text of an edited stream: positions in it are found on demand."""
    mark = BOM if stream.data.startswith(BOM.encode()) else ""
    return _parse((mark + text).encode(), stream.name, stream.plain, located=False)


def _parse(data: bytes, name: str, plain: PlainScalars | None, *, located: bool) -> Stream:
    text = _decode(data, name)
    try:
        record = compose(text, events_of(text), plain, located=located)
    except UnreadableError as error:
        raise _input_error(error, text, name) from error
    if not record.documents:
        record.add_empty_document(len(text))
    return Stream(name, data, text, record)


def _decode(data: bytes, name: str) -> str:
    """The text of `data` without a byte-order mark."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        marked = next((encoding for mark, encoding in _OTHER_MARKS if data.startswith(mark)), "")
        if marked:
            raise InputError(f"the file is {marked}, not UTF-8.", path=name, line=1, remedy=_CONVERT) from error
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} does not fit.",
            path=name,
            line=line,
            remedy=_CONVERT,
        ) from error
    if text.startswith(BOM + BOM):  # the parser also removes the second, and every position moves by one
        raise InputError("the file starts with two byte-order marks.", path=name, line=1, remedy="Keep one, or none.")
    return text[1:] if text.startswith(BOM) else text


def _input_error(error: UnreadableError, text: str, name: str) -> InputError:
    from migrator.yamltext.lines import BREAK, compiled

    forbidden = re.search(_FORBIDDEN, text)
    if forbidden is not None:
        code = ord(forbidden.group())
        zeros = text.count("\0") / len(text) if code == 0 else 0  # of UTF-16 about a half, of UTF-32 three quarters
        line = len(compiled(BREAK).findall(text, 0, forbidden.start())) + 1
        if zeros > 1 / 3:
            looks = "UTF-32" if zeros > 2 / 3 else "UTF-16"
            return InputError(f"the file looks like {looks}, not UTF-8.", path=name, line=line, remedy=_CONVERT)
        message = f"the character U+{code:04X} is not allowed in YAML."
        return InputError(message, path=name, line=line, remedy="Remove it.")
    line = len(compiled(BREAK).findall(text, 0, min(error.offset, len(text)))) + 1
    return InputError(f"{error.message}.", path=name, line=line, remedy="")
