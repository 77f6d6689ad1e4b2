"""How a value is written as one YAML scalar, so that Helm, and any other reader, reads the same value back."""

from __future__ import annotations

import re

from migrator.values.edits import Scalar
from migrator.yamltext.record import FOLDED, LITERAL, PLAIN, SINGLE
from migrator.yamltext.scalars import resolve

# Indicators that may not begin a plain scalar; `-`, `?` and `:` may if something follows them, but need not.
_PLAIN_BLOCK = re.compile(
    "(?![-?:,\\[\\]{}#&*!|>'\"%@` ])(?!\\.\\.\\.)[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]*\\Z"
)
_DASH_WORD = re.compile(r"-[A-Za-z0-9_/.=-]*[A-Za-z0-9_/=-]\Z")
# Inside brackets, only what every reader accepts.
_PLAIN_FLOW = re.compile(r"[A-Za-z0-9_./$(~+][A-Za-z0-9_./$()~+@%*=^ -]*\Z")
# Strings to Helm that other readers of YAML 1.1 or 1.2 take for another type.
_MISREAD_ELSEWHERE = re.compile(
    r"(?:[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?"  # base 60
    r"|\d{4}-\d\d?-\d\d?(?:[Tt ].*)?"  # dates
    r"|[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[-+]?[\d_]*\.?[\d_]+(?:[eE][-+]?\d+)?)"  # numbers
    r"|(?i:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)|=|<<)\Z"
)
_MISREAD_STARTS = frozenset("+-.0123456789=<yYnNtTfFoOiI")
_NOT_SINGLE = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def may_be_plain(text: str, *, flow: bool) -> bool:
    """Whether the string `text` can be written without quotes and still be that string to every reader."""
    if not text or text != text.strip() or resolve(text) is not text:
        return False
    if text[0] in _MISREAD_STARTS and _MISREAD_ELSEWHERE.match(text):
        return False
    if flow:
        return _PLAIN_FLOW.match(text) is not None
    if ": " in text or " #" in text or text.endswith(":") or text.startswith("---"):
        return False
    return _PLAIN_BLOCK.match(text) is not None or _DASH_WORD.match(text) is not None


def may_be_single(text: str) -> bool:
    """Whether the string `text` can be written in single quotes on one line."""
    return _NOT_SINGLE.search(text) is None


def write_string(text: str, style: int, *, flow: bool) -> str:
    """The string `text` on one line in `style` if possible, else in double quotes.

    Raises ValueError for half a surrogate pair, which YAML cannot represent.
    """
    if _SURROGATE.search(text):
        raise ValueError("a text with half a surrogate pair cannot be written as YAML")
    if style == PLAIN and may_be_plain(text, flow=flow):
        return text
    if style == SINGLE and may_be_single(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    return _ESCAPES.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def write_other(value: Scalar) -> str:
    """A null, boolean or number as Helm reads it back, types included."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        if value != value:
            return ".nan"
        if value in (float("inf"), float("-inf")):
            return ".inf" if value > 0 else "-.inf"
        return repr(value)
    return str(value)


def block_scalar(text: str, style: int) -> tuple[str, list[str]] | None:
    """The header and the lines (without indentation) of `text` as a block scalar in `style`; None if it cannot be one.

    Texts whose first line begins with a space or a tab, and texts with characters that YAML must escape, need double
    quotes.
    """
    body = text.rstrip("\n")
    tail = len(text) - len(body)
    lines = body.split("\n")
    if not body or lines[0][:1] in ("", " ", "\t") or any(_NOT_SINGLE.search(line) for line in lines):
        return None
    if any(line != line.rstrip(" \t") and not line.strip() for line in lines):
        return None
    chomping = ("-", "", "+")[min(tail, 2)]
    if style == FOLDED:
        if any(not line or line[0] in " \t" for line in lines):
            style = LITERAL
        else:
            lines = [part for line in lines for part in (line, "")][:-1]
    return ("|" if style == LITERAL else ">") + chomping, lines + [""] * (tail - 1)
