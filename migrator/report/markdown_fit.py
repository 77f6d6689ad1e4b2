"""Markdown that fits into a comment: text that is too long is shortened from the end, and omissions are reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrator.report.markup import code
from migrator.report.text_check import count

LIMIT = 65_000
"""Characters of the whole text. GitHub refuses comments of more than 65,536; the rest is left for a bot's own text."""

_MOST_NAMES = 5


class Part(NamedTuple):
    """The text on one release, from the full form to the shortest; `left_out` says what each shorter form lacks."""

    name: str
    forms: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, name: str, longest_first: Sequence[Sequence[str]], left_out: tuple[str, ...]) -> Part:
        """The part with these lines for its forms."""
        return cls(name, tuple("\n".join([*lines, ""]) if lines else "" for lines in longest_first), left_out)


class Row(NamedTuple):
    """A release's row in the table, and the status under which it is counted if it does not fit."""

    line: str
    status: str

    @classmethod
    def of(cls, cells: Sequence[str], status: str) -> Row:
        """The row with these cells."""
        return cls(f"| {' | '.join(cells)} |", status)


def fitted(
    head: Sequence[str], table: Sequence[str], rows: Sequence[Row], parts: Sequence[Part], *, limit: int = LIMIT
) -> str:
    """The whole text, within the limit: the head, the table with its rows, what is left out, and the parts.

    The table takes at most half of the room. The first parts keep their fullest forms.
    """
    shown = _rows_that_fit(rows, limit // 2)
    lines = [*head, "", *table, *(row.line for row in shown), ""]
    lines += _about_rows(rows[len(shown) :])
    room = limit - len("\n".join(lines)) - 2_000  # the rest is for the list of what is left out
    forms = [0] * len(parts)
    size = sum(len(part.forms[0]) for part in parts)
    for form in range(max((len(part.forms) for part in parts), default=0) - 1):
        for number in reversed(range(len(parts))):
            if size <= room:
                break
            this, *shorter = parts[number].forms[form:] or ("",)
            if shorter and len(shorter[0]) < len(this):  # otherwise shortening gains nothing
                size += len(shorter[0]) - len(this)
                forms[number] = form + 1
    lines += _about_parts(parts, forms)
    text = "\n".join(lines) + "\n" + "".join(part.forms[form] for part, form in zip(parts, forms))
    return text.rstrip("\n") + "\n"


def _rows_that_fit(rows: Sequence[Row], room: int) -> Sequence[Row]:
    for number, row in enumerate(rows):
        room -= len(row.line) + 1
        if room < 0:
            return rows[:number]
    return rows


def _about_rows(missing: Sequence[Row]) -> list[str]:
    if not missing:
        return []
    statuses = [row.status for row in missing]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    rows = "1 more release has no row" if len(missing) == 1 else f"{len(missing)} more releases have no row"
    return [f"{rows} here: {counts}.", ""]


def _about_parts(parts: Sequence[Part], forms: Sequence[int]) -> list[str]:
    lines = []
    for what in dict.fromkeys(what for part in parts for what in part.left_out):
        names = [part.name for part, form in zip(parts, forms) if what in part.left_out[:form]]
        if names:
            shown = ", ".join(code(_shortened(name)) for name in names[:_MOST_NAMES])
            more = f" and {count(len(names) - _MOST_NAMES, 'more release')}" if len(names) > _MOST_NAMES else ""
            lines.append(f"- {what}: {shown}{more}")
    if not lines:
        return []
    return [f"To stay under {LIMIT:,} characters this is left out; run the command for one release to see it:", "",
            *lines, ""]  # fmt: skip


def _shortened(name: str) -> str:
    return name if len(name) <= 60 else f"...{name[-57:]}"
