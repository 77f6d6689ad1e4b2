"""Lines before and after, side by side: which lines belong together, and which words in them differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, NamedTuple

from migrator.report.linediff import Block, Hunk, hunks
from migrator.report.mask import Mask, visible
from migrator.report.result_records import LayerReport

_MOST_TO_PAIR = 40
"""In longer blocks lines are paired in order: comparing every pair would take too long."""

_ALIKE = 0.5

_MOST_COLUMNS = 400
"""The words of longer lines are not compared, and a line is cut at five times this length."""


class Piece(NamedTuple):
    """A part of a line, and whether it differs from the other side."""

    text: str
    is_changed: bool


class Line(NamedTuple):
    """A line with its number, from 1."""

    number: int
    pieces: tuple[Piece, ...]


class Row(NamedTuple):
    """Two lines side by side; None if a side has no line."""

    kind: Literal["same", "removed", "added", "changed"]
    old: Line | None
    new: Line | None


class Run(NamedTuple):
    """Consecutive lines of one kind, or one changed line; both sides are the same unless the kind is changed."""

    kind: Literal["same", "removed", "added", "changed"]
    old: tuple[tuple[Piece, ...], ...]
    new: tuple[tuple[Piece, ...], ...]


class Part(NamedTuple):
    """A section of a file that contains a change, and its first line."""

    start: int
    rows: tuple[Row, ...]

    @property
    def runs(self) -> list[Run]:
        """The rows in fewer pieces, for a page with many of them; a changed line stays separate."""
        found: list[Run] = []
        for kind, together in groupby(self.rows, key=lambda row: row.kind):
            rows = list(together)
            if kind == "changed":
                found += [Run(kind, (row.old.pieces,), (row.new.pieces,)) for row in rows if row.old and row.new]
            else:
                lines = tuple(line.pieces for row in rows if (line := row.old or row.new) is not None)
                found.append(Run(kind, lines, lines))
        return found


class FileDiff(NamedTuple):
    """The changes in one file."""

    path: str
    parts: tuple[Part, ...]
    removed: int
    added: int


def file_diff(layer: LayerReport, mask: Mask, context: int) -> FileDiff:
    """The file's differences with `context` lines around each."""
    before, after = layer.before.split(b"\n"), layer.after.split(b"\n")
    shown = _Shown(layer.before, mask), _Shown(layer.after, mask)
    parts = [Part(hunk.start + 1, tuple(_rows(hunk, *shown))) for hunk in hunks(before, after, context)]
    kinds = [row for part in parts for row in part.rows if row.kind != "same"]
    return FileDiff(
        visible(layer.path),
        tuple(parts),
        sum(row.old is not None for row in kinds),
        sum(row.new is not None for row in kinds),
    )


class _Shown:
    """The lines of a text, masked and printable; each line is converted when it is first read."""

    def __init__(self, data: bytes, mask: Mask) -> None:
        self._lines = mask.lines(data.decode("utf-8", "backslashreplace"))

    def __getitem__(self, number: int) -> str:
        line = visible(self._lines[number].removesuffix("\r").replace("\t", "    "))
        most = 5 * _MOST_COLUMNS
        return line if len(line) <= most else f"{line[:most]} ... ({len(line) - most} more characters)"


def _rows(hunk: Hunk, before: _Shown, after: _Shown) -> Iterator[Row]:
    old, new = hunk.start, hunk.new_start
    for block in hunk.blocks:
        yield from _context(before, old, new, block.start - old)
        yield from _of_block(block, before, after)
        old, new = block.end, block.new_end
    yield from _context(before, old, new, hunk.end - old)


def _context(before: _Shown, old: int, new: int, count: int) -> Iterator[Row]:
    for offset in range(count):
        pieces = (Piece(before[old + offset], False),)
        yield Row("same", Line(old + offset + 1, pieces), Line(new + offset + 1, pieces))


def _of_block(block: Block, before: _Shown, after: _Shown) -> Iterator[Row]:
    old, new = block.start, block.new_start
    for one, other in [*_pairs(block, before, after), (block.end, block.new_end)]:
        for number in range(old, one):
            yield Row("removed", Line(number + 1, (Piece(before[number], False),)), None)
        for number in range(new, other):
            yield Row("added", None, Line(number + 1, (Piece(after[number], False),)))
        if one < block.end and other < block.new_end:
            was, now = _words(before[one], after[other])
            yield Row("changed", Line(one + 1, was), Line(other + 1, now))
        old, new = one + 1, other + 1


def _pairs(block: Block, before: _Shown, after: _Shown) -> list[tuple[int, int]]:
    """Pairs of a removed and an added line, in order: each with the first similar line after the previous pair."""
    found: list[tuple[int, int]] = []
    if max(block.end - block.start, block.new_end - block.new_start) > _MOST_TO_PAIR:
        return list(zip(range(block.start, block.end), range(block.new_start, block.new_end)))
    lowest = block.new_start
    for one in range(block.start, block.end):
        for other in range(lowest, block.new_end):
            if _are_alike(before[one].strip(), after[other].strip()):
                found.append((one, other))
                lowest = other + 1
                break
    return found


def _are_alike(one: str, other: str) -> bool:
    if max(len(one), len(other)) > _MOST_COLUMNS:
        return one[:20] == other[:20]
    return SequenceMatcher(None, one, other, False).ratio() > _ALIKE


def _words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines split where their words differ."""
    if max(len(before), len(after)) > _MOST_COLUMNS:
        return (Piece(before, True),), (Piece(after, True),)
    one, other = (re.findall(r"\w+|\s+|[^\w\s]", line) for line in (before, after))
    was: list[Piece] = []
    now: list[Piece] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, one, other, False).get_opcodes():
        was.append(Piece("".join(one[start:end]), tag != "equal"))
        now.append(Piece("".join(other[new_start:new_end]), tag != "equal"))
    return tuple(piece for piece in was if piece.text), tuple(piece for piece in now if piece.text)
