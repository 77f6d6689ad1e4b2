"""Whether a file's bytes can concern these charts, told before any parser sees them: most files of a directory cannot.

What a parser would find stands in the bytes as it is, but for four ways to write a word so that it does not: an escape
in double quotes (`"\\x69nfrahub"`), a tag that makes a text of base64, a tag whose own name is written so, and UTF-16.
A file with any of them is looked at closer. An alias repeats what stands in the file, and needs no care.

Sources: https://yaml.org/spec/1.1/#id872840 (escapes), https://yaml.org/type/binary.html.
"""

from __future__ import annotations

import os
import re

_OURS = (b"infrahub", b"prefect", b"configpreset", b"backgroundservices")
"""Keys, charts and images of these charts, in lower case."""

_SHAPES = (b"uiconfig",)
"""What else has the shape of their values, in an object that embeds some."""

_AROUND = (
    (b"helmrelease", (b"valuesfrom", b"chartref")),
    (b"kustom", (b"generator", b"patches", b"replacements", b"helmcharts")),
)
"""What can hold values of these charts by way of another file, or change them, and says so by one of these words."""

_HIDDEN = re.compile(rb"\\[xuU\r\n]|!\S*(?:binary|%)|^%TAG", re.MULTILINE)


def mentions(name: str, data: bytes) -> bool:
    """Whether a file's path or its bytes hold a key, chart or image of these charts."""
    low = data.lower()
    if b"\0" in low:  # in UTF-16 every other byte
        low = low.replace(b"\0", b"")
    return any(word in low for word in _OURS) or any(word in os.fsencode(name).lower() for word in _OURS)


def hides_words(data: bytes) -> bool:
    """Whether words can stand in the file otherwise than as their letters."""
    return (b"\\" in data or b"!" in data or b"%TAG" in data) and _HIDDEN.search(data) is not None


def may_concern(name: str, data: bytes) -> bool:
    """Whether a file is worth parsing: it may hold values of these charts, or say what becomes of those of another."""
    low = data.lower()
    if any(word in low for word in _OURS) or any(word in low for word in _SHAPES):
        return True
    around = os.fsencode(os.path.basename(name)).lower() + b"\n" + low if b"kustom" not in low else low
    if any(kind in around and any(word in low for word in words) for kind, words in _AROUND):
        return True
    return b"\0" in data or hides_words(data) or any(word in os.fsencode(name).lower() for word in _OURS)
