"""Path patterns in the syntax of `.gitignore`, matched in a time that a hostile pattern cannot blow up.

Source: https://git-scm.com/docs/gitignore#_pattern_format. Matching backtracks only to the last star, which is enough
for patterns without alternatives, and keeps the cost of `*a*a*a*b` at most its length times the name's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pattern(NamedTuple):
    """One line: its parts between slashes, whether it excludes (False: includes again), and if for folders only.

    A match has a name with the prefix `begins` and the suffix `ends`, below the folder `first` (empty: any).
    """

    parts: tuple[str, ...]
    excludes: bool
    folders_only: bool
    first: str = ""
    begins: str = ""
    ends: str = ""

    def may_match(self, parts: Sequence[str]) -> bool:
        """Whether the path passes the cheap checks."""
        if self.first and self.first != parts[0]:
            return False
        return parts[-1].startswith(self.begins) and parts[-1].endswith(self.ends)


class Globs:
    """The patterns of one file or list, for paths below one folder; the last match decides."""

    def __init__(self, lines: Sequence[str]) -> None:
        patterns = [pattern for line in lines if (pattern := _read(line)) is not None]
        self._by_name: dict[str, list[tuple[int, Pattern]]] = {}
        self._others: list[tuple[int, Pattern]] = []
        for number, pattern in enumerate(patterns):
            *above, name = pattern.parts
            if above == ["**"] and not _is_glob(name):  # most lines are plain names
                self._by_name.setdefault(name, []).append((number, pattern))
            else:
                self._others.append((number, pattern))

    def __bool__(self) -> bool:
        return bool(self._by_name or self._others)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether a path (with slashes, below the patterns' folder) is excluded; None: no pattern matches it."""
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
        """Whether the path of a file is excluded, by itself or by a folder that it is in."""
        parts = path.split("/")
        folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
        if any(self.verdict(folder, is_folder=True) for folder in folders):
            return True
        return bool(self.verdict(path, is_folder=False))


def matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a pattern, in which `**` matches any number of them."""
    return _match(pattern, parts, "**", _matches_part)


def _matches_part(pattern: str, text: str) -> bool:
    return _match(_tokens(pattern), text, "*", _token_matches) if _is_glob(pattern) else pattern == text


def _match(pattern: Sequence[T], items: Sequence[str], star: T, fits: Callable[[T, str], bool]) -> bool:
    """Whether the items match the pattern, in which `star` matches any number of items."""
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


_Token = str | re.Pattern[str]
"""A character after a backslash, `*`, `?`, or a character class."""


@lru_cache(maxsize=1024)
def _tokens(pattern: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        group = re.compile(r"\[([!^]?)(\]?(?:\\.|\[:\w+:\]|[^\]\\])*)\]").match(pattern, at) if char == "[" else None
        if group is not None:
            found.append(_class(group[1], group[2]))
            at = group.end()
            continue
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            found.append("\\" + pattern[at])
        elif char != "*" or found[-1:] != ["*"]:
            found.append(char if char in "*?" else "\\" + char)
        at += 1
    return tuple(found)


_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s"}


def _class(negated: str, body: str) -> _Token:
    text = re.sub(r"\[:(\w+):\]", lambda each: _CLASSES.get(each[1], ""), body)
    text = re.sub(r"(?<!\\)([\[\]^&~|])", r"\\\1", text)
    try:
        return re.compile(f"[{'^' if negated else ''}{text}]")
    except re.error:
        return re.compile(r"(?!)")  # a reversed range matches nothing


def _token_matches(token: _Token, char: str) -> bool:
    if isinstance(token, str):
        return token == "?" or token == "\\" + char
    return token.fullmatch(char) is not None


def _is_glob(part: str) -> bool:
    return any(char in part for char in "*?[\\")


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
    if parts[-1] == "**" and len(parts) > 1:  # everything inside, but not the folder itself
        parts.insert(-1, "*")
    tidy = [part for number, part in enumerate(parts) if part != "**" or parts[number + 1 : number + 2] != ["**"]]
    first = "" if _is_glob(tidy[0]) else tidy[0]
    begins = re.split(r"[*?\[\\]", tidy[-1])[0]
    ends = re.split(r"[*?\]]", tidy[-1])[-1] if "\\" not in tidy[-1] else ""
    return Pattern(tuple(tidy), excludes, folders_only, first, begins, ends)
