"""Credentials in YAML as text, found line by line.

A diff shows lines, not values: with a comment turned off, in a file that no parser reads, in a values file embedded in
another. So this looks for the shapes in which a credential stands in YAML text, and for nothing else of YAML; that the
values are known from a parser as well covers what text alone does not show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from migrator.report import mask_names

_KEY = (
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#&*!|>%@`{}\[\],:-](?:[^\s\"'#{}\[\],:]|:(?=\S))*|-[^\s\"'#{}\[\],:]+"
)
_LINE = re.compile(
    rf"(?P<lead>[ \t\ufeff]*(?P<hash>#[# \t]*)?(?P<dash>(?:-[ \t]+)*))(?P<key>{_KEY})[ \t]*:(?=[ \t\r]|$)"
)
_FLOW_ENTRY = re.compile(
    rf"(?P<head>[{{,][ \t]*(?P<key>{_KEY})[ \t]*:[ \t]*)"
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s,{}\[\]\"'][^,{}\[\]]*)"
)
_FLOW_MAP = re.compile(r"\{[^{}]*\}")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?!.*-----END)")
_OF_A_PRIVATE_KEY = re.compile(r"[#\s]*(?:[A-Za-z0-9+/=]+|Proc-Type:.*|DEK-Info:.*)\s*")
_DASHES = re.compile(r"(?:-[ \t]+)*")
_PROPERTIES = re.compile(r"[ \t]*(?:[&!]\S*[ \t]+)*")
_QUOTED = {'"': re.compile(r'"((?:[^"\\]|\\.)*)"'), "'": re.compile(r"'((?:[^']|'')*)'")}
_CLOSING = {'"': re.compile(r'(?:[^"\\]|\\.)*?"'), "'": re.compile(r"(?:[^']|'')*?'(?!')")}
_FLAG = re.compile(r"[ \t]*-[ \t]+[\"']?--?(?P<name>[A-Za-z][\w-]*)[\"']?[ \t]*\r?$")
_ITEM = re.compile(r"(?P<lead>[ \t]*(?:#[# \t]*)?(?:-[ \t]+)+)(?P<rest>.*)$", re.DOTALL)

_FAR = 500  # lines of one list item that are searched for the entry's name: a bound against hostile files


class _Line(NamedTuple):
    """A line's structure: columns of its first sign (dashes count) and of its key, the key, where the rest begins."""

    first: int
    column: int
    key: str
    rest: int
    is_comment: bool
    has_dash: bool
    is_blank: bool


class _Open(NamedTuple):
    """What the line before left open: `quote` until that quote closes, else every line deeper than `column`.

    `loose` means that the value has not begun yet, so that what stands deeper may be keys of a mapping. In a block
    scalar (`literal`) a # begins no comment.
    """

    column: int
    quote: str = ""
    loose: bool = False
    literal: bool = False
    indentless: bool = False


def mask(lines: Sequence[str], mark: Callable[[str], str], inline: Callable[[str], str]) -> list[str]:
    """The lines with every credential replaced by its mark, one for one.

    `mark` answers what stands for a secret (the text itself, where it is none); `inline` masks what can stand anywhere.
    """
    structure = [_structure(line) for line in lines]
    masked: list[str] = []
    opened: _Open | None = None
    container: _Open | None = None
    flagged = in_private_key = False
    for number, line in enumerate(lines):
        here = structure[number]
        if in_private_key and _OF_A_PRIVATE_KEY.fullmatch(line):
            masked.append(_whole(line, mark))
            continue
        in_private_key = "-----BEGIN" in line and _PRIVATE_KEY.search(line) is not None
        if opened is not None and opened.quote:
            text, closed = _until_quote(line, opened.quote, mark, inline)
            masked.append(text)
            opened = None if closed else opened
            continue
        if not line.strip():
            masked.append(line)
            continue
        if opened is not None and not _is_within(here, opened) and not here.is_comment:
            opened = None
        if container is not None and not _is_within(here, container) and not here.is_comment:
            container = None
        if opened is not None and _is_within(here, opened) and _continues(here, opened):
            masked.append(_whole(line, mark))
            continue
        if flagged and (item := _ITEM.match(line)):
            masked.append(item["lead"] + _scalar(item["rest"], mark, inline)[0])
            flagged = False
            continue
        flag = _FLAG.match(line)
        flagged = flag is not None and mask_names.is_credential(flag["name"])
        inside = container is not None and _is_within(here, container) and not _explains(here, line)
        inherits = inside and not mask_names.belongs_to_a_reference(here.key)
        if here.key and (inherits or mask_names.is_credential(_named(structure, lines, number))):
            rest = _flow(line[here.rest :], mark, inherits or mask_names.is_container(here.key))
            text, left_open = _scalar(rest, mark, inline)
            masked.append(line[: here.rest] + text)
            if left_open is not None and not here.is_comment:
                opened = left_open._replace(column=here.column, indentless=not here.has_dash)
        else:
            masked.append(inline(_flow(line, mark, mask_names.is_container(here.key))))
        if here.key and not here.is_comment and container is None and mask_names.is_container(here.key):
            container = _Open(here.column, indentless=not here.has_dash)
    return masked


def _structure(line: str) -> _Line:
    match = _LINE.match(line)
    if match is None:
        stripped = line.lstrip(" \t\ufeff")
        first = len(line) - len(stripped)
        column = first + len(_DASHES.match(stripped)[0])  # type: ignore[index]
        return _Line(first, column, "", 0, stripped.startswith("#"), column > first, not stripped.strip())
    lead = match["lead"]
    first = len(lead) - len(match["dash"])
    key = match["key"].strip("\"'")
    return _Line(first, len(lead), key, match.end(), match["hash"] is not None, bool(match["dash"]), False)


