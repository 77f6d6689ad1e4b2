"""The pages of the project as text: README, CHANGELOG and the like, and everything in docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def text_of(page: str | Path) -> str:
    """A page, by its path below the project's root."""
    return (ROOT / page).read_text(encoding="utf-8")


def prose_of(text: str) -> str:
    """The text without its fenced code and its comments, where nothing is a link or a heading."""
    return re.sub(r"^( *)```.*?^\1```$|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors_of(text: str) -> set[str]:
    """The anchors that GitHub and MkDocs both give the headings of a page."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", prose_of(text), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading.lower()))
        found.add(words.strip().replace(" ", "-"))
    return found


def links_of(text: str) -> Iterator[str]:
    """What the page links to and shows, as it is written there."""
    yield from re.findall(r"\]\(([^)\s]+)\)", prose_of(text))


def sections_of(text: str, level: int) -> dict[str, str]:
    """The sections of that level, by their heading, each up to the next heading of that level or above."""
    found = {}
    for part in re.split(rf"^(?=#{{1,{level}}} )", text, flags=re.MULTILINE):
        head = re.match(rf"#{{{level}}} (.*)\n", part)
        if head is not None:
            found[head[1].strip("`")] = part[head.end() :]
    return found
