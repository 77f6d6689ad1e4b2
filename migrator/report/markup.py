"""Text in Markdown: code spans, fences and prose in which nothing is markup, a mention, a reference or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrator.report.mask import visible

_MARKUP = re.compile(r"[\\`*\[\]<|~&$]|(?<!\w)_|_(?!\w)")
_AT_THE_START = re.compile(r"^(\d*)([-+=#>.)])")


def prose(text: str) -> str:
    """One line of prose: nothing in it is markup, a mention, a reference or a link."""
    text = _MARKUP.sub(lambda sign: "\\" + sign[0], visible(text.strip()))
    text = _AT_THE_START.sub(r"\1\\\2", text)
    text = re.sub(r"(?<=\w)://|www\.(?=\w)", lambda found: found[0][:-1] + "<!-- -->" + found[0][-1], text)
    return re.sub(r"([@#])(?=\w)", r"\1<!-- -->", text)


def code(text: str, *, in_table: bool = False) -> str:
    """Text in a code span with more backticks than any run of backticks in it."""
    text = visible(text)
    if in_table:
        text = text.replace("|", "\\|")
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fence(kind: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines in a fence that none of them closes; `kind` is the language for highlighting."""
    shown = [visible(line.removesuffix("\r").replace("\t", " ")) for line in lines]
    ticks = "`" * max(3, max((_longest_run(line) for line in shown), default=0) + 1)
    yield f"{ticks}{kind}"
    yield from shown
    yield ticks


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
