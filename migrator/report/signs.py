"""Characters that a terminal interprets or does not show: escaped in output for people, and found in values."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.values.edits import Route, Value

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that are letters or marks in Unicode but are not visible. Source: Default_Ignorable_Code_Point in
https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, and the empty Braille pattern."""


def is_unseen(sign: str) -> bool:
    """Whether a character can hide in a word: it has no width, reverses the text, or is a blank other than a space."""
    from unicodedata import category

    return sign in _BLANK or category(sign) == "Cf"


def unseen_in(value: Value, route: Route = ()) -> Iterator[tuple[Route, list[str]]]:
    """Where in values such characters are, in a key or in a text: the route, and each character once."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from unseen_in(key, (*route, key))
            yield from unseen_in(child, (*route, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from unseen_in(child, (*route, number))
    elif isinstance(value, str) and not value.isascii():
        signs = [sign for sign in dict.fromkeys(value) if is_unseen(sign)]
        if signs:
            yield route, signs


def visible(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with every character that a terminal would interpret or not show as an escape: `\x1b`, `\n`, `\u202e`.

    `ascii_only` also escapes everything beyond ASCII, except for some typographic characters that have an ASCII form.
    """
    if ascii_only and not text.isascii():
        text = "".join(sign if sign.isascii() else _TYPED.get(sign) or _escaped(sign) for sign in text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign if sign.isprintable() and sign not in _BLANK else _escaped(sign) for sign in text)


_TYPED = {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "×": "x"}
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(sign: str) -> str:
    code = ord(sign)
    if code < 0x100:
        return _NAMED.get(sign, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
