"""Values are read as Helm reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import InputError
from migrator.values.edits import Value
from migrator.yamltext import parse
from tests.examples import examples

helm = pytest.importorskip("helm_python", reason="helm-python-sdk, which brings Helm's own reader, is not installed")

ODD_SCALARS = """
y Y yes on off n nO true tRUE ~ Null nULL 010 08 0o10 0O10 0x1F -0x1F 0b11 -0b11 -0b 1_000 1_000.5 0x_1 _1 1__0
1_ 1.10 1e3 1e400 1.e3 .5 -.5 +.5 +1 +010 -010 1:30 190:20:30 12345678901234567890 18446744073709551616 1.5.2
1e5_0 ++1 -9223372036854775809 1.2345678901234567890123 2001-12-14 2001-1-1 !!str = << -0 -0.0 1e21 5e-324 0b1_0
+9223372036854775807 +9223372036854775808
0o_7 0o8 0o 1e+ e1 + -x . .. 0. +. 0_1 0_8 01.5 1_0.5_0 0x1p3 Infinity inf NaN 1,000 .5_0 _ 0xg ._5 ._ .5e1_0
1_.5 +_1 +._5 .e3 1.0 0x 1e +.e3 .5__0 -._5 0x_ 1e_5
"""
SCALARS = ODD_SCALARS.split()
TEXTS = [
    *(f"a: {scalar}\n" for scalar in SCALARS),
    *(f"{scalar}: 1\n" for scalar in SCALARS if scalar not in ("-", "<<", "~", "Null", "!!str")),
    "b: &b {x: 1, z: 2}\na:\n  x: 9\n  <<: *b\n  w: 3\n", "a:\n  <<: [{x: 1},{x: 2, z: 3}]\n",
    "a: &x 1\nb: &x 2\nc: *x\n",
    "a: {x: {p: 1}, x: {z: 2}}\n", "'<<': {x: 1}\n", "a:\n  <<: 1\n", "a: &a [*a]\n", "a: *q\n",
    "a: !!int x\n", "a: ! 12\n",
    "---\n---\nb: 2\n", "# hi\n", "", "%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: 1\n",
    "%TAG ! tag:x,2000:\n---\na: !foo 1\n",
    "? a\n: b\n", "? [a]\n: b\n", "a: 1\t# c\n", "- \ta\n", "a: [? x : z]\n", "a: {x, z: 1}\n", "a: |\n  x",
    "a: |+\n  x\n\n\n",
    "a: >-\n  x\n  z\n", "a: {x:1}\n", "a: [a:b]\n", "\ufeffa: 1\n", "a: x\x85b: 1\n",
    "a: 1\r\nb: |\r\n  x\r\n  z\r\n",
    "a: {{ .Values.x }}\n", "&k a: 1\nb: *k\n", "a: [\n\tx\n\t]\n", "a: !!float 3\n", "a: !x [1]\n",
    "a: !!timestamp 2001-01-01\n",
]  # fmt: skip


COLONS = [
    "[a:b]", "[redis://h:6379/1,x]", "{x:1}", "[a:]", "[a:,b]", "[::a]", "[:a]", "{http://x/?a=b:1}", "[a:b:]",
    "{a:b,c:d}", "[x:{}]", "[x:[a]]", "[a?b:c]", "[a:?]", "[?a:b]", "[-:a]", "[a:'b']", '["a":b]', '["a:b":c:d]',
    "{a:}", "[http://u:p@h/?q=1&x=2]", "[*a:b]", "{a: b:c}", "{a:b: c}", "[a: b:c]", "[a:b #c\n]", "[a:\tb]",
    "{a: b:}", "[a :b]", "[&a:b c:d]", "[!t:u x:y]", "[a\n:b]", "[a:b\n:c]", "{a:b:c: d:e}",
]  # fmt: skip
PIECES = (
    "a", ":", "b:", "c: ", "[", "]", "{", "}", ", ", ",", "a:b", "::", " ", "?", "x://h:1/2", "\n  ", "-", "'q'", '"w"',
    "&x ", "#c", "\ue000",
)  # fmt: skip


def is_equal(ours: object, theirs: object) -> bool:
    """Equality, except that Helm passes numbers through JSON: `1.0` is 1 there, and long ones are rounded."""
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and ours.keys() == theirs.keys()
            and all(is_equal(ours[k], theirs[k]) for k in ours)
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(is_equal, ours, theirs))
    if isinstance(ours, (int, float)) and not isinstance(ours, bool):
        return isinstance(theirs, (int, float)) and not isinstance(theirs, bool) and float(ours) == float(theirs)
    return type(ours) is type(theirs) and ours == theirs


def read_by_helm(text: str) -> Value:
    """What Helm reads; raises its error."""
    found: Value = helm.values_from_yaml(text)
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts_read_as_helm_reads_them(text: str) -> None:
    try:
        theirs = read_by_helm(text)
    except helm.HelmError:
        with pytest.raises(InputError):
            parse(text.encode())
        return
    assert is_equal(parse(text.encode()).documents[0].data or {}, theirs)


def is_read_as_by_helm(text: str) -> bool:
    """Whether Helm and we read the same value, or both refuse the text."""
    try:
        theirs = read_by_helm(text)
    except helm.HelmError:
        theirs = None
    try:
        return is_equal(parse(text.encode()).documents[0].data, theirs)
    except InputError:
        return theirs is None


@pytest.mark.parametrize("collection", COLONS)
def test_colons_in_brackets_are_read_as_helm_reads_them(collection: str) -> None:
    assert is_read_as_by_helm(f"k: {collection}\n")


@examples(300)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.sampled_from(["[]", "{}"]))
def test_any_flow_collection_is_read_as_helm_reads_it(inside: str, brackets: str) -> None:
    assert is_read_as_by_helm(f"k: {brackets[0]}{inside}{brackets[1]}\n")


def test_too_many_colons_in_brackets_are_refused() -> None:
    text = "k: [" + "a:b, " * 60_000 + "]\n"
    with pytest.raises(InputError, match="too many values in brackets contain a colon; put them in quotes"):
        parse(text.encode())
    assert parse(("k: [" + "a:b, " * 500 + "]\n").encode()).documents[0].data == {"k": ["a:b"] * 500}


def test_the_comparison_can_fail() -> None:
    assert not is_equal({"a": True}, {"a": 1})
    assert not is_equal({"a": 1}, {"a": True})
    assert not is_equal({"a": "1"}, {"a": 1})
    assert not is_equal({"a": [1]}, {"a": [1, 2]})
    assert not is_equal({"a": None}, {})


def test_files_read_as_helm_reads_them(unrelated_files: list[Path]) -> None:
    compared = 0
    for path in unrelated_files:
        text = path.read_bytes().decode()
        try:
            theirs = read_by_helm(text)
        except helm.HelmError:
            with pytest.raises(InputError):
                parse(text.encode(), path.name)
            continue
        assert is_equal(parse(text.encode(), path.name).documents[0].data or {}, theirs), path.name
        compared += 1
    assert compared > 0.9 * len(unrelated_files)
