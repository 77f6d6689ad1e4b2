"""Secrets that are known already, found by their text wherever it is repeated: as it is, escaped, or encoded.

A run over a thousand releases knows thousands of them, so a text is looked through for their first signs only, and for
those alone of which it has some.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Set
from urllib.parse import quote

from migrator.report import mask_names

_LEAST = 8
"""As many characters make a repetition: a shorter word stands in other places without giving anything away."""

_GRAM = 4  # as many as the shortest that is looked for has
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")


class Known:
    """The secrets of a run."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, str]] = {}  # by their first signs: each way to spell a secret, and whose
        self._encoded: dict[str, dict[str, str]] = {}  # likewise, what any base64 of a text around a secret has in it

    def add(self, secret: str) -> None:
        """Look for one more."""
        for spelling in _spellings(secret):
            if len(spelling) >= _GRAM:
                self._spellings.setdefault(spelling[:_GRAM], {}).setdefault(spelling, secret)
        for part in _in_base64(secret):
            self._encoded.setdefault(part[:_GRAM], {}).setdefault(part, secret)

    def masked(self, text: str, mark: Callable[[str], str], kept: Set[str], words: Set[str] | None = None) -> str:
        """The text without them, the longest first.

        What is `kept` (hosts, images and other names) stays, whatever of it reads like a secret. A sentence is looked
        through for short ones too, unless they are `words` that the values hold in other places as well.
        """
        if not self._spellings:
            return text
        grams = {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}
        found = {each: secret for each, secret in _in_text(self._spellings, grams, text) if _is_sought(each, words)}
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
    """The text without the base64 that the part is in, as far as it reaches."""
    while (at := text.find(part)) >= 0:
        start, end = at, at + len(part)
        while start and _BASE64.match(text[start - 1]):
            start -= 1
        while end < len(text) and (_BASE64.match(text[end]) or text[end] == "="):
            end += 1
        text = text[:start] + mark + text[end:]
    return text


def _is_sought(spelling: str, words: Set[str] | None) -> bool:
    if spelling in ("password", "username", "database"):
        return False  # so it reads in every other sentence
    if not mask_names.is_weak(spelling):
        return True
    return len(spelling) >= _LEAST if words is None else mask_names.stands_out(spelling, words)


def _as_pattern(text: str, *, is_name: bool) -> str:
    """What finds a text: an ordinary word only where it stands alone, and no part of a path or a longer name."""
    if not is_name and mask_names.is_weak(text):
        return rf"(?<![^\s\"'`(\[{{,:]){re.escape(text)}(?![^\s\"'`)\]}},.;:])(?!\.\w|:\S)"
    is_part = not is_name and len(text) >= _LEAST
    return re.escape(text) if is_part else rf"(?<![^\W_]){re.escape(text)}(?![^\W_])"


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, in a URL, in quotes of either kind, and the longer parts of one that has several."""
    yield secret
    yield from (line.strip() for line in secret.splitlines() if len(line.strip()) >= _LEAST)
    for parts in (secret.split(":", 1), secret.split(" ")):  # user:password, and a header's Basic ...
        yield from (part for part in parts[1:] if len(part) >= _LEAST and len(parts) == 2)
    yield from {quote(secret, safe=""), repr(secret)[1:-1], secret.replace("'", "''")}
    yield from {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    if len(secret) >= _LEAST:
        yield from (b64encode(f"{secret}{end}".encode("utf-8", "surrogatepass")).decode() for end in ("", "\n"))
    try:
        decoded = b64decode(secret, validate=True).decode().strip()  # as in the data of a Secret
    except ValueError:
        return
    if len(decoded) >= _LEAST and decoded.isprintable():
        yield decoded


def _in_base64(secret: str) -> Iterator[str]:
    """What is the same in every base64 of a text around a secret, which may begin at any of three places in it.

    Some bits of the first and last character belong to the neighbours; what is left is no shorter than the secret.
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
