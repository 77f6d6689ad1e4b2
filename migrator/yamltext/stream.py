"""A YAML text read as Helm reads it, with the place in the text of everything that it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.edits import Route, Value
from migrator.errors import InputError
from migrator.records import Record
from migrator.yamltext.compose import UnreadableError, compose, events_of
from migrator.yamltext.layout import Layout
from migrator.yamltext.lines import BREAK, compiled
from migrator.yamltext.record import DocumentRecord
from migrator.yamltext.routes import line_of, route_to
from migrator.yamltext.scalars import PlainScalars

BOM = "\ufeff"
# What YAML does not allow in a text, escaped or not. It is needed for errors only, and compiling it takes 20 ms.
_FORBIDDEN = "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_CONVERT = "Convert it to UTF-8."


class Duplicate(Record):
    """A key that stands more than once in its mapping: the route to it and the lines of all of them."""

    route: Route
    lines: tuple[int, ...]


class Document:
    """One document of a stream: `data` is what Helm reads, `index` its number in the stream, from 0."""

    __slots__ = ("data", "index", "layout", "record")

    def __init__(self, index: int, layout: Layout, record: DocumentRecord) -> None:
        self.index = index
        self.data: Value = record.data
        self.layout = layout
        self.record = record

    def line(self, route: Route) -> int:
        """The line, from 1, of the entry at `route` (its key, or its dash), or of its nearest ancestor that exists."""
        return line_of(self.layout, self.record.first, route)

    def duplicates(self) -> Sequence[Duplicate]:
        """The keys that stand twice or more; only the last of each counts to Helm, with its whole subtree."""
        found: list[Duplicate] = []
        suspects = [node for node in self.layout.record.doubled if self.record.first <= node < self.record.stop]
        for node in suspects:
            lines: dict[str, list[int]] = {}
            for child in self.layout.children(node):
                if not self.layout.is_merge(child):
                    key = self.layout.key_of(child)
                    lines.setdefault(key, []).append(self.layout.line(self.layout.record.starts[child.key]))
            twice = {key: at for key, at in lines.items() if len(at) > 1}
            if twice:
                route = route_to(self.layout, self.record.first, node)
                found += [Duplicate((*route, key), tuple(at)) for key, at in twice.items()]
        return sorted(found, key=lambda duplicate: duplicate.lines)


class Stream:
    """A parsed text. It has at least one document: an empty text, or one of comments only, holds null."""

    __slots__ = ("data", "documents", "layout", "name")

    def __init__(self, name: str, data: bytes, layout: Layout) -> None:
        self.name = name
        self.data = data
        self.layout = layout
        self.documents = tuple(Document(index, layout, record) for index, record in enumerate(layout.record.documents))


def parse(data: bytes, name: str = "<input>") -> Stream:
    """Read `data`; `name` is how errors call it.

    Raises InputError with the line for whatever Helm would not read, and for what would take unbounded time or memory.
    """
    return parse_like(data, name, None)


def parse_like(data: bytes, name: str, plain: PlainScalars | None) -> Stream:
    """`parse` with the scalars that another text of the same kind has met already."""
    text = _decode(data, name)
    try:
        record = compose(text, events_of(text), plain)
    except UnreadableError as error:
        raise _input_error(error, text, name) from error
    if not record.documents:
        record.add_empty_document(len(text))
    return Stream(name, data, Layout(text, record))


def _decode(data: bytes, name: str) -> str:
    """The text of `data` without a byte-order mark."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError("the file is UTF-16, not UTF-8.", path=name, line=1, remedy=_CONVERT) from error
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} does not fit.",
            path=name,
            line=line,
            remedy=_CONVERT,
        ) from error
    if text.startswith(BOM + BOM):  # the parser takes the second away as well, and every place moves by one
        raise InputError("the file begins with two byte-order marks.", path=name, line=1, remedy="Leave one, or none.")
    return text[1:] if text.startswith(BOM) else text


def _input_error(error: UnreadableError, text: str, name: str) -> InputError:
    forbidden = re.search(_FORBIDDEN, text)
    if forbidden is not None:
        code = ord(forbidden.group())
        utf16 = code == 0 and text.count("\0") * 3 > len(text)
        line = len(compiled(BREAK).findall(text, 0, forbidden.start())) + 1
        if utf16:
            return InputError("the file looks like UTF-16, not UTF-8.", path=name, line=line, remedy=_CONVERT)
        message = f"the character U+{code:04X} is not allowed in YAML."
        return InputError(message, path=name, line=line, remedy="Remove it.")
    line = len(compiled(BREAK).findall(text, 0, min(error.offset, len(text)))) + 1
    return InputError(f"{error.message}.", path=name, line=line, remedy="")
