"""Who uses which Redis database, for many releases at once: indexed by server, so the cost per release is constant.

Two names are certainly one server if they are equal, or one is the other without its domain (`same_server`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
_Shelf = list[tuple[str, T]]
"""Items in the order they were added, each with its owner."""


class Place(NamedTuple):
    """A database of a server; `kind` separates items that are never looked up together."""

    host: str
    port: str
    database: int
    kind: str = ""


class ByServer(Generic[T]):
    """Items on databases, each with the name of its release.

    It grows with every release of a run, so nothing is stored twice.
    """

    def __init__(self) -> None:
        self._at: dict[Place, _Shelf[T]] = {}
        self._under: dict[Place, _Shelf[T]] = {}

    def add(self, owner: str, place: Place, thing: T) -> None:
        """Add an item of a release there."""
        entry = owner, thing
        for shelves, key in self._shelves(place):
            if key in shelves:
                shelves[key].append(entry)
            else:
                shelves[key] = [entry]

    def remove(self, owner: str, place: Place) -> None:
        """Remove what a release has there."""
        for shelves, key in self._shelves(place):
            if key in shelves:
                shelves[key][:] = [entry for entry in shelves[key] if entry[0] != owner]

    def items_at(self, place: Place, excluding: str = "") -> Iterator[tuple[str, T]]:
        """The items on that database of servers that are certainly this one, except those of `excluding`."""
        names = _names(place.host)
        found = [self._at.get(place._replace(host=name)) for name in names]
        for each in (*found, self._under.get(place._replace(host=names[0]))):
            for entry in each or ():
                if entry[0] != excluding:
                    yield entry

    def _shelves(self, place: Place) -> Iterator[tuple[dict[Place, _Shelf[T]], Place]]:
        first, *shorter = _names(place.host)
        yield self._at, place._replace(host=first)
        for name in shorter:
            yield self._under, place._replace(host=name)


class Servers:
    """Which servers (host and port) more than one release uses.

    Only a hash of each server is kept. If two collide, their releases are compared needlessly.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._shared: set[int] = set()

    def add(self, servers: Iterable[tuple[str, str]]) -> None:
        """Add the servers of one release."""
        own = {hash((_names(host)[0], port)) for host, port in servers}
        self._shared |= own & self._known
        self._known |= own

    def compare(self, servers: Iterable[tuple[str, str]]) -> None:
        """Once all are added, find those that other releases name without their domain."""
        for host, port in servers:
            first, *shorter = _names(host)
            also = self._known.intersection(hash((name, port)) for name in shorter)
            self._shared |= {hash((first, port)), *also} if also else also

    def are_shared(self, servers: Iterable[tuple[str, str]]) -> bool:
        """Whether another release uses one of these."""
        return any(hash((_names(host)[0], port)) in self._shared for host, port in servers)


def _names(host: str) -> list[str]:
    """The name in the form that is compared, then without its domain, cut off part by part."""
    name = sys.intern(host.lower().rstrip("."))  # all keys share one string
    ends = [index for index, character in enumerate(name) if character == "."]
    return [name, *(name[:end] for end in ends[::-1])]
