"""A small cache of what was read around a release, so that a file next to a thousand releases is read once.

Only results computed inside `kept()` are cached, and only the last few of each kind: files of one folder are requested
one after another. No file may be written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

T = TypeVar("T")
_LAST = 16
_stores: list[dict[str, dict[Hashable, object]]] = []


@contextmanager
def kept() -> Iterator[None]:
    """Turn on the cache of `once`; a nested `kept` shares the outer cache."""
    _stores.append(_stores[-1] if _stores else {})
    try:
        yield
    finally:
        _stores.pop()


def once(what: str, which: Hashable, compute: Callable[[], T]) -> T:
    """The result of `compute`, from the cache if it is there."""
    if not _stores:
        return compute()
    store = _stores[-1].setdefault(what, {})
    if which in store:
        store[which] = store.pop(which)  # most recently used last
    else:
        store[which] = compute()
        if len(store) > _LAST:
            del store[next(iter(store))]
    return cast("T", store[which])
