"""Who is on which Redis database, for many releases at once: asked by server, so that each costs the same.

Two names are surely one server where they are equal, or one is the other with its domain cut off (`same_server`).
"""

from __future__ import annotations

from collections.abc import Iterator
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
    """Things of releases on databases, with the name of the release that each is of."""

    def __init__(self) -> None:
        self._at: dict[Place, _Shelf[T]] = {}
        self._under: dict[Place, _Shelf[T]] = {}
        self._of: dict[str, list[_Shelf[T]]] = {}

    def add(self, owner: str, place: Place, thing: T) -> None:
        """Take down what a release has there."""
        first, *shorter = _names(place.host)
        shelves = [self._at.setdefault(place._replace(host=first), [])]
        shelves += [self._under.setdefault(place._replace(host=name), []) for name in shorter]
        entry = owner, thing
        for shelf in shelves:
            shelf.append(entry)
        self._of.setdefault(owner, []).extend(shelves)

    def remove(self, owner: str) -> None:
        """Forget what a release has."""
        for shelf in self._of.pop(owner, []):
            shelf[:] = [entry for entry in shelf if entry[0] != owner]

    def on(self, place: Place, but: str = "") -> Iterator[T]:
        """What is on that database of what is surely that server, what the release `but` has left out."""
        names = _names(place.host)
        found = [self._at.get(place._replace(host=name)) for name in names]
        for each in (*found, self._under.get(place._replace(host=names[0]))):
            for owner, thing in each or ():
                if owner != but:
                    yield thing


def _names(host: str) -> list[str]:
    """The name as it is compared, and the same with its domain cut off, part by part."""
    name = host.lower().rstrip(".")
    ends = [place for place, sign in enumerate(name) if sign == "."]
    return [name, *(name[:end] for end in ends[::-1])]
