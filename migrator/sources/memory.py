"""What was read around a release, kept for a while: a file beside a thousand releases is read once, not for each.

Kept is only what was worked out inside `kept()`, and the last few of each kind: files that stand together are asked for
one after another. Nobody may write to files meanwhile.
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
    """Inside it, `once` works out a thing once; within another one, that one's memory serves."""
    _stores.append(_stores[-1] if _stores else {})
    try:
        yield
    finally:
        _stores.pop()


def once(what: str, which: Hashable, work_out: Callable[[], T]) -> T:
    """What `work_out` answers, from memory where it is there."""
    if not _stores:
        return work_out()
    store = _stores[-1].setdefault(what, {})
    if which in store:
        store[which] = store.pop(which)  # the one used last goes last
    else:
        store[which] = work_out()
        if len(store) > _LAST:
            del store[next(iter(store))]
    return cast("T", store[which])
