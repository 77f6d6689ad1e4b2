"""Who is on which Redis database, for many releases at once: asked by server, so that each costs the same.

Two names are surely one server where they are equal, or one is the other with its domain cut off (`same_server`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
_Shelf = list[tuple[str, T]]
"""Things in the order in which they came, each with its owner."""


class Place(NamedTuple):
    """A database of a server; `kind` tells things apart that are never asked for together."""

    host: str
    port: str
    database: int
    kind: str = ""


class ByServer(Generic[T]):
    """Things of releases on databases, with the name of the release that each is of.

    It is kept of every release of a run, so that nothing stands in it twice.
    """

    def __init__(self) -> None:
        self._at: dict[Place, _Shelf[T]] = {}
        self._under: dict[Place, _Shelf[T]] = {}

    def add(self, owner: str, place: Place, thing: T) -> None:
        """Take down what a release has there."""
        entry = owner, thing
        for shelves, key in self._shelves(place):
            if key in shelves:
                shelves[key].append(entry)
            else:
                shelves[key] = [entry]

    def remove(self, owner: str, place: Place) -> None:
        """Forget what a release has there."""
        for shelves, key in self._shelves(place):
            if key in shelves:
                shelves[key][:] = [entry for entry in shelves[key] if entry[0] != owner]

    def on(self, place: Place, but: str = "") -> Iterator[tuple[str, T]]:
        """What is on that database of what is surely that server, what the release `but` has left out."""
        names = _names(place.host)
        found = [self._at.get(place._replace(host=name)) for name in names]
        for each in (*found, self._under.get(place._replace(host=names[0]))):
            for entry in each or ():
                if entry[0] != but:
                    yield entry

    def _shelves(self, place: Place) -> Iterator[tuple[dict[Place, _Shelf[T]], Place]]:
        first, *shorter = _names(place.host)
        yield self._at, place._replace(host=first)
        for name in shorter:
            yield self._under, place._replace(host=name)


class Servers:
    """Which servers (host and port) more than one release has to do with.

    Of each server only a number is kept, its hash. Should two have the same, their releases are looked at for nothing.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._shared: set[int] = set()

    def add(self, servers: Iterable[tuple[str, str]]) -> None:
        """Take down the servers of one release."""
        own = {hash((_names(host)[0], port)) for host, port in servers}
        self._shared |= own & self._known
        self._known |= own

    def compare(self, servers: Iterable[tuple[str, str]]) -> None:
        """Once all are taken down, find those that others call by a part of the name alone."""
        for host, port in servers:
            first, *shorter = _names(host)
            also = self._known.intersection(hash((name, port)) for name in shorter)
            self._shared |= {hash((first, port)), *also} if also else also

    def are_shared(self, servers: Iterable[tuple[str, str]]) -> bool:
        """Whether another release has to do with one of these."""
        return any(hash((_names(host)[0], port)) in self._shared for host, port in servers)


def _names(host: str) -> list[str]:
    """The name as it is compared, and the same with its domain cut off, part by part."""
    name = sys.intern(host.lower().rstrip("."))  # every key that has it has the same one
    ends = [place for place, sign in enumerate(name) if sign == "."]
    return [name, *(name[:end] for end in ends[::-1])]
