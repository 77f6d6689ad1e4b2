"""The order of chart versions."""

from __future__ import annotations

from functools import total_ordering

STAGES = ("dev", "a", "b", "rc", "")


@total_ordering
class Version:
    """Up to three numbers, and what comes before the release itself: `stage` is one of STAGES, `count` its number.

    It has no flavour: `migrator.charts.versions` reads versions as they are published.
    """

    __slots__ = ("_order", "_text")

    def __init__(self, numbers: str, stage: str = "", count: int = 0) -> None:
        major, minor, patch = (*map(int, numbers.split(".")), 0, 0)[:3]
        self._order = (major, minor, patch, STAGES.index(stage), count)
        self._text = f"{numbers}-{stage}.{count}" if stage else numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._order == other._order

    def __lt__(self, other: Version) -> bool:
        return self._order < other._order

    def __hash__(self) -> int:
        return hash(self._order)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Version({self._text!r})"
