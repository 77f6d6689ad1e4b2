"""A text as it is, and in forms that published files do not have."""

from __future__ import annotations

from collections.abc import Iterator

BOM = b"\xef\xbb\xbf"


def variants(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it is, and with CRLF, with a byte-order mark, and without its final newline."""
    yield "as is", data
    yield "CRLF", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield "BOM", data if data.startswith(BOM) else BOM + data
    yield "no final newline", data.rstrip(b"\r\n")
