"""The pure Python parser, for systems without the C extension: it reads a text as the C parser does, or refuses it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import InputError
from migrator.values.edits import AddKey, SetValue
from migrator.yamltext import apply, parse
from migrator.yamltext.compose import compose
from migrator.yamltext.events import UnreadableError, events_of
from migrator.yamltext.pure import READ_OTHERWISE, pure_events
from migrator.yamltext.record import NodeRecord
from tests.examples import examples

TEXTS = [
    "", "# c\n", "---\n---\n",
    "a: |+\n  x\n\n\n# c\nb: |\n  y\n\n  # z\nc: >-\n  u", "a:\nb: # c\n  - # d\n  -\n  - &x\n    q: 1\n  - {a}\n",
    "- - a\n  - b\n-\n  - c\n", "? a\n? b\n: c\n", "a: &x [1]\nb: *x\n", "a: &x\n- b\n", "a:\n# c\n- b\n- c\n",
    "a: &x # c\n  # d\n  ? k\n  : v\n", "[a: b, {c, d: , e}, ? f : g]\n", "a:   # c\n  # d\n  x\nb:\n\n  - y\n",
    "- &x\n- y\n-\n- &z # c\n  a: 1\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\rb: 2\r", "a: != b\n", "a: b != c!\n",
    "a: 010\nb: 0o10\nc: 1:30\n", "a: {x:1}\n", "a: [a:b, c:d:e]\n", "a: |\n  x", "a: b%c\n", "a: ....\n",
    "a: 'x\n  y'\n", 'a: {"x":1}\n', "a: x\n  y\n  z # c\n", "a: [\n  1, # c\n  2\n]\n", 'a: "x\\\n  y"\n',
    "- - - x\n    - y\n  - z\n", "x",
    "a: |2-\n    x\n  y\n", "a: >-2\n   x\n\n  y\n", "a: |\n\n   \n   x\n\n\nb: 1\n", "- >+\n x\n  y\n z\n\n- 1\n",
    "a: 'it''s'\nb: \"\\x41\\u00e9\\N\"\n",
]  # fmt: skip


READ_DIFFERENTLY = {
    "a tag": ["a: ! 12\n", "a: !foo 1\n", "- !!map &x\n  k: v\n", "!<u> x", "[!t, a]", "a: {!t b: 1}\n"],
    "a tab": ["a:\t1\n", "a: 1\t# c\n", "a: x\ty\n", "[a\tb,\tc]\n", "a: |\t# c\n  x\n", "a: x\n  \t y\n"],
    "a line break other than LF and CR": ["a: 1\x85b: 2\n", "a: 1\u2028b: 2\u2028", "# c\u2029a: 1\n"],
    "a directive": ["%YAML 1.1\n---\na: 1\n", "# c\r%TAG !e! t\r---\r"],
    "an end of a document": ["1\n...\n---\n3\n", "---\na\n...\nb\n"],
    "a block that begins a line": ["|\n x\n", "--- >\n x\n", "a: 1\r|\r x\r", "&x |\n x\n"],
}
"""What the pure Python parser would read differently from Helm."""

PIECES = (
    "a", "b: ", "- ", "  ", "    ", "\t", " ", "# c", "'x'", '"y"', "|", "|-2", "|+", ">", "\n", "\n  ", "[", "]", "{",
    "}", ",", ":", "?", "? ", "&x ", "*x", "!t ", "!!str ", "---", "...", "\x85", "\u2028", "\u2029", "\r\n", "\r", "1",
    "on", "<<: ", "a: ", "x\ty", "é", "%YAML 1.1\n", "%TAG ! t\n", "\\", '"', "'", "-", "a:b", "~", "@", "\ufeff",
)  # fmt: skip


def as_tuple(record: NodeRecord) -> tuple[object, ...]:
    return (*map(list, (record.kinds, record.starts, record.ends)), record.values, record.jump, record.documents)


@pytest.mark.parametrize("text", TEXTS)
def test_both_parsers_read_the_same(text: str) -> None:
    assert as_tuple(compose(text, pure_events(text), located=True)) == as_tuple(
        compose(text, events_of(text), located=True)
    )


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, texts in READ_DIFFERENTLY.items() for text in texts])
def test_what_the_pure_parser_reads_differently_is_refused(
    what: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    with pytest.raises(InputError, match=f"{what} is read by the C parser of ruamel.yaml only"):
        parse(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "a: *x\n",
        "a: \0",
        '"\\ud800"\n',
        "a: b: c\n",
        "\ta: 1\n",
        "a: 1\n\t\nb: 2\n",
        "a: @x\n",
        "a: - b\n",
        "%YAML 1.2\n---\na\n",
        "%FOO\n---\na\n",
        "%YAML 1.11\n---\na\n",
        "---\na\n...\nb\n",
        "[!t,a]",
        "a: |\n\tx\n",
        "a: |0\n  x\n",
        "a: |x\n",
        "a:\n  x\n\ty\n",
        "|\nx\n",
    ],
)
def test_both_parsers_refuse_the_same_texts(text: str) -> None:
    for events in (events_of, pure_events):
        with pytest.raises(UnreadableError):
            compose(text, events(text), located=True)


def read_by(events: Callable[[str], Iterator[Any]], text: str) -> tuple[object, ...] | None:
    """What a parser reads; None if it refuses the text."""
    try:
        return as_tuple(compose(text, events(text), located=True))
    except UnreadableError:
        return None


@examples(1000)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_both_parsers_read_any_text_the_same_unless_one_refuses_it(text: str) -> None:
    text = text.lstrip("\ufeff")  # which `parse` takes off
    assert str(read_by(pure_events, text)) in (str(read_by(events_of, text)), "None")


def test_both_parsers_read_files_the_same(unrelated_files: list[Path]) -> None:
    for number, path in enumerate([*unrelated_files[:12], *unrelated_files[12::12]]):
        text = path.read_bytes().decode()
        text = text.replace("\n", ("\n", "\r\n", "\r")[number % 3])
        if not READ_OTHERWISE.search(text):
            assert read_by(pure_events, text) == read_by(events_of, text), path.name


def test_the_pure_parser_is_not_the_c_parser() -> None:
    """So that these tests compare two parsers where the C extension is installed."""
    (one, *_), (other, *_) = pure_events("a: 1\n"), events_of("a: 1\n")
    assert type(one.start_mark) is not type(other.start_mark)


def test_without_the_c_extension_the_pure_parser_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    stream = parse("\ufeffa:\n  b:\r\nc: é # c\r\n".encode())
    assert stream.documents[0].line(("c",)) == 3
    done = apply(stream, [SetValue(("c",), "on"), AddKey(("a", "b", "d"), "x")])
    assert done.stream.data.decode() == '\ufeffa:\n  b:\r\n    d: x\r\nc: "on" # c\r\n'
