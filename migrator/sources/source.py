"""One layer of values, wherever it is in a file: the whole file, a mapping inside an object, or text in an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from migrator import files, yamltext
from migrator.errors import InputError, RefusedError
from migrator.values import tree
from migrator.values.edits import Edit, Key, Route, Value, below
from migrator.values.release import Accepts
from migrator.yamltext import Duplicate, Stream

if TYPE_CHECKING:
    from migrator.yamltext import Orphan


ON_COMMAND_LINE = "--set"
"""The name of the layer of values from the command line."""


class EditedFile(Protocol):
    """A file after edits: its new text, orphaned, lost and copied comments, and where its lines come from."""

    @property
    def stream(self) -> Stream: ...

    @property
    def orphans(self) -> Sequence[Orphan]: ...

    @property
    def lost(self) -> Sequence[Orphan]: ...

    @property
    def copies(self) -> Sequence[int]: ...

    def original_line(self, line: int) -> int: ...


class Inner(Protocol):
    """Values in an object that are not a mapping there; lines and edits are those of the file."""

    @property
    def data(self) -> Value: ...

    def line(self, route: Route) -> int: ...

    def duplicates(self) -> list[Duplicate]: ...

    def apply(self, source: Source, edits: Sequence[Edit]) -> EditedFile: ...

    def with_source(self, source: Source) -> Inner:
        """The same in another version of the file, which `source` already has."""

    def reads_as(self, data: Value) -> bool:
        """Whether the values equal `data`, including the order where it matters."""

    @property
    def accepts(self) -> Accepts: ...


class Source(NamedTuple):
    """A parsed layer.

    `snapshot` is the file on disk (None for standard input), `stream` its parsed text. The values are at `route` in the
    document with the index `document`; if they are not a mapping there, `inner` reads and edits them.
    """

    name: str
    snapshot: files.Snapshot | None
    stream: Stream
    document: int = 0
    route: Route = ()
    inner: Inner | None = None

    @property
    def data(self) -> Value:
        """The values, as Helm reads them."""
        if self.inner is not None:
            return self.inner.data
        found = tree.get(self.stream.documents[self.document].data, self.route)
        return {} if found is None and self.route else found

    @property
    def is_typed(self) -> bool:
        """Whether these are values from the command line, which are in no file."""
        return self.name == ON_COMMAND_LINE and self.snapshot is None

    @property
    def accepts(self) -> Accepts:
        """What can be added to the values."""
        if self.is_typed:
            return "nothing"
        return self.inner.accepts if self.inner is not None else "anything"

    def line(self, route: Route) -> int:
        """The line in the file of `route` in the values, from 1; 0 for values from the command line."""
        if self.is_typed:
            return 0
        if self.inner is not None:
            return self.inner.line(route)
        return self.stream.documents[self.document].line(self.route + route)

    def at(self, *route: Key) -> Source:
        """The source at a route below this one in the same document."""
        return self._replace(route=self.route + route)

    def refusal(self, what: str, remedy: str, route: Route = ()) -> RefusedError:
        """The error that refuses what is at `route` in these values, or in this object."""
        return RefusedError(what, path=self.name, line=self.line(route), remedy=remedy)

    def duplicates(self) -> list[Duplicate]:
        """The keys that are set twice: in the values (with a route in them), or above them (with an empty route)."""
        found = []
        for each in self.stream.documents[self.document].duplicates():
            if each.route[: len(self.route)] == self.route:
                found.append(each._replace(route=each.route[len(self.route) :]))
            elif self.route[: len(each.route)] == each.route:
                found.append(each._replace(route=()))
        return found + (self.inner.duplicates() if self.inner is not None else [])

    def apply(self, edits: Sequence[Edit]) -> EditedFile:
        """The file with edits of the values applied. Raises what `yamltext.apply` raises."""
        if self.inner is not None:
            return self.inner.apply(self, edits)
        return yamltext.apply(self.stream, [below(self.route, edit) for edit in edits], self.document)

    def with_stream(self, stream: Stream) -> Source:
        """The same place in another version of the file."""
        if stream is self.stream:
            return self
        moved = self._replace(stream=stream)
        return moved if self.inner is None else moved._replace(inner=self.inner.with_source(moved))

    def reads_as(self, data: Value) -> bool:
        """Whether the values equal `data`, including the order of keys where it matters."""
        return self.inner.reads_as(data) if self.inner is not None else tree.same(self.data, data)


def read(path: str) -> Source:
    """Read and parse one file. Raises InputError, with file and line, or RefusedError if that fails."""
    snapshot = files.read(path)
    return Source(path, snapshot, _parse(snapshot.data, path))


def read_bytes(data: bytes, name: str) -> Source:
    """Parse data that does not come from a file."""
    return Source(name, None, _parse(data, name))


def as_file(layer: Source) -> bytes:
    """The layer as the content of a values file for Helm."""
    if not layer.route:
        return layer.stream.data
    import json

    return json.dumps(layer.data).encode()


def _parse(data: bytes, name: str) -> Stream:
    try:
        return yamltext.parse(data, name)
    except InputError as error:
        from migrator.sources.refusals import parse_error

        raise parse_error(error, data, name) from error
