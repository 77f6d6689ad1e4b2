"""One layer of values, wherever it stands in a file: the whole of it, a mapping inside an object, or a text in it."""

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
"""What the layer of values typed on the command line is called."""


class Done(Protocol):
    """A file's text after edits: what it is now, what was left behind and copied, and where its lines come from."""

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
    """Values that stand in an object otherwise than as a mapping; lines and edits are those of the file."""

    @property
    def data(self) -> Value: ...

    def line(self, route: Route) -> int: ...

    def duplicates(self) -> list[Duplicate]: ...

    def apply(self, source: Source, edits: Sequence[Edit]) -> Done: ...

    def on(self, source: Source) -> Inner:
        """The same in another text of the file, which `source` has already."""

    def reads_as(self, data: Value) -> bool:
        """Whether this says the same as `data`, as far as order means anything here."""

    @property
    def accepts(self) -> Accepts: ...


class Source(NamedTuple):
    """A layer as it was read.

    `snapshot` is the file on disk (None for standard input), `stream` its text, parsed. The values are what stands at
    `route` in the file's document of that number; where that is no mapping, `inner` knows how to read it.
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
        """Whether these are values of the command line, which stand in no file."""
        return self.name == ON_COMMAND_LINE and self.snapshot is None

    @property
    def accepts(self) -> Accepts:
        """What can be added to the values."""
        if self.is_typed:
            return "nothing"
        return self.inner.accepts if self.inner is not None else "anything"

    def line(self, route: Route) -> int:
        """The line, from 1, of what stands at `route` in the values, in the file; 0 for what was typed."""
        if self.is_typed:
            return 0
        if self.inner is not None:
            return self.inner.line(route)
        return self.stream.documents[self.document].line(self.route + route)

    def at(self, *route: Key) -> Source:
        """What stands further down in the same document."""
        return self._replace(route=self.route + route)

    def refusal(self, what: str, remedy: str, route: Route = ()) -> RefusedError:
        """The error for what stands at `route` in the values, or in the object, that stand here."""
        return RefusedError(what, path=self.name, line=self.line(route), remedy=remedy)

    def duplicates(self) -> list[Duplicate]:
        """The keys that stand twice: with a route from the values, or on the way to them (then an empty one)."""
        found = []
        for each in self.stream.documents[self.document].duplicates():
            if each.route[: len(self.route)] == self.route:
                found.append(each._replace(route=each.route[len(self.route) :]))
            elif self.route[: len(each.route)] == each.route:
                found.append(each._replace(route=()))
        return found + (self.inner.duplicates() if self.inner is not None else [])

    def apply(self, edits: Sequence[Edit]) -> Done:
        """The file with edits of the values carried out. Raises what `yamltext.apply` raises."""
        if self.inner is not None:
            return self.inner.apply(self, edits)
        return yamltext.apply(self.stream, [below(self.route, edit) for edit in edits], self.document)

    def on(self, stream: Stream) -> Source:
        """The same place in another text of the file."""
        if stream is self.stream:
            return self
        moved = self._replace(stream=stream)
        return moved if self.inner is None else moved._replace(inner=self.inner.on(moved))

    def reads_as(self, data: Value) -> bool:
        """Whether the values are these, the order of keys included where it means anything."""
        return self.inner.reads_as(data) if self.inner is not None else tree.same(self.data, data)


def read(path: str) -> Source:
    """Read and parse one file. Raises InputError, with file and line, or RefusedError where that cannot be done."""
    snapshot = files.read(path)
    return Source(path, snapshot, _parse(snapshot.data, path))


def read_bytes(data: bytes, name: str) -> Source:
    """Parse what came from elsewhere than a file."""
    return Source(name, None, _parse(data, name))


def as_file(layer: Source) -> bytes:
    """The layer as Helm takes it: a file of values alone."""
    if not layer.route:
        return layer.stream.data
    import json

    return json.dumps(layer.data).encode()


def _parse(data: bytes, name: str) -> Stream:
    try:
        return yamltext.parse(data, name)
    except InputError as error:
        from migrator.sources.refusals import explained

        raise explained(error, data, name) from error
