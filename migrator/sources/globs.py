"""Patterns for paths as `.gitignore` has them, matched in time that a hostile pattern cannot blow up.

Source: https://git-scm.com/docs/gitignore#_pattern_format. A star is tried greedily and taken back to once only, which
is enough for patterns without alternatives, and keeps `*a*a*a*b` from costing more than its length times the name's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pattern(NamedTuple):
    """One line: its parts between slashes, what it says (False: it takes back), and whether it is for folders only.

    What it matches has a name that begins and ends so, and stands below the folder `first` (empty: any will do).
    """

    parts: tuple[str, ...]
    excludes: bool
    folders_only: bool
    first: str = ""
    begins: str = ""
    ends: str = ""

    def may_match(self, parts: Sequence[str]) -> bool:
        """Whether the path is worth a closer look."""
        if self.first and self.first != parts[0]:
            return False
        return parts[-1].startswith(self.begins) and parts[-1].endswith(self.ends)


class Globs:
    """The patterns of one file or list, for paths below one folder; the last that matches decides."""

    def __init__(self, lines: Sequence[str]) -> None:
        patterns = [pattern for line in lines if (pattern := _read(line)) is not None]
        self._by_name: dict[str, list[tuple[int, Pattern]]] = {}
        self._others: list[tuple[int, Pattern]] = []
        for number, pattern in enumerate(patterns):
            *above, name = pattern.parts
            if above == ["**"] and not _is_glob(name):  # most lines are a name, and are looked up
                self._by_name.setdefault(name, []).append((number, pattern))
            else:
                self._others.append((number, pattern))

    def __bool__(self) -> bool:
        return bool(self._by_name or self._others)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether a path (with slashes, below the patterns' folder) is excluded; None: no pattern speaks of it."""
        parts = path.split("/")
        last, verdict = -1, None
        named = self._by_name.get(parts[-1], ())
        for number, pattern in (*named, *self._others):
            if number < last or not pattern.may_match(parts) or (pattern.folders_only and not is_folder):
                continue
            if matches(pattern.parts, parts):
                last, verdict = number, pattern.excludes
        return verdict

    def excludes(self, path: str) -> bool:
        """Whether the path of a file is excluded, by itself or by a folder that it stands in."""
        parts = path.split("/")
        folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
        if any(self.verdict(folder, is_folder=True) for folder in folders):
            return True
        return bool(self.verdict(path, is_folder=False))


def matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the parts of a path are those of a pattern, in which `**` stands for any number of them."""
    return _match(pattern, parts, "**", _matches_part)


def _matches_part(pattern: str, text: str) -> bool:
    return _match(_signs(pattern), text, "*", _takes) if _is_glob(pattern) else pattern == text


def _match(pattern: Sequence[T], items: Sequence[str], star: T, fits: Callable[[T, str], bool]) -> bool:
    """Whether each item fits its place in the pattern, in which `star` stands for any number of items."""
    at = place = 0
    last, resume = -1, 0
    while place < len(items):
        if at < len(pattern) and pattern[at] == star:
            last, resume = at, place
            at += 1
            if at == len(pattern):
                return True
        elif at < len(pattern) and fits(pattern[at], items[place]):
            at, place = at + 1, place + 1
        elif last >= 0:
            resume += 1
            at, place = last + 1, resume
        else:
            return False
    return all(each == star for each in pattern[at:])


_Sign = str | re.Pattern[str]
"""A letter behind a backslash, `*`, `?`, or the letters of a class."""


@lru_cache(maxsize=1024)
def _signs(pattern: str) -> tuple[_Sign, ...]:
    found: list[_Sign] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        group = re.compile(r"\[([!^]?)(\]?(?:\\.|\[:\w+:\]|[^\]\\])*)\]").match(pattern, at) if sign == "[" else None
        if group is not None:
            found.append(_class(group[1], group[2]))
            at = group.end()
            continue
        if sign == "\\" and at + 1 < len(pattern):
            at += 1
            found.append("\\" + pattern[at])
        elif sign != "*" or found[-1:] != ["*"]:
            found.append(sign if sign in "*?" else "\\" + sign)
        at += 1
    return tuple(found)


_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s"}


def _class(negated: str, body: str) -> _Sign:
    text = re.sub(r"\[:(\w+):\]", lambda each: _CLASSES.get(each[1], ""), body)
    text = re.sub(r"(?<!\\)([\[\]^&~|])", r"\\\1", text)
    try:
        return re.compile(f"[{'^' if negated else ''}{text}]")
    except re.error:
        return re.compile(r"(?!)")  # a range that runs backwards matches nothing


def _takes(sign: _Sign, letter: str) -> bool:
    if isinstance(sign, str):
        return sign == "?" or sign == "\\" + letter
    return sign.fullmatch(letter) is not None


def _is_glob(part: str) -> bool:
    return any(sign in part for sign in "*?[\\")


def _read(line: str) -> Pattern | None:
    text = re.sub(r"(?<!\\)[ \t]+$", "", line.removesuffix("\r"))
    if not text or text.startswith("#"):
        return None
    excludes = not text.startswith("!")
    text = text if excludes else text[1:]
    folders_only = text.endswith("/")
    parts = text.removesuffix("/").removeprefix("/").split("/")
    if "" in parts:
        return None
    is_anchored = text.startswith("/") or len(parts) > 1
    if not is_anchored:
        parts.insert(0, "**")
    if parts[-1] == "**" and len(parts) > 1:  # everything inside, the folder itself not
        parts.insert(-1, "*")
    tidy = [part for number, part in enumerate(parts) if part != "**" or parts[number + 1 : number + 2] != ["**"]]
    first = "" if _is_glob(tidy[0]) else tidy[0]
    begins = re.split(r"[*?\[\\]", tidy[-1])[0]
    ends = re.split(r"[*?\]]", tidy[-1])[-1] if "\\" not in tidy[-1] else ""
    return Pattern(tuple(tidy), excludes, folders_only, first, begins, ends)
