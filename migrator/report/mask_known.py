"""Known secrets, found by their text wherever it is repeated: as it is, escaped, or encoded.

A run over a thousand releases knows thousands of secrets, so a text is first searched for their first characters, and
then only for the secrets that match.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Set
from urllib.parse import quote

from migrator.report import mask_names

_LEAST = 8
"""A repeated text this long is recognised as a secret; shorter words also occur elsewhere and reveal nothing."""

_GRAM = 4  # the length of the shortest text searched for
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")


class KnownSecrets:
    """The secrets of a run."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, str]] = {}  # by first characters: each spelling, and its secret
        self._encoded: dict[str, dict[str, str]] = {}  # likewise, the part common to all base64 around it

    def add(self, secret: str) -> None:
        """Add a secret to search for."""
        for spelling in _spellings(secret):
            if len(spelling) >= _GRAM:
                self._spellings.setdefault(spelling[:_GRAM], {}).setdefault(spelling, secret)
        for part in _in_base64(secret):
            self._encoded.setdefault(part[:_GRAM], {}).setdefault(part, secret)

    def masked(self, text: str, mark: Callable[[str], str], kept: Set[str], words: Set[str] | None = None) -> str:
        """The text with the secrets masked, the longest first.

        Names in `kept` (hosts, images and others) stay, even if a part of one reads like a secret. In a message, short
        secrets are searched for too, unless they are in `words`, the other texts of the values.
        """
        if not self._spellings:
            return text
        grams = {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}
        found = {each: secret for each, secret in _in_text(self._spellings, grams, text) if _is_wanted(each, words)}
        if found:
            names = {name for name in kept if name in text and any(spelling in name for spelling in found)}
            parts = sorted(names.union(found), key=len, reverse=True)
            pattern = "|".join(_as_pattern(part, is_name=part in names) for part in parts)
            text = re.sub(pattern, lambda match: match[0] if match[0] in names else mark(found[match[0]]), text)
        for part, secret in _in_text(self._encoded, grams, text):
            text = _without_encoded(text, part, mark(secret))
        return text


def _in_text(known: dict[str, dict[str, str]], grams: set[str], text: str) -> Iterator[tuple[str, str]]:
    for gram in known.keys() & grams:
        yield from ((spelling, secret) for spelling, secret in known[gram].items() if spelling in text)


def _without_encoded(text: str, part: str, mark: str) -> str:
    """The text with `mark` instead of the whole base64 around each occurrence of the part."""
    while (at := text.find(part)) >= 0:
        start, end = at, at + len(part)
        while start and _BASE64.match(text[start - 1]):
            start -= 1
        while end < len(text) and (_BASE64.match(text[end]) or text[end] == "="):
            end += 1
        text = text[:start] + mark + text[end:]
    return text


def _is_wanted(spelling: str, words: Set[str] | None) -> bool:
    if spelling in ("password", "username", "database"):
        return False  # too common in messages
    if not mask_names.is_weak(spelling):
        return True
    return len(spelling) >= _LEAST if words is None else mask_names.stands_out(spelling, words)


def _as_pattern(text: str, *, is_name: bool) -> str:
    """A pattern for a text; an ordinary word matches only by itself, not in a path or a longer name."""
    if not is_name and mask_names.is_weak(text):
        return rf"(?<![^\s\"'`(\[{{,:]){re.escape(text)}(?![^\s\"'`)\]}},.;:])(?!\.\w|:\S)"
    is_part = not is_name and len(text) >= _LEAST
    return re.escape(text) if is_part else rf"(?<![^\W_]){re.escape(text)}(?![^\W_])"


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, in a URL, in either kind of quotes, in base64 and decoded from it, and its longer parts."""
    yield secret
    yield from (line.strip() for line in secret.splitlines() if len(line.strip()) >= _LEAST)
    for parts in (secret.split(":", 1), secret.split(" ")):  # user:password, and a header's Basic ...
        yield from (part for part in parts[1:] if len(part) >= _LEAST and len(parts) == 2)
    yield from {quote(secret, safe=""), repr(secret)[1:-1], secret.replace("'", "''")}
    yield from {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    if len(secret) >= _LEAST:
        yield from (b64encode(f"{secret}{end}".encode("utf-8", "surrogatepass")).decode() for end in ("", "\n"))
    try:
        decoded = b64decode(secret, validate=True).decode().strip()  # the data of a Secret is base64
    except ValueError:
        return
    if len(decoded) >= _LEAST and decoded.isprintable():
        yield decoded


def _in_base64(secret: str) -> Iterator[str]:
    """The characters common to all base64 of a text around a secret, for each of the three offsets it can start at.

    Some bits of the first and last character belong to the neighbours; the rest is at least as long as the secret.
    """
    data = secret.strip().encode("utf-8", "surrogatepass")
    if len(data) < _LEAST or mask_names.is_weak(secret):
        return
    for before in range(3):
        whole = b64encode(b"\0" * before + data).decode()
        part = whole[(8 * before + 5) // 6 : 8 * (before + len(data)) // 6]
        yield part
        if "+" in part or "/" in part:
            yield part.replace("+", "-").replace("/", "_")
