"""Whether a file's bytes can concern these charts, decided without parsing: most files of a directory cannot.

Every word that a parser would find is in the bytes as written, with four exceptions: an escape in double quotes
(`"\\x69nfrahub"`), a tag that decodes base64, a tag whose own name is escaped, and UTF-16. A file with any of them is
parsed. An alias only repeats what is in the file, and needs no care.

Sources: https://yaml.org/spec/1.1/#id872840 (escapes), https://yaml.org/type/binary.html.
"""

from __future__ import annotations

import os
import re

_OURS = (b"infrahub", b"prefect", b"configpreset", b"backgroundservices")
"""Keys, names and images of these charts, in lower case."""

_SHAPES = (b"uiconfig",)
"""Other words that mark these charts' values in an object that embeds them."""

_REFERRING = (
    (b"helmrelease", (b"valuesfrom", b"chartref")),
    (b"kustom", (b"generator", b"patches", b"replacements", b"helmcharts")),
)
"""Objects that can take values of these charts from another file, or change them, with the keys that do so."""

_HIDDEN = re.compile(rb"\\[xuU\r\n]|!\S*(?:binary|%)|^%TAG", re.MULTILINE)


def mentions(name: str, data: bytes) -> bool:
    """Whether a file's path or bytes contain a key, name or image of these charts."""
    low = data.lower()
    if b"\0" in low:  # in UTF-16 every other byte
        low = low.replace(b"\0", b"")
    return any(word in low for word in _OURS) or any(word in os.fsencode(name).lower() for word in _OURS)


def hides_words(data: bytes) -> bool:
    """Whether the file may contain words that are escaped or encoded."""
    return (b"\\" in data or b"!" in data or b"%TAG" in data) and _HIDDEN.search(data) is not None


def may_concern(name: str, data: bytes) -> bool:
    """Whether a file is worth parsing: it may have values of these charts, or refer to or change another file's."""
    low = data.lower()
    if any(word in low for word in _OURS) or any(word in low for word in _SHAPES):
        return True
    around = os.fsencode(os.path.basename(name)).lower() + b"\n" + low if b"kustom" not in low else low
    if any(kind in around and any(word in low for word in words) for kind, words in _REFERRING):
        return True
    return b"\0" in data or hides_words(data) or any(word in os.fsencode(name).lower() for word in _OURS)
