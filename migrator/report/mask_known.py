"""Secrets that are known already, found by their text wherever it is repeated: as it is, escaped, or encoded."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Set
from typing import NamedTuple
from urllib.parse import quote

from migrator.report import mask_names

_LEAST = 8
"""As many characters make a repetition: a shorter word stands in other places without giving anything away."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")


class Known(NamedTuple):
    """What finds secrets: a pattern of the ways to spell them and of the names that stay, and whose each is."""

    pattern: re.Pattern[str] | None
    secrets: dict[str, str]
    names: frozenset[str]
    encoded: dict[str, str]

    def masked(self, text: str, mark: Callable[[str], str]) -> str:
        """The text without them."""
        if self.pattern is not None:
            text = self.pattern.sub(
                lambda found: found[0] if found[0] in self.names else mark(self.secrets[found[0]]), text
            )
        for part, secret in self.encoded.items():
            while (at := text.find(part)) >= 0:
                start, end = at, at + len(part)
                while start and _BASE64.match(text[start - 1]):
                    start -= 1
                while end < len(text) and (_BASE64.match(text[end]) or text[end] == "="):
                    end += 1
                text = text[:start] + mark(secret) + text[end:]
        return text


def finder(secrets: Iterable[str], kept: Set[str], words: Set[str] | None = None) -> Known | None:
    """What finds these secrets in a text, the longest first; None where there is nothing to look for.

    What is `kept` (hosts, images and other names) stays, whatever of it reads like a secret. A sentence is looked
    through for short ones too, unless they are `words` that the values hold in other places as well.
    """
    secrets = list(secrets)
    spellings: dict[str, str] = {}
    for secret in secrets:
        for spelling in _spellings(secret):
            if _is_sought(spelling, words):
                spellings.setdefault(spelling, secret)
    names = frozenset(name for name in kept if any(spelling in name for spelling in spellings))
    encoded = {part: secret for secret in reversed(secrets) for part in _in_base64(secret)}
    if not spellings and not encoded:
        return None
    parts = sorted(names.union(spellings), key=len, reverse=True)
    pattern = "|".join(_as_pattern(part, is_name=part in names) for part in parts)
    return Known(re.compile(pattern) if parts else None, spellings, names, encoded)


def _is_sought(spelling: str, words: Set[str] | None) -> bool:
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
    yield from (part for part in secret.split(":", 1)[1:] if len(part) >= _LEAST)  # user:password
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
