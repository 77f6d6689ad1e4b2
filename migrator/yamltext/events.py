"""The parser's events: by which parser, and in words where it refuses a text."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ruamel.yaml.error import YAMLError
from ruamel.yaml.scanner import ScannerError

T = TypeVar("T")


class UnreadableError(Exception):
    """Text that is not YAML as Helm reads it, and the offset in it, in characters, where that shows."""

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
    # `iter` with a sentinel keeps the loop in C; the parser answers None after the last event.
    return iter(CParser(text).get_event, None)


def parser_name() -> str:
    """Which parser reads, for a report of a mistake."""
    try:
        import _ruamel_yaml  # noqa: F401
    except ImportError:
        return "pure Python"
    return "C (ruamel.yaml.clib)"


def by_either_parser(work: Callable[[Iterator[Any]], T], text: str, events: Iterator[Any]) -> T:
    """What `work` makes of `events`, or of the pure parser's where only that reads the text. Raises UnreadableError."""
    # Nothing made here is garbage before the end; looking for some all the while costs a tenth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return work(events)
    except ScannerError as error:
        # The C parser refuses `[a:b]`, which Helm and the pure parser read as one scalar.
        if error.problem != "found unexpected ':'":
            raise _in_words(error, text) from error
    except YAMLError as error:
        raise _in_words(error, text) from error
    finally:
        if collecting:
            gc.enable()
    from migrator.yamltext.pure import pure_events

    try:
        return work(pure_events(text))
    except YAMLError as error:
        raise _in_words(error, text) from error


def _in_words(error: YAMLError, text: str) -> UnreadableError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "") or error)
    # The reader's own errors (control characters) have a position and no mark.
    return UnreadableError(
        problem.splitlines()[0], mark.index if mark is not None else getattr(error, "position", len(text))
    )
