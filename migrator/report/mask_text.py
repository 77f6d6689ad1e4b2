"""Credentials in YAML text, by the place of every scalar that the parser finds in it.

A comment is read as YAML that may have been commented out, and text inside a value (values in a GitOps object, JSON in
an env entry) as a text of its own. Text that is not YAML is read line by line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from migrator import yamltext
from migrator.errors import MigratorError
from migrator.report import mask_names, mask_shapes
from migrator.report.mask_places import Place, place_at, places_in, places_of
from migrator.values.edits import Value
from migrator.yamltext.layout import Layout
from migrator.yamltext.record import ALIAS, DOUBLE, FOLDED, LITERAL, SINGLE

_DEEPEST = 4  # levels of text inside text
_COMMENT = re.compile(r"(?P<head>(?:.*?[ \t])??#+)(?P<body>.*)", re.DOTALL)
_LINE = re.compile(r"(?P<head>[ \t#]*(?:-[ \t]+)*[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*:[ \t]+)(?P<rest>\S.*)", re.DOTALL)
_QUOTES = {SINGLE: "'", DOUBLE: '"'}


Piece = tuple[str, str, str]
"""A part of a text with its credentials masked, its meaning (empty: not searched further), and its spelling.

The spelling is empty if the text is its own meaning; otherwise it is the quote around it, or " " for several lines.
"""


class Finder(Protocol):
    """Remembers the secrets that are found, and provides their masks."""

    def mark(self, secret: str) -> str: ...

    def in_text(self, text: str) -> str:
        """The text with credentials masked that are recognised by shape."""

    def note_value(self, value: Value, place: Place) -> None:
        """Remember a scalar that is not a secret."""


def pieces(text: str, finder: Finder, place: Place = Place(), depth: int = 0) -> Iterator[Piece]:  # noqa: B008
    """The text in pieces, with as many lines as before; `place` is its place if it is part of another text."""
    mark = text[:1] if text.startswith("\ufeff") else ""
    if depth and "\r" in text.replace("\r\n", ""):  # YAML has a line break there, the text around it does not
        yield from _line_by_line(text, finder)
        return
    try:
        stream = yamltext.parse(text.encode("utf-8", "surrogateescape"))
        layout = stream.layout
    except MigratorError:
        yield from _line_by_line(text, finder)
        return
    roots = [document.record.first for document in stream.documents]
    if depth and not any(layout.is_mapping(root) or layout.is_sequence(root) for root in roots):
        yield from _line_by_line(text, finder)
        return
    judged = _Judge(layout, finder)
    for root in roots:
        judged.walk(root, place)
    if mark:
        yield mark, "", ""
    at = 0
    around = Place()
    for node in sorted((*judged.places, *judged.keys)):
        start, stop = layout.content_start(node), layout.stop(node)
        around = judged.keys.get(node, around)
        yield from _between(layout.text[at:start], finder, around, depth, is_first=not at)
        if node in judged.keys:
            yield layout.text[start:stop], "", ""
        else:
            yield from _scalar(layout, node, judged.places[node], finder, depth)
        at = max(at, stop)
    yield from _between(layout.text[at:], finder, around, depth, is_first=not at)


class _Judge:
    """Finds the place of every scalar of a text; one that is also used through an alias counts in both places."""

    def __init__(self, layout: Layout, finder: Finder) -> None:
        self.places: dict[int, Place] = {}
        self.keys: dict[int, Place] = {}  # the place is that of their mapping
        self._layout = layout
        self._finder = finder
        self._seen: set[tuple[int, Place]] = set()

    def walk(self, node: int, place: Place) -> None:
        layout, record = self._layout, self._layout.record
        if record.kinds[node] == ALIAS:
            target = record.aliases[node], place
            if (place.wanted or place.inherits) and target not in self._seen:
                self._seen.add(target)
                self.walk(*target)
            return
        value = record.values[node]
        if isinstance(value, dict):
            of = places_in(value, place)
            for child in layout.children(node):
                if layout.is_merge(child):
                    self.keys[child.key] = place
                    self.walk(child.node, place)
                    continue
                key = layout.key_of(child)
                if record.kinds[child.key] < ALIAS:
                    self.keys[child.key] = place
                    self._finder.note_value(key, Place())
                self.walk(child.node, of(key))
        elif isinstance(value, list):
            for item, item_place in zip(layout.firsts(node), places_of(value, place)):
                self.walk(item, item_place)
        elif node not in self.places or not self.places[node].wanted:
            self.places[node] = place


def _scalar(layout: Layout, node: int, place: Place, finder: Finder, depth: int) -> Iterator[Piece]:
    start, stop = layout.content_start(node), layout.stop(node)
    text, kind, value = layout.text[start:stop], layout.record.kinds[node], layout.record.values[node]
    if not text or value is None or isinstance(value, bool):
        yield text, "", ""
        return
    quote = _QUOTES.get(kind, "")
    body = text[1:-1] if quote else text
    if kind in (LITERAL, FOLDED):
        first = layout.line_end(start) - start
        yield text[:first], "", ""
        body = text = text[first:]
    means = str(value)
    if place.wanted:
        shown = finder.mark(means)
        yield text if shown == means else quote + _on_each_line(body, shown) + quote, "", ""
        return
    finder.note_value(value, place)
    if kind in (LITERAL, FOLDED):
        yield from _prefixed(body, " " * layout.block_scalar_indent(node), finder, depth)
    elif not isinstance(value, str):
        yield text, means if means == text else "", ""
    elif body == means:
        yield quote, "", ""
        yield from inside(body, finder, depth)
        yield quote, "", ""
    else:
        shown = "".join(piece[0] for piece in inside(means, finder, depth))
        spelling = quote if quote and "\n" not in body and (quote == '"' or "\n" not in means) else " "
        yield text if shown == means else respelled(text, shown, spelling), shown, spelling


def respelled(text: str, shown: str, quote: str) -> str:
    """What to show instead of a piece, in the same spelling (see `Piece`)."""
    if not quote:
        return shown
    if quote == '"':
        return json.dumps(shown, ensure_ascii=False)
    return "'" + shown.replace("'", "''") + "'" if quote == "'" else _on_each_line(text, "***")


def inside(text: str, finder: Finder, depth: int) -> Iterator[Piece]:
    """Text inside a value or a comment."""
    is_yaml = "\n" in text or text.lstrip()[:1] in ("{", "[")
    if (
        is_yaml
        and depth < _DEEPEST
        and (mask_names.may_hold_credential_name(text) or mask_shapes.may_hold_credential(text))
    ):
        yield from pieces(text, finder, depth=depth + 1)
    else:
        shown = finder.in_text(text)
        yield shown, shown, ""


def _between(text: str, finder: Finder, around: Place, depth: int, *, is_first: bool) -> Iterator[Piece]:
    """The text between two scalars: punctuation, blanks, and comments; consecutive comment lines count as one."""
    if "#" not in text:
        yield text, "", ""
        return
    block: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), is_first):
        found = _COMMENT.fullmatch(line)
        head, body = (found["head"], found["body"]) if found is not None else (line, "")
        is_alone = number > 0 and found is not None and not head.strip(" \t#")
        if block and not (is_alone and head.strip() == block[-1][0].strip()):
            yield from _comment(block, finder, around, depth)
            block = []
        if number > is_first and not block:
            yield "\n", "", ""
        if is_alone:
            block.append((head, body))
        elif found is not None:
            yield from _comment([(head, body)], finder, around, depth)
        else:
            yield line, "", ""
    if block:
        yield from _comment(block, finder, around, depth)


def _comment(block: Sequence[tuple[str, str]], finder: Finder, around: Place, depth: int) -> Iterator[Piece]:
    """The lines of a comment, each after its head (`#`); below a container, it may contain commented-out keys."""
    text = "\n".join(body for _, body in block)
    explains = block[0][0].endswith("##") or "://" in text
    place = Place(inherits=around.inherits and not explains)
    if depth < _DEEPEST and ": " in text and (place.inherits or mask_names.may_hold_credential_name(text)):
        inner: Iterable[Piece] = pieces(text, finder, place, depth + 1)
    else:
        shown = finder.in_text(text)
        inner = [(shown, shown, "")]
    yield from _with_heads(inner, [head for head, _ in block])


def _prefixed(body: str, indent: str, finder: Finder, depth: int) -> Iterator[Piece]:
    """The lines of a block scalar, from the end of its header."""
    lines = body.split("\n")
    heads = [indent if line.startswith(indent) else "" for line in lines]
    text = "\n".join(line[len(head) :] for line, head in zip(lines, heads))
    if len(lines) > 1:
        head, _, inner = text.partition("\n")
        end = "\r" if inner.endswith("\r") else ""  # of a CRLF whose line feed is after the scalar
        yield head + "\n", "", ""
        yield from _with_heads(inside(inner.removesuffix(end), finder, depth), heads[1:])
        yield end, "", ""
    else:
        yield body, "", ""


def _with_heads(inner: Iterable[Piece], heads: Sequence[str]) -> Iterator[Piece]:
    """The pieces with a head in front of each line."""
    at = 0
    yield heads[0], "", ""
    for whole, means, quote in inner:
        first, *others = whole.split("\n")
        lines = [first, *(heads[at + number] + line for number, line in enumerate(others, 1))]
        at += len(others)
        if quote:
            yield "\n".join(lines), means, quote
            continue
        yield first, first if means else "", ""
        for head, line in zip(heads[at - len(others) + 1 :], others):
            yield "\n" + head, "", ""
            yield line, line if means else "", ""


def _line_by_line(text: str, finder: Finder) -> Iterator[Piece]:
    """Text that is not YAML, or not values: masked by shape, and by the key at the start of a line."""
    name = ""
    is_open = False  # the line before was a credential's key without a value
    for number, line in enumerate(finder.in_text(text).split("\n")):
        if number:
            yield "\n", "", ""
        found = _LINE.fullmatch(line)
        if found is None:
            name = name if line.strip() else ""
            key, colon, rest = line.strip(" \t\r#\"'").rpartition(":")
            if is_open and line.strip() and not colon:
                yield _on_each_line(line, finder.mark(line.strip())), "", ""
            else:
                yield line, line, ""
            is_open = bool(colon) and not rest and place_at(key).wanted
            continue
        is_open = False
        key, rest = found["key"], found["rest"].rstrip("\r")
        if key in ("name", "key"):
            name = rest.strip("\"', ")
        if place_at(name if key == "value" and name else key).wanted:
            end = line[len(found["head"]) + len(rest) :]
            yield found["head"], "", ""
            yield _whole(rest, finder) + end, "", ""
        else:
            yield line, line, ""


def _whole(text: str, finder: Finder) -> str:
    if text[:1] in ("|", ">", "&", "*") and len(text) < 3:
        return text
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        return text[0] + finder.mark(text[1:-1]) + text[0]
    return finder.mark(text)


def _on_each_line(text: str, mark: str) -> str:
    """The text with each line replaced, except the blanks around it."""
    return re.sub(r"[^\s](?:[^\r\n]*[^\s])?", mark.replace("\\", "\\\\"), text)
