"""Hostile texts: an error with an explanation, or a result, and quickly."""

from __future__ import annotations

import gc
from array import array

import pytest

from migrator.errors import InputError
from migrator.values.edits import AddKey, SetValue
from migrator.yamltext import apply, parse


def laughs(levels: int, width: int) -> bytes:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


def test_a_billion_laughs() -> None:
    with pytest.raises(InputError, match=r"aliases expand the file to more than 400,000 nodes"):
        parse(laughs(10, 9))
    assert parse(laughs(5, 9)).documents[0].data


@pytest.mark.parametrize(("times", "is_read"), [(200, True), (201, False)])
def test_aliases_may_add_400_000_nodes_and_no_more(times: int, is_read: bool) -> None:
    text = f"a: &a [{'x, ' * 1999}]\nb: [{'*a, ' * times}]\n".encode()
    if is_read:
        assert parse(text).documents[0].data
    else:
        with pytest.raises(InputError, match="aliases expand the file to more than 400,000 nodes"):
            parse(text)


@pytest.mark.parametrize("around", ["[*a{}]", "{{k: *a{}}}"])
def test_a_chain_of_aliases_counts_as_deep_nesting(around: str) -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} {around.format(n - 1)}\n" for n in range(1, 20_000))
    with pytest.raises(InputError, match="deep"):
        parse(chain.encode())


def test_merge_keys_that_multiply() -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}"]
    lines += [f"b{n}: {{<<: [{', '.join(['*a0'] * 50)}]}}" for n in range(50)]
    with pytest.raises(InputError, match="aliases expand the file"):
        parse("\n".join(lines).encode())


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000, "".join(" " * n + "a:\n" for n in range(1500))]
)
def test_deep_nesting(text: str) -> None:
    with pytest.raises(InputError, match=r"100 levels deep|expected|could not find"):
        parse(text.encode())


@pytest.mark.parametrize("text", ["a: [&x [[1]], {}]\n", "a: [&x {{k: {{l: 1}}}}, {}]\n"])
def test_nesting_by_aliases_is_limited_to_100_levels(text: str) -> None:
    assert parse(text.format("[" * 96 + "*x" + "]" * 96).encode()).documents[0].data
    with pytest.raises(InputError, match="aliases make the nesting more than 100 levels deep"):
        parse(text.format("[" * 97 + "*x" + "]" * 97).encode())


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_nesting_is_limited_to_100_levels(opening: str, closing: str) -> None:
    assert parse((opening * 100 + "x" + closing * 100).encode()).documents[0].data
    with pytest.raises(InputError, match="the nesting is more than 100 levels deep"):
        parse((opening * 101 + "x" + closing * 101).encode())


def test_nesting_at_the_limit_can_be_edited() -> None:
    text = "".join("  " * n + "a:\n" for n in range(100))
    route = ("a",) * 100
    document = parse(text.encode()).documents[0]
    assert document.line(route) == 100
    assert apply(parse(text.encode()), [SetValue(route, 1)]).stream.data == text.encode()[:-1] + b" 1\n"


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_line_of_a_megabyte(quote: str) -> None:
    long = "x" * 1_000_000
    stream = parse(f"a: {quote}{long}{quote}\nb: 1\n".encode())
    assert stream.documents[0].data == {"a": long, "b": 1}
    assert apply(stream, [AddKey(("c",), long)]).stream.documents[0].data == {"a": long, "b": 1, "c": long}


def test_positions_in_a_large_text_are_kept_in_an_array() -> None:
    for text, kind in ((b"a: 1\n", list), (b"a: 1\nb: " + b"x" * 1_000_000, array)):
        record = parse(text).layout.record
        assert (type(record.starts), type(record.ends)) == (kind, kind)


@pytest.mark.parametrize("is_on", [True, False])
def test_reading_leaves_the_garbage_collector_as_it_was(is_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if is_on else gc.disable)()
        parse(b"a: 1\n")
        with pytest.raises(InputError):
            parse(b"a: *b\n")
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if before else gc.disable)()


def test_a_number_of_a_megabyte() -> None:
    digits = "1" * 1_000_000
    assert parse(f"a: {digits}\n".encode()).documents[0].data == {"a": digits}  # out of range, hence a string to Go


def test_a_text_with_more_events_than_are_kept_at_once() -> None:
    text = "".join(f"# comment\nkey{n}: value\n" for n in range(60_000))
    done = apply(parse(text.encode()), [AddKey(("new",), 1), SetValue(("key10000",), "x")])
    assert done.stream.data == text.replace("key10000: value", "key10000: x").encode() + b"new: 1\n"
