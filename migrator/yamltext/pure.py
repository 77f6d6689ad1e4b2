"""The events of ruamel.yaml's pure Python parser, with the C parser's positions, for use without the C extension."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, ScalarEvent

_FILL = re.compile(r"(?:[ \n\r]|(?<![^ \n\r])#[^\n\r]*)*")
_PROPERTIES = re.compile(r"(?:&[^ \n\r,\[\]{}]* *)*")
_SURROGATE = re.compile("[\ud800-\udfff]")
READ_OTHERWISE = re.compile(
    "(?P<a_tab>\t)"
    "|(?P<a_line_break_other_than_LF_and_CR>[\x85\u2028\u2029])"
    "|(?P<a_byte_order_mark>\ufeff)"
    r"|(?P<a_tag>(?:^|(?<=[\r \[{,]))!(?!= ))"
    r"|(?P<a_directive>(?:^|(?<=\r))%)"
    r"|(?P<an_end_of_a_document>(?:^|(?<=\r))\.\.\.)"
    r"|(?P<a_block_that_begins_a_line>(?:^|(?<=\r))(?:---)? *(?:&[^ \n]+ +)?[|>])",
    re.MULTILINE,
)
"""What ruamel.yaml's pure Python parser reads differently from Helm and libyaml: it follows YAML 1.2 in places."""


class _Mark:
    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


def pure_events(text: str) -> Iterator[Any]:
    """The events of `text`, by the rules of YAML 1.1.

    This parser puts an empty value at the next token; the C parser puts it directly after its colon, where text for it
    must be inserted.
    """
    last = brackets = 0
    for event in _parse(text):
        if isinstance(event, ScalarEvent):
            if _SURROGATE.search(event.value):
                raise MarkedYAMLError(problem="found half a surrogate pair", problem_mark=event.start_mark)
            if not event.style and not event.value and event.start_mark.index == event.end_mark.index:
                match = _FILL.match(text, last)
                assert match
                at = match.end()
                if text[at : at + 1] == ":" and at < event.end_mark.index:
                    # In brackets the C parser also uses the next token.
                    match = _FILL.match(text, at + 1)
                    assert match
                    event.start_mark = event.end_mark = _Mark(match.end() if brackets else at + 1)
            last = event.end_mark.index
        elif isinstance(event, CollectionStartEvent):
            match = _PROPERTIES.match(text, event.start_mark.index)
            assert match
            brackets += bool(event.flow_style)
            last = match.end()
        else:
            last = event.end_mark.index
        if isinstance(event, CollectionEndEvent) and brackets:
            brackets -= 1
        yield event


def _parse(text: str) -> Iterator[Any]:
    """The parser's own events. Raises MarkedYAMLError for one that it reads differently from Helm."""
    otherwise = READ_OTHERWISE.search(text)
    if otherwise is not None:
        what = next(name for name, found in otherwise.groupdict().items() if found is not None).replace("_", " ")
        problem = f"{what} is read by the C parser of ruamel.yaml only (pip install ruamel.yaml.clib)"
        raise MarkedYAMLError(problem=problem, problem_mark=_Mark(otherwise.start()))
    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 1)
    return iter(parser.parse(text))
