"""Values embedded in an object as a string (`values: |`): a YAML file of its own, indented inside another.

The inner text is edited by itself, with its own positions. Its lines are then indented again and put back; unchanged
lines stay byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from migrator import yamltext
from migrator.errors import InputError, RefusedError, VerificationError
from migrator.values import tree
from migrator.values.edits import Edit, Route, SetValue, Value, below
from migrator.values.release import Accepts
from migrator.yamltext import Duplicate, Stream
from migrator.yamltext.comments import Orphan

if TYPE_CHECKING:
    from migrator.sources.source import Source

_HEADER = re.compile(r"[:-][ \t]+(?:[&!][^ \t]+[ \t]+)*\|[-+0-9]*[ \t]*(?:#.*)?$")
_OTHER_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
"""YAML's line breaks other than a line feed; this module splits lines at line feeds only."""


class BlockText(NamedTuple):
    """A literal block scalar: `stream` is its text, `header` the line of its `|`, `lines` the file's lines below it.

    The values are at `at` in the text, which may be a whole object.
    """

    stream: Stream
    header: int
    indent: int
    lines: tuple[str, ...]
    at: Route = ()
    accepts: Accepts = "anything"

    @property
    def data(self) -> Value:
        """The values in the text."""
        found = tree.get(self.stream.documents[0].data, self.at)
        return {} if found is None and self.at else found

    def line(self, route: Route) -> int:
        """The line in the file of `route` in the values."""
        return self.line_of_text(self.at + route)

    def line_of_text(self, route: Route) -> int:
        """The line in the file of `route` in the text."""
        return self.header + self.stream.documents[0].line(route)

    def duplicates(self) -> list[Duplicate]:
        """The keys that are set twice in the text, with their lines in the file."""
        return [
            each._replace(route=each.route[len(self.at) :], lines=tuple(self.header + line for line in each.lines))
            for each in self.stream.documents[0].duplicates()
            if each.route[: len(self.at)] == self.at or self.at[: len(each.route)] == each.route
        ]

    def with_source(self, source: Source) -> BlockText:
        """The block at the same place in another version of the file."""
        return find(source.stream, source.document, source.route, self.at)

    def reads_as(self, data: Value) -> bool:
        """Whether the values equal `data`, in the same order."""
        return tree.same(self.data, data)

    def apply(self, source: Source, edits: Sequence[Edit]) -> BlockEdited:
        """The file with edits of the values applied. Raises what `apply_to_text` raises."""
        return self.apply_to_text(source, [below(self.at, edit) for edit in edits])

    def apply_to_text(self, source: Source, edits: Sequence[Edit]) -> BlockEdited:
        """The file with the edits applied inside the text.

        Raises what `yamltext.apply` raises, and VerificationError if the result would not read as planned.
        """
        edited = yamltext.apply(self.stream, edits)
        old, new = _split(self.stream.data.decode()), _split(edited.stream.data.decode())
        pieces: list[str] = []
        codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for code, first, last, start, stop in codes:
            if code == "equal":
                pieces += self.lines[first:last]
            else:
                pieces += [_indented(line, self.indent) for line in new[start:stop]]
        every = _split(source.stream.data.decode())
        every[self.header : self.header + len(self.lines)] = pieces
        stream = yamltext.parse("".join(every).encode(), source.stream.name)
        _prove(source, stream, edited.stream)
        orphans = [Orphan(self.header + each.line, each.text) for each in edited.orphans]
        lost = [Orphan(self.header + each.line, each.text) for each in edited.lost]
        copies = [self.header + line for line in edited.copies]
        return BlockEdited(stream, orphans, lost, copies, self.header, codes)


