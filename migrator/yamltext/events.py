"""The parser's events, from whichever parser is installed, and readable errors where it refuses a text."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import ScalarEvent
from ruamel.yaml.scanner import ScannerError

T = TypeVar("T")

_COLON = "found unexpected ':'"
_END_OF_WORD = "[ \t\n\r\x85\u2028\u2029]|[,?\\[\\]{}]|\\Z"
_STAND_INS = range(0xE000, 0xF8FF)
"""Characters without a meaning (Unicode's private use area)."""

_FEWEST, _MOST_READ = 4, 1 << 25
"""How often a text is parsed again because of the colons in it, and how many characters in total that may take."""


class UnreadableError(Exception):
    """Text that is not YAML as Helm reads it, and the offset, in characters, where that shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def events_of(text: str) -> Iterator[Any]:
    """The parser's events for `text`, by the C parser where it is installed."""
    try:
        from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # the extension has no stubs
    except ImportError:  # no C extension for this Python
        from migrator.yamltext.pure import pure_events

        return pure_events(text)
    # `iter` with a sentinel keeps the loop in C; the parser returns None after the last event.
    return iter(CParser(text).get_event, None)


def parser_name() -> str:
    """The parser in use, for bug reports."""
    try:
        import _ruamel_yaml  # noqa: F401
    except ImportError:
        return "pure Python"
    return "C (ruamel.yaml.clib)"


def work_through(work: Callable[[Iterator[Any]], T], text: str, events: Iterator[Any]) -> T:
    """The result of `work` on the events of the text; it may be called again, with new ones. Raises UnreadableError."""
    # Nothing made here is garbage before the end; looking for some meanwhile would take a tenth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return work(events)
    except ScannerError as error:
        if error.problem != _COLON:
            raise _readable_error(error, text) from error
        return _with_colons(work, text, error)
    except YAMLError as error:
        raise _readable_error(error, text) from error
    finally:
        if collecting:
            gc.enable()


def _with_colons(work: Callable[[Iterator[Any]], T], text: str, error: ScannerError) -> T:
    """Read `[a:b]`, which Helm reads as one scalar and libyaml 0.1.7 refuses, with another character for such colons.

    It is one character, as the colon is, so every position stays right.
    """
    stand_in = next(stand_in for stand_in in map(chr, _STAND_INS) if stand_in not in text)
    veiled, end_of_word = text, re.compile(_END_OF_WORD)
    for _ in range(max(_FEWEST, _MOST_READ // len(text))):
        at = error.problem_mark.index
        end = end_of_word.search(veiled, at)
        assert end is not None
        is_key = end.group() not in (*",?[]{}",) and veiled[end.start() - 1] == ":"  # the last colon is not part of it
        last = end.start() - is_key
        veiled = veiled[:at] + veiled[at:last].replace(":", stand_in) + veiled[last:]
        try:
            return work(_restored(events_of(veiled), stand_in))
        except ScannerError as again:
            if again.problem != _COLON:
                raise _readable_error(again, text) from again
            error = again
        except YAMLError as again:
            raise _readable_error(again, text) from again
    raise UnreadableError("too many values in brackets contain a colon; put them in quotes", error.problem_mark.index)


def _restored(events: Iterator[Any], stand_in: str) -> Iterator[Any]:
    for event in events:
        if isinstance(event, ScalarEvent) and stand_in in event.value:
            event.value = event.value.replace(stand_in, ":")
        yield event


def _readable_error(error: YAMLError, text: str) -> UnreadableError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    began = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "") or error).splitlines()[0]
    if mark is None:  # the reader's own errors (control characters) have a position instead
        return UnreadableError(problem, getattr(error, "position", len(text)))
    from migrator.yamltext.syntax_errors import explain

    return UnreadableError(*explain(problem, text, mark.index, began.index if began is not None else None))
