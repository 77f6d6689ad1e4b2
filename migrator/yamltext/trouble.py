"""What keeps a text from being YAML, in words for whoever wrote it; the parser's own stand behind them."""

from __future__ import annotations

import re

TAB = "is indented with a tab, and YAML takes spaces only: put spaces in its place"
SIGN = "has a value that begins with {sign}, which YAML keeps for itself: put the value in quotes"
QUOTE = "opens a quote that nothing closes: close it, or take it out"
INDENT = (
    "is indented otherwise than the lines that it belongs to: give it as many spaces as they have, or look whether "
    "what stands above it has text behind its closing quote"
)
ITEM = "stands among the items of a list and is none: begin it with -, or indent it as the key that it belongs to"
BRACKET = "opens a bracket in which a comma or the end is missing: close it, or put the text in quotes"
COLON = "has a second colon, or is indented too far: put a value that holds a colon and a blank in quotes"
NO_COLON = "has text where a key is expected: write a colon and a blank behind the key, or indent what goes on above"

CONFLICT = "holds a conflict that git left in it (<<<<<<< to >>>>>>>): settle it first"
_BEGINS, _ENDS = re.compile(r"^<{7} ", re.MULTILINE), re.compile(r"^>{7} ", re.MULTILINE)

_AT_THE_START = {"unexpected end of stream": QUOTE, "expected ',' or": BRACKET}
"""What shows only later, at a place that says nothing: told where it began."""

_AT_THE_PLACE = {
    "did not find expected key": INDENT,
    "expected '-' indicator": ITEM,
    "mapping values are not allowed": COLON,
}


def in_words(problem: str, text: str, at: int, began: int | None) -> tuple[str, int]:
    """The message for what the parser says, and the offset that it speaks of.

    `at` is where the parser stopped, `began` where what it was reading begins, if it says so.
    """
    conflict = _BEGINS.search(text)
    if conflict and _ENDS.search(text, conflict.end()):
        return CONFLICT, conflict.start()
    words, place = _words(problem, text, at, began)
    return (f"{words} (the parser: {problem})" if words else problem), place


def _words(problem: str, text: str, at: int, began: int | None) -> tuple[str, int]:
    if "cannot start any token" in problem:
        sign = text[at : at + 1]
        return (TAB if sign == "\t" else SIGN.format(sign=sign)), at
    if "could not find expected ':'" in problem:
        return NO_COLON, at if began is None else began
    for words, told in _AT_THE_START.items():
        if words in problem and began is not None and text[began : began + 1] in "\"'[{":
            return told, began
    return next((told for words, told in _AT_THE_PLACE.items() if words in problem), ""), at
