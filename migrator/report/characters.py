"""Characters that a terminal interprets or does not show: escaped in output for people, and found in values."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.values.edits import Route, Value

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that are letters or marks in Unicode but are not visible. Source: Default_Ignorable_Code_Point in
https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, and the empty Braille pattern."""


def is_invisible(character: str) -> bool:
    """Whether a character can hide in a word: it has no width, reverses the text, or is a blank other than a space."""
    from unicodedata import category

    return character in _BLANK or category(character) == "Cf"


def invisible_in(value: Value, route: Route = ()) -> Iterator[tuple[Route, list[str]]]:
    """Where in values such characters are, in a key or in a text: the route, and each character once."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from invisible_in(key, (*route, key))
            yield from invisible_in(child, (*route, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from invisible_in(child, (*route, number))
    elif isinstance(value, str) and not value.isascii():
        characters = [character for character in dict.fromkeys(value) if is_invisible(character)]
        if characters:
            yield route, characters


def visible(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with every character that a terminal would interpret or not show as an escape: `\x1b`, `\n`, `\u202e`.

    `ascii_only` also escapes everything beyond ASCII, except for some typographic characters that have an ASCII form.
    """
    if ascii_only and not text.isascii():
        text = "".join(
            character if character.isascii() else _TYPED.get(character) or _escaped(character) for character in text
        )
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() and character not in _BLANK else _escaped(character) for character in text
    )


_TYPED = {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "×": "x"}
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return _NAMED.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
