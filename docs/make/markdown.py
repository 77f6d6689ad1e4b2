"""Markdown from sentences that the program prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AS_CODE = re.compile(
    r"`[^`]*`"  # code already
    r"|\$\(\w+\)"  # a reference of Kubernetes
    r"|(?<![\w/.])(?:--[a-z][a-z-]*|[A-Z]+_[A-Z_]+[A-Z])(?![\w/])"  # an option, and the name of an env entry
    r"|rediss?://[^\s,;]*[^\s,;:.]"  # a URL that must not become a link
)


def marked(text: str) -> str:
    """A sentence as Markdown: names are code, and everything else is escaped."""
    parts, at = [], 0
    for found in _AS_CODE.finditer(text):
        parts += [_escaped(text[at : found.start()]), found[0] if found[0][0] == "`" else f"`{found[0]}`"]
        at = found.end()
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return re.sub(r"[*<\[]", r"\\\g<0>", text)


def cell(text: str) -> str:
    """Markdown for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that ends with a newline."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