class BlockEdited(NamedTuple):
    """The file after an edit inside a block; the counterpart of `yamltext.Edited`.

    The block starts below the line `header`; `codes` are difflib opcodes from its old lines to its new ones.
    """

    stream: Stream
    orphans: Sequence[Orphan]
    lost: Sequence[Orphan]
    copies: Sequence[int]
    header: int
    codes: Sequence[tuple[str, int, int, int, int]]

    def original_line(self, line: int) -> int:
        """The line before the edit that a line after it comes from; for a new line, where it was inserted."""
        inside = line - self.header - 1
        if inside < 0:
            return line
        for code, first, last, start, stop in self.codes:
            if start <= inside < stop:
                return self.header + 1 + (first + inside - start if code == "equal" else min(first, last))
        _, _, last, _, stop = self.codes[-1] if self.codes else ("", 0, 0, 0, 0)
        return line - stop + last


def find(stream: Stream, document: int, route: Route, at: Route = ()) -> BlockText:
    """The text at `route`, with the values at `at` in it.

    Raises RefusedError if it is not written as a literal block (`|`), InputError if its content is not YAML.
    """
    text = tree.get(stream.documents[document].data, route)
    assert isinstance(text, str)
    line = stream.documents[document].line(route)
    whole = stream.data.decode()
    key = route[-1]
    # Only Argo CD has two ways to write values.
    or_mapping = ", or the values as a mapping (valuesObject)" if key == "values" else ""
    other = _OTHER_BREAK.search(whole)
    if other is not None:
        raise RefusedError(
            f"{tree.show(route)} is embedded text in a file whose lines do not end in a line feed.",
            path=stream.name,
            line=line,
            remedy=f"Write a line feed instead of {other[0]!r}{or_mapping}.",
        )
    lines = _split(whole)
    match = _HEADER.search(lines[line - 1].rstrip("\r\n"))
    if match is None:
        raise RefusedError(
            f"{tree.show(route)} has its values in a string that is not a literal block.",
            path=stream.name,
            line=line,
            remedy=f"Write it as a block ({key}: |){or_mapping}."
            if isinstance(key, str)
            else "Write it as a block (- |).",
        )
    first = next((each for each in text.split("\n") if each.strip()), "")
    below = lines[line:]
    raw = next((each.rstrip("\r\n") for each in below if each.strip()), "")
    indent = len(raw) - len(first)
    count = next(
        (at for at, each in enumerate(below) if each.strip() and not each.startswith(" " * indent)), len(below)
    )
    own = below[:count]
    inner = "".join(_without_indent(each, indent) for each in own)
    if inner.replace("\r\n", "\n").rstrip("\n ") != text.rstrip("\n "):
        raise RefusedError(f"{tree.show(route)} is a block whose lines cannot be located.", path=stream.name, line=line)
    try:
        parsed = yamltext.parse(inner.encode(), stream.name)
    except InputError as error:
        where = line + error.line if error.line else line
        raise InputError(
            f"{tree.show(route)} is not YAML that Helm can read: {error.message}", path=stream.name, line=where
        ) from error
    return BlockText(parsed, line, indent, tuple(own), at)


def _prove(source: Source, stream: Stream, inner: Stream) -> None:
    """Raise VerificationError unless the new file has the new text at that place, and all else unchanged."""
    for before, after in zip(source.stream.documents, stream.documents):
        expected = before.data
        if before.index == source.document:
            new = tree.get(after.data, source.route)
            reads = isinstance(new, str) and tree.same(
                yamltext.parse(new.encode(), stream.name).documents[0].data, inner.documents[0].data
            )
            expected = tree.apply(before.data, [SetValue(source.route, new)]) if reads else None
        if not tree.same(expected, after.data):
            raise VerificationError("the edited text does not match the plan; nothing was written.", path=source.name)
    if len(source.stream.documents) != len(stream.documents):
        raise VerificationError("the edit would end the object early; nothing was written.", path=source.name)


def _split(text: str) -> list[str]:
    """Lines with their line ends; only a line feed ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _without_indent(line: str, indent: int) -> str:
    body = line.rstrip("\r\n")
    return body[indent:] + line[len(body) :]


def _indented(line: str, indent: int) -> str:
    return " " * indent + line if line.strip("\r\n") else line
