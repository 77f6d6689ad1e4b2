"""Readable explanations of why a text is not YAML, with the parser's own message after them."""

from __future__ import annotations

import re

TAB = "is indented with a tab, but YAML allows only spaces: replace it with spaces"
SIGN = "has a value that starts with {sign}, which YAML reserves: put the value in quotes"
QUOTE = "opens a quote that is never closed: close it, or remove it"
INDENT = (
    "is indented differently from the lines it belongs to: indent it as they are, or check whether a line above it "
    "has text after its closing quote"
)
ITEM = "is inside a list but is not a list item: start it with -, or indent it like the key it belongs to"
BRACKET = "opens a bracket that lacks a comma or its closing bracket: close it, or put the text in quotes"
COLON = "has a second colon, or is indented too far: quote a value that contains a colon and a space"
NO_COLON = "has text where a key is expected: add a colon and a space after the key, or indent it to continue a value"

CONFLICT = "has an unresolved git conflict (<<<<<<< to >>>>>>>): resolve it first"
_BEGINS, _ENDS = re.compile(r"^<{7} ", re.MULTILINE), re.compile(r"^>{7} ", re.MULTILINE)

_AT_THE_START = {"unexpected end of stream": QUOTE, "expected ',' or": BRACKET}
"""Errors found only later, at an unhelpful place: reported where the construct began."""

_AT_THE_PLACE = {
    "did not find expected key": INDENT,
    "expected '-' indicator": ITEM,
    "mapping values are not allowed": COLON,
    "found a tab character": TAB,
}


def explain(problem: str, text: str, at: int, began: int | None) -> tuple[str, int]:
    """The message for what the parser says, and the offset it is about.

    `at` is where the parser stopped, `began` where the construct that it was reading begins, if it says so.
    """
    conflict = _BEGINS.search(text)
    if conflict and _ENDS.search(text, conflict.end()):
        return CONFLICT, conflict.start()
    explanation, place = _explanation(problem, text, at, began)
    return (f"{explanation} (the parser: {problem})" if explanation else problem), place


def _explanation(problem: str, text: str, at: int, began: int | None) -> tuple[str, int]:
    if "cannot start any token" in problem:
        sign = text[at : at + 1]
        return (TAB if sign == "\t" else SIGN.format(sign=sign)), at
    if "could not find expected ':'" in problem:
        return NO_COLON, at if began is None else began
    for words, explanation in _AT_THE_START.items():
        if words in problem and began is not None and text[began : began + 1] in "\"'[{":
            return explanation, began
    return next((explanation for words, explanation in _AT_THE_PLACE.items() if words in problem), ""), at