def _continues(line: _Line, opened: _Open) -> bool:
    """Whether a line deeper than what is open is part of its value."""
    return opened.literal or not (line.is_comment or (opened.loose and line.key))


def _explains(line: _Line, text: str) -> bool:
    """Whether a comment is one for readers (`## ref: https://...`) rather than a key that was commented out."""
    return line.is_comment and ("##" in text or "://" in text)


def _is_within(line: _Line, opened: _Open) -> bool:
    if line.first > opened.column:
        return True
    return opened.indentless and line.first == opened.column and line.has_dash


def _named(structure: Sequence[_Line], lines: Sequence[str], number: int) -> str:
    """The name that says what a key's value is: the key itself or, for `value`, the name that stands beside it."""
    key = structure[number].key
    if key == "value":
        for sibling in _siblings(structure, number):
            if structure[sibling].key in ("name", "key", "Name"):
                return lines[sibling][structure[sibling].rest :].split(" #")[0].strip(" \t\r,\"'")
    return key


def _siblings(structure: Sequence[_Line], number: int) -> Iterator[int]:
    """The lines with the keys that stand beside this line's in one mapping, as far as its item of a list reaches."""
    here = structure[number]
    above = range(number - 1, max(-1, number - _FAR), -1) if not here.has_dash else ()
    below = range(number + 1, min(len(structure), number + _FAR))
    for direction in (above, below):
        for at in direction:
            other = structure[at]
            if other.is_comment != here.is_comment or other.is_blank:
                continue
            begins_item = other.has_dash and other.column == here.column
            if other.first < here.column and (direction is below or not begins_item):
                break
            if other.key and other.column == here.column:
                yield at
            if begins_item:
                break


def _scalar(rest: str, mark: Callable[[str], str], inline: Callable[[str], str]) -> tuple[str, _Open | None]:
    """The rest of a line behind a credential's key, masked, and what it leaves open."""
    begin = _PROPERTIES.match(rest).end()  # type: ignore[union-attr]
    head, body = rest[:begin], rest[begin:]
    if not body.strip() or body[0] == "#":
        return rest[:begin] + inline(body), _Open(0, loose=True)
    if body[0] in "|>":
        return rest, _Open(0, literal=True)
    if body[0] in "*{":
        return head + inline(body), None
    if body[0] in _QUOTED:
        match = _QUOTED[body[0]].match(body)
        if match is None:
            return head + body[0] + mark(body[1:].rstrip("\r")) + _carriage(body), _Open(0, quote=body[0])
        return head + body[0] + mark(_unescaped(match[1], body[0])) + body[0] + inline(body[match.end() :]), None
    if body[0] == "[":
        inner, bracket, tail = body[1:].rpartition("]")
        if bracket:
            return head + "[" + (mark(inner) if inner.strip() else inner) + "]" + inline(tail), None
        return head + "[" + mark(body[1:].rstrip("\r")) + _carriage(body), _Open(0)
    plain, comment = _cut_comment(body)
    text = plain.rstrip(" \t\r,")
    return head + mark(text) + plain[len(text) :] + inline(comment), _Open(0)


def _flow(line: str, mark: Callable[[str], str], inherits: bool) -> str:
    """The line with the credentials in its `{key: value}` mappings masked."""

    def mapping(found: re.Match[str]) -> str:
        entries = {entry["key"].strip("\"'"): entry["value"].strip() for entry in _FLOW_ENTRY.finditer(found[0])}
        name = next((entries[key].strip("\"'") for key in ("name", "key", "Name") if key in entries), "")

        def entry(each: re.Match[str]) -> str:
            key = each["key"].strip("\"'")
            wanted = mask_names.is_credential(name if key == "value" and name else key)
            if not wanted and not (inherits and not mask_names.belongs_to_a_reference(key)):
                return each[0]
            value = each["value"]
            body = value.rstrip()
            if body[:1] in _QUOTED and body[-1:] == body[:1] and len(body) > 1:
                return each["head"] + body[0] + mark(_unescaped(body[1:-1], body[0])) + body[0] + value[len(body) :]
            return each["head"] + mark(body) + value[len(body) :]

        return _FLOW_ENTRY.sub(entry, found[0])

    return _FLOW_MAP.sub(mapping, line) if "{" in line else line


def _until_quote(line: str, quote: str, mark: Callable[[str], str], inline: Callable[[str], str]) -> tuple[str, bool]:
    """A further line of a quoted scalar, and whether the scalar ends on it."""
    match = _CLOSING[quote].match(line)
    if match is None:
        return _whole(line, mark), False
    text = match[0][:-1]
    body = text.lstrip(" \t")
    return text[: len(text) - len(body)] + (mark(body) if body else "") + quote + inline(line[match.end() :]), True


def _whole(line: str, mark: Callable[[str], str]) -> str:
    body = line.strip(" \t\r")
    at = line.index(body) if body else 0
    item = re.match(r"(?:#[# \t]*)?(?:-[ \t]+)*", body)
    lead = item[0] if item else ""  # what is no part of a value: the signs of a comment and of list items
    quote = body[len(lead) :][:1]
    inner = body[len(lead) :]
    if quote in _QUOTED and len(inner) > 1 and inner[-1] == quote:
        shown = quote + mark(_unescaped(inner[1:-1], quote)) + quote
    else:
        shown = mark(inner) if inner else ""
    return line[:at] + lead + shown + line[at + len(body) :]


def _cut_comment(body: str) -> tuple[str, str]:
    at = re.search(r"[ \t]#", body)
    return (body, "") if at is None else (body[: at.start()], body[at.start() :])


def _unescaped(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("''", "'")
    return re.sub(r"\\([\"\\/])", r"\1", text)


def _carriage(body: str) -> str:
    return "\r" if body.endswith("\r") else ""
