"""Which lines of two texts differ: the shortest script by Myers' greedy method ("An O(ND) Difference Algorithm", 1986).

Its cost grows with the number of differences, not with the size of the texts, so a few changed lines in a file of
fifty thousand are found quickly; the standard library's matcher is quadratic there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

MOST_DIFFERENCES = 2000
"""With more added and removed lines than this, everything from the first to the last is shown as replaced."""

_SHORT = 2


Line = TypeVar("Line")


class Block(NamedTuple):
    """Lines `before[start:end]` that are replaced by `after[new_start:new_end]`; either may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


class Hunk(NamedTuple):
    """Blocks close to each other, with the range of lines that a diff shows around them."""

    start: int
    end: int
    new_start: int
    new_end: int
    blocks: tuple[Block, ...]


def signed(hunk: Hunk, before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    """The lines of a hunk, each with its sign: `-` removed, `+` added, a space unchanged."""
    at = hunk.start
    for block in hunk.blocks:
        yield from ((" ", line) for line in before[at : block.start])
        yield from (("-", line) for line in before[block.start : block.end])
        yield from (("+", line) for line in after[block.new_start : block.new_end])
        at = block.end
    yield from ((" ", line) for line in before[at : hunk.end])


def hunks(before: Sequence[bytes], after: Sequence[bytes], context: int = 3) -> list[Hunk]:
    """The differences with `context` lines around each, joined where they would touch."""
    groups: list[list[Block]] = []
    for block in blocks(before, after):
        if groups and block.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(block)
        else:
            groups.append([block])
    found = []
    for group in groups:
        first, last = group[0], group[-1]
        lead = min(context, first.start)
        tail = min(context, len(before) - last.end)
        lines = (first.start - lead, last.end + tail, first.new_start - lead, last.new_end + tail)
        found.append(Hunk(*lines, tuple(group)))
    return found


def blocks(before: Sequence[bytes], after: Sequence[bytes]) -> list[Block]:
    """The differences in order; each block starts where a reader of YAML would expect it."""
    head = 0
    while head < len(before) and head < len(after) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    inner = _script(before[head : len(before) - tail], after[head : len(after) - tail])
    found = [Block(*(head + number for number in block)) for block in inner]
    return _joined(_slid(found, before, after), before)


def _script(before: Sequence[bytes], after: Sequence[bytes]) -> list[Block]:
    if not before or not after:
        return [Block(0, len(before), 0, len(after))] if before or after else []
    reached = {1: 0}
    trail: list[dict[int, int]] = []
    for differences in range(MOST_DIFFERENCES + 1):
        trail.append(dict(reached))
        for diagonal in range(-differences, differences + 1, 2):
            down = diagonal == -differences or (
                diagonal != differences and reached[diagonal - 1] < reached[diagonal + 1]
            )
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            y = x - diagonal
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x += 1
                y += 1
            reached[diagonal] = x
            if x >= len(before) and y >= len(after):
                return _backtracked(trail, len(before), len(after))
    return [Block(0, len(before), 0, len(after))]


def _backtracked(trail: list[dict[int, int]], x: int, y: int) -> list[Block]:
    """The blocks on the path to x, y. `trail`: how far each diagonal reached, by number of differences."""
    found: list[Block] = []
    for differences in range(len(trail) - 1, 0, -1):
        reached = trail[differences]
        diagonal = x - y
        down = diagonal == -differences or (diagonal != differences and reached[diagonal - 1] < reached[diagonal + 1])
        before_x = reached[diagonal + 1] if down else reached[diagonal - 1]
        before_y = before_x - (diagonal + 1 if down else diagonal - 1)
        step = Block(before_x, before_x + (not down), before_y, before_y + down)
        if found and found[-1].start == step.end and found[-1].new_start == step.new_end:
            last = found.pop()
            step = Block(step.start, last.end, step.new_start, last.new_end)
        found.append(step)
        x, y = before_x, before_y
    return found[::-1]


def _slid(found: list[Block], before: Sequence[bytes], after: Sequence[bytes]) -> list[Block]:
    """Blocks with only removed or only added lines, moved among equal lines to start at the least indented one.

    In a list of entries `- name: A`, `  value: x` a diff may otherwise remove `  value: x`, `- name: B`.
    """
    result: list[Block] = []
    for number, block in enumerate(found):
        lowest = result[-1].end if result else 0
        highest = found[number + 1].start if number + 1 < len(found) else len(before)
        if block.start == block.end:
            start, end, lines = block.new_start, block.new_end, after
        elif block.new_start == block.new_end:
            start, end, lines = block.start, block.end, before
        else:
            result.append(block)
            continue
        up = down = 0
        while up < block.start - lowest and lines[start - up - 1] == lines[end - up - 1]:
            up += 1
        while down < highest - block.end and lines[start + down] == lines[end + down]:
            down += 1
        # The last of the least indented: text about an added entry ("after X") then matches the diff.
        best = min(range(down, -up - 1, -1), key=lambda shift: _depth(lines[start + shift]))
        result.append(Block(*(position + best for position in block)))
    return result


def _joined(found: list[Block], before: Sequence[bytes]) -> list[Block]:
    """Blocks joined where whole entries were removed and another was added, so that each is shown whole.

    For a removed `- name: A`, `  value: x` and an added `- name: B`, `  value: x` the shortest script keeps the value.
    """
    result: list[Block] = []
    for block in found:
        if result and _is_inside_an_entry(before, result[-1], block):
            last = result.pop()
            block = Block(last.start, block.end, last.new_start, block.new_end)
        result.append(block)
    return result


def _is_inside_an_entry(before: Sequence[bytes], above: Block, below: Block) -> bool:
    """Whether only one or two lines, indented deeper than their neighbours, separate a change from removed lines."""
    between = before[above.end : below.start]
    only_removes = below.start < below.end and below.new_start == below.new_end
    if not only_removes or not between or len(between) > _SHORT or above.start == above.end:
        return False
    around = max(_depth(before[above.end - 1]), _depth(before[below.start]))
    return all(_depth(line) > around for line in between)


def _depth(line: bytes) -> int:
    stripped = line.lstrip(b" ")
    return len(line) - len(stripped) if stripped.strip() else 1 << 30
