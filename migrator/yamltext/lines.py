"""The lines of a text, and what is between its tokens. All offsets are in characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

# YAML 1.1 breaks lines at these, and so does Helm's parser.
# Compiled when first needed: reading a file needs none of them, and compiling all would add 2 ms to every start.
compiled: Callable[[str], re.Pattern[str]] = cache(re.compile)

BREAK = "\r\n|[\n\r\x85\u2028\u2029]"
BREAK_AT_END = "(?:\r\n|[\n\r\x85\u2028\u2029])\\Z"
_TO_EOL = "[^\n\r\x85\u2028\u2029]*"
# Between tokens: spaces, tabs, breaks and comments.
_FILL = "(?:[ \t\n\r\x85\u2028\u2029]+|(?<![^ \t\n\r\x85\u2028\u2029])#[^\n\r\x85\u2028\u2029]*)*"


class Lines:
    """A text by its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Nearly every text has only line feeds, and then whole lines are found many times faster.
        self._only_line_feeds = not any(char in text for char in "\r\x85\u2028\u2029")
        self._line_starts: list[int] = []

    def line(self, offset: int) -> int:
        """The number of the line with `offset`, from 1."""
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in compiled(BREAK).finditer(self.text))]
        return bisect_right(self._line_starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line with `offset` begins."""
        if self._only_line_feeds:
            return self.text.rfind("\n", 0, offset) + 1
        self.line(0)
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def start_of_line(self, line: int) -> int:
        """Where the line with that number begins; for a number beyond the last, where the last line begins."""
        self.line(0)
        return self._line_starts[min(max(line, 1), len(self._line_starts)) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line ends, from `offset` on, without its break."""
        if self._only_line_feeds:
            end = self.text.find("\n", offset)
            return end if end >= 0 else len(self.text)
        match = compiled(_TO_EOL).match(self.text, offset)
        assert match
        return match.end()

    def next_line(self, offset: int) -> int:
        """Where the line after that of `offset` begins, or the end of the text."""
        end = self.line_end(offset)
        if self._only_line_feeds:
            return min(end + 1, len(self.text))
        match = compiled(BREAK).match(self.text, end)
        return match.end() if match else end

    def column(self, offset: int) -> int:
        """How many characters come before `offset` on its line."""
        return offset - self.line_start(offset)

    def skip_fill(self, offset: int) -> int:
        """The first offset, from `offset` on, that is not a space, tab, break or comment."""
        match = compiled(_FILL).match(self.text, offset)
        assert match
        return match.end()
