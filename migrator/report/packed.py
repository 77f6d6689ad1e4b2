"""Records of thousands of releases, kept in little memory until they are reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_TOGETHER = 64
"""How many are packed together: releases are similar, so they compress well."""


class Packed(Collection[T]):
    """A collection of picklable things in order; all but the last few are kept compressed.

    In memory, not in a file: they contain customers' data, and a disk may be full.
    """

    def __init__(self, things: Iterable[T] = ()) -> None:
        self._packs: list[bytes] = []
        self._last: list[T] = []
        for each in things:
            self.append(each)

    def append(self, thing: T) -> None:
        """Add one more."""
        self._last.append(thing)
        if len(self._last) == _TOGETHER:
            self._packs.append(_packed(self._last))
            self._last.clear()

    def __iter__(self) -> Iterator[T]:
        for pack in self._packs:
            yield from _unpacked(pack)
        yield from self._last

    def __contains__(self, thing: object) -> bool:
        return any(each == thing for each in self)

    def __len__(self) -> int:
        return len(self._packs) * _TOGETHER + len(self._last)


def _packed(things: list[T]) -> bytes:
    import pickle  # a few releases need neither
    import zlib

    return zlib.compress(pickle.dumps(things, pickle.HIGHEST_PROTOCOL), 1)


def _unpacked(pack: bytes) -> list[T]:
    import pickle
    import zlib

    things: list[T] = pickle.loads(zlib.decompress(pack))
    return things


def packed_like(things: Iterable[T], like: Collection[T]) -> Collection[T]:
    """`things`, packed if `like` is."""
    return Packed(things) if isinstance(like, Packed) else tuple(things)
