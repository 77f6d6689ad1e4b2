"""Reading YAML: values, keys and documents as Helm reads them, and errors with their line."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import InputError
from migrator.values import tree
from migrator.values.edits import Value
from migrator.yamltext import Duplicate, parse


def read(source: str) -> Value:
    return parse(source.encode()).documents[0].data


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", True), ("y", True), ("On", True), ("off", False), ("N", False), ("nO", "nO"), ("tRUE", "tRUE"),
        ("", None), ("~", None), ("Null", None), ("nULL", "nULL"),
        ("010", 8), ("-010", -8), ("08", 8.0), ("0o10", 8), ("0x1F", 31), ("-0b11", -3), ("0o8", "0o8"),
        ("1_000", 1000), ("_1", "_1"), ("1_000.5", 1000.5), ("+1", 1), ("12345678901234567890", 12345678901234567890),
        ("9223372036854775808", 2**63), ("+9223372036854775807", 2**63 - 1), ("+9223372036854775808", 2.0**63),
        ("-9223372036854775808", -(2**63)), ("-9223372036854775809", -(2.0**63)),
        ("18446744073709551616", 18446744073709551616.0), ("-9223372036854775809", -9223372036854775809.0),
        ("1.0", 1.0), ("1.10", 1.1), ("1e3", 1000.0), (".5", 0.5), ("0.", 0.0), ("1e400", "1e400"), ("+.", "+."),
        ("1:30", "1:30"), ("2001-12-14", "2001-12-14"), ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5"),
        ("=", "="), ("<<", "<<"), ("inf", "inf"), ("0x1p3", "0x1p3"),
        ("!!str 1", "1"), ("!!str", ""), ("!!int '1'", 1), ("!!float 1", 1.0), ("!!bool 'yes'", True), ("! 12", "12"),
        ("!foo bar", "bar"), ("!!binary aGVsbG8=", "hello"), ("!!null ''", None),
        ("!!timestamp 2001-01-01", "2001-01-01"), ("!!merge x", "x"), ("{x, y: 1}", {"x": None, "true": 1}),
        ("'010'", "010"), ('"y"', "y"), ("[a:b]", ["a:b"]), ("{x:1}", {"x:1": None}),
    ],
)  # fmt: skip
def test_a_scalar_means_what_it_means_to_helm(written: str, value: Value) -> None:
    found = read(f"a: {written}\n")
    assert isinstance(found, dict)
    assert tree.same(found["a"], value), found


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("y", "true"), ("010", "8"), ("1.5", "1.5"), ("1.0", "1"), ("1e3", "1000"), ("1e16", "1e+16"), (".inf", ".inf"),
        ("123456789.5", "1.2345679e+08"), ("0.00001", "1e-05"), ("-0.0", "-0"), ("'x'", "x"), ("3.4028236e38", ".inf"),
        ("0.0001", "0.0001"), ("1e5", "100000"), ("1e6", "1e+06"), (".nan", ".nan"), ("-3.5e38", "-.inf"), ("0.0", "0"),
        ("9223372036854775807", "9223372036854775807"),
    ],
)  # fmt: skip
def test_a_key_is_the_string_that_helm_makes_of_it(written: str, key: str) -> None:
    assert read(f"{written}: 1\n") == {key: 1}


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("b: &b {x: 1, z: 2}\na:\n  <<: *b\n  x: 9\n", {"x": 9, "z": 2}),
        ("b: &b {x: 1, z: 2}\na:\n  x: 9\n  <<: *b\n", {"x": 1, "z": 2}),  # the later one wins, in Go
        ("a:\n  <<: [{x: 1}, {x: 2, z: 3}]\n", {"x": 1, "z": 3}),
        ("a: {x: {p: 1}, x: {q: 2}}\n", {"x": {"q": 2}}),  # the last, with its whole subtree
        ("a:\n  '<<': {x: 1}\n", {"<<": {"x": 1}}),
        ("b: &b {x: 1}\na:\n  !!merge <<: *b\n", {"x": 1}),
    ],
)
def test_merge_keys_and_duplicate_keys_are_resolved_as_helm_does(source: str, data: Value) -> None:
    found = read(source)
    assert isinstance(found, dict)
    assert found["a"] == data


@pytest.mark.parametrize("source", ["", "# only a comment", "---\n", "---\n# x\n...\n"])
def test_a_text_without_content_is_one_null_document(source: str) -> None:
    assert [document.data for document in parse(source.encode()).documents] == [None]


def test_every_document_of_a_stream_is_read() -> None:
    found = parse(b"a: &x 1\n---\nb: 2\n...\n---\nc: 3\n").documents
    assert [document.data for document in found] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [document.line((key,)) for document, key in zip(found, "abc")] == [1, 3, 6]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"a: 1\nb: \xff\n", 2, "not UTF-8: byte 0xff"),
        ("a: 1\n".encode("utf-16"), 1, "UTF-16"),
        ("a: 1\n".encode("utf-16-le"), 1, "UTF-16"),
        (b"\xfe\xff" + "a: 1\n".encode("utf-16-be"), 1, "UTF-16"),
        ("a: 1\n".encode("utf-32"), 1, "UTF-32"),
        (b"\0\0\xfe\xff" + "a: 1\n".encode("utf-32-be"), 1, "UTF-32"),
        ("a: 1\n".encode("utf-32-le"), 1, "UTF-32"),
        (b"a: 1\nb: x\0y\n", 2, "U+0000"),
        (b"a: \x7f\n", 1, "U+007F"),
        (b'a: "\\ud800"\n', 1, "Unicode"),
        (b"a: \xed\xa0\x80\n", 1, "not UTF-8"),
        (b"a: 1\nb: c: d\n", 2, "mapping values are not allowed"),
        (b"a: 1\n\tb: 2\n", 2, "tab"),
        (b"a: [1\n", 1, "expected"),
        (b"a: 1\nb: *x\n", 2, "starts with"),
        (b"a: &x\n  b: *x\n", 2, "inside"),
        (b"a: 1\nb:\n  <<: 5\n", 3, "merge key"),
        (b"a: {{ .Values.x }}\n", 1, "template"),
        (b"a: 1\n~: 2\n", 1, "null"),
        (b"a: !!int x\n", 1, "!!int"),
        (b"a: !!timestamp x\n", 1, "!!timestamp"),
        (b"a: !!binary $\n", 1, "base64"),
        (b"9223372036854775808: 1\n", 1, "too large"),
        (b"a:\0", 1, "U+0000"),
        ("\ufeff\ufeffa: 1\n".encode(), 1, "two byte-order marks"),
        (b"a: [b:c]\nd: @e\n", 2, "starts with @"),
        (b"a: [b:c]\nd: *e\n", 2, "an anchor that is not defined"),
        (b"%YAML 1.2\n---\na: 1\n", 1, "1.1"),
        (b"a: 1\n---\nb: }\n", 3, ""),
    ],
)
def test_text_that_helm_does_not_read_is_an_error_with_its_line(data: bytes, line: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(data, "values.yaml")
    assert words in caught.value.message
    assert (caught.value.path, caught.value.line) == ("values.yaml", line)


def test_lines_of_entries() -> None:
    document = parse(
        dedent("""\
            # heading
            a:
              b: 1
              'c':
                # comment
                - x
                - # on the dash's line
                  d: 2
                -
                  - y
            """).encode()
    ).documents[0]
    lines = {
        (): 2, ("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 6, ("a", "c", 1): 7, ("a", "c", 1, "d"): 8,
        ("a", "c", 2): 9, ("a", "c", 2, 0): 10, ("a", "nope"): 2, ("a", "c", 7): 4, ("a", "c", 3): 4, ("nope",): 2,
    }  # fmt: skip
    assert {route: document.line(route) for route in lines} == lines


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_every_line_break_of_yaml_1_1_counts(newline: str) -> None:
    source = newline.join(["\ufeffa: 1", "b:", "- x", ""])
    assert parse(source.encode()).documents[0].line(("b", 0)) == 3


def test_duplicate_keys_are_reported_with_all_their_lines() -> None:
    document = parse(b"a: 1\nb:\n- c: 1\n  d: 2\n  c: 3\n  <<: {d: 5}\na: 2\n'a': 3\n").documents[0]
    assert document.duplicates() == [Duplicate(("a",), (1, 7, 8)), Duplicate(("b", 0, "c"), (3, 5))]
    assert document.line(("a",)) == 8
    assert parse(b"a: 1\nb: 2\n").documents[0].duplicates() == []
    assert [len(each.duplicates()) for each in parse(b"a: 1\n---\nb: 1\nb: 2\n").documents] == [0, 1]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "a:\n\tb: 1\n",
            2,
            "is indented with a tab, but YAML allows only spaces: replace it with spaces (the parser: ",
        ),
        ("a:\n- b: c\n\td: 1\n", 3, "is indented with a tab, but YAML allows only spaces"),
        ("a: @b\n", 1, "has a value that starts with @, which YAML reserves: put the value in quotes"),
        ('a:\n  b: "open\n  c: 1\n', 2, "opens a quote that is never closed: close it, or remove it"),
        ("a:\n  b: 1\n c: 2\n", 3, "is indented differently from the lines it belongs to"),
        ('a: "b" c\n', 1, "text after its closing quote"),
        ("a:\n  - b\n  c: 1\n", 3, "is inside a list but is not a list item: start it with -"),
        ("z: 1\na: [b, c\nd: 1\n", 2, "opens a bracket that lacks a comma or its closing bracket"),
        ("a: b: c\n", 1, "has a second colon, or is indented too far"),
        ("a: 1\nb\nc: 1\n", 2, "has text where a key is expected"),
        ("a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n", 2, "has an unresolved git conflict"),
    ],
)
def test_common_mistakes_are_explained(text: str, line: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "values.yaml")
    assert words in caught.value.message
    assert caught.value.line == line
