"""The unified diff that `git apply` and `patch -p1` accept, byte for byte.

There is deliberately no `diff --git` line: with one, git takes the names as relative to the top of the repository; in a
plain diff as relative to the current directory, as `patch` does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from migrator.report.linediff import hunks, signed
from migrator.report.mask import Mask
from migrator.report.records import Report
from migrator.report.result_records import LayerReport

_MASKED = (
    b"# For reading only: credentials are masked (***1, ***2, ...), so this patch cannot be applied.\n"
    b"# --show-secrets prints the one that can.\n"
)
_FROM_ROOT = b"# Files outside the working directory are named from /: apply it there.\n"
_NO_NEWLINE = b"\\ No newline at end of file\n"
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def diff(report: Report, *, mask: Mask) -> bytes:
    """The differences of every layer that changes; empty if none does.

    If a credential had to be masked, a comment at the top says so, and no program accepts the hunk headers: a mask must
    not get into anybody's file.
    """
    report = mask.conceal(report)
    return patch([layer for file in report.files for layer in file.layers], mask)


def patch(layers: Sequence[LayerReport], mask: Mask) -> bytes:
    """The same for layers of a report that is already masked."""
    layers = [layer for layer in layers if layer.before != layer.after]
    names = [_relative(layer.path) for layer in layers]
    parts = [_of_layer(layer, name, mask) for layer, (name, _) in zip(layers, names)]
    is_masked = any(masked for _, masked in parts)
    text = b"".join(part for part, _ in parts)
    if is_masked:
        text = b"".join(_of_layer(layer, name, mask, b"@@ masked ")[0] for layer, (name, _) in zip(layers, names))
    comments = (_MASKED if is_masked else b"") + (_FROM_ROOT if any(outside for _, outside in names) else b"")
    return comments + text


def _of_layer(layer: LayerReport, name: str, mask: Mask, at: bytes = b"@@ ") -> tuple[bytes, bool]:
    """One file's diff, and whether masking changed any line of it."""
    before, after = _lines(layer.before), _lines(layer.after)
    shown = _shown(before, layer.before, mask), _shown(after, layer.after, mask)
    parts = [b"--- " + _name("a/" + name), b"+++ " + _name("b/" + name)]
    is_masked = False
    for hunk in hunks(before, after):
        ranges = _range(hunk.start, hunk.end, b"-"), _range(hunk.new_start, hunk.new_end, b"+")
        parts.append(at + b" ".join(ranges) + b" @@\n")
        parts += [_line(*each) for each in signed(hunk, *shown)]
        is_masked |= shown[0][hunk.start : hunk.end] != before[hunk.start : hunk.end]
        is_masked |= shown[1][hunk.new_start : hunk.new_end] != after[hunk.new_start : hunk.new_end]
    return b"".join(parts), is_masked


def _line(sign: str, line: bytes) -> bytes:
    return sign.encode() + line if line.endswith(b"\n") else sign.encode() + line + b"\n" + _NO_NEWLINE


def _lines(data: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def _shown(lines: Sequence[bytes], data: bytes, mask: Mask) -> Sequence[bytes]:
    if mask.show_secrets:
        return lines
    masked = mask.lines(data.decode("utf-8", "surrogateescape"))
    return [
        text.encode("utf-8", "surrogateescape") + (b"\n" if line.endswith(b"\n") else b"")
        for text, line in zip(masked, lines)
    ]


def _range(start: int, end: int, sign: bytes) -> bytes:
    """`-START,COUNT`: lines count from 1; an empty range names the line before it."""
    count = end - start
    text = b"%d" % (start + 1 if count else start)
    return sign + (text if count == 1 else text + b",%d" % count)


def _relative(path: str) -> tuple[str, bool]:
    """A name that git accepts (neither absolute nor with `..`), and whether it is relative to `/` instead of here."""
    if path == "-":
        return "stdin", False
    whole = os.path.abspath(path)
    here = os.getcwd().rstrip(os.sep) + os.sep
    outside = not whole.startswith(here)
    name = os.path.splitdrive(whole)[1].lstrip(os.sep) if outside else whole[len(here) :]
    return name.replace(os.sep, "/"), outside


def _name(name: str) -> bytes:
    """A file name as git writes it: quoted if it has special characters, followed by a tab if it has a space."""
    raw = os.fsencode(name)
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in raw):
        return raw + (b"\t\n" if b" " in raw else b"\n")
    return b'"' + b"".join(_quoted(byte) for byte in raw) + b'"\n'


def _quoted(byte: int) -> bytes:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return bytes((byte,)) if 32 <= byte < 127 else b"\\%03o" % byte
