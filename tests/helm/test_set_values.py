"""Our reading of --set compared with Helm's own parser: names and values as Argo CD passes them on."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.sources import set_values
from migrator.values.edits import Value
from tests.examples import examples

names = st.lists(st.text("ab.-_1", min_size=1, max_size=4), min_size=1, max_size=3)
values = st.text("ab01.-+ truefalsnl\\{}$", max_size=6)


@pytest.fixture(scope="module")
def helm() -> Any:
    pytest.importorskip("helm_python", reason="helm-python-sdk has wheels for Linux on x86-64 only")
    return import_module("helm_python")


def read(name: str, text: str, *, as_text: bool) -> Value:
    """The tree that a parameter makes; Argo CD escapes its commas, and there are none here."""
    route = set_values.route_of(name)
    assert route is not None
    tree: Value = set_values.read(text, as_text=as_text)
    for key in reversed(route):
        tree = {str(key): tree}
    return tree


@given(parts=names, text=values)
@examples(300)
def test_a_parameter_reads_as_helm_reads_it(helm: Any, parts: list[str], text: str) -> None:
    name = set_values.name_of(tuple(parts))
    if text.endswith("\\") or text.startswith("{"):
        return  # an escape of nothing, which Helm refuses, or a list, which is tested below
    assert read(name, text, as_text=False) == helm.parse_set_string(f"{name}={text}")
    assert read(name, text, as_text=True) == helm.parse_set_string_values(f"{name}={text}")


@pytest.mark.parametrize(
    "text", ["{a,1,true}", "{}", "{a}", "TRUE", "Null", "0", "00", "-0", "+7", "007", "1e3", "0x1"]
)
def test_guessed_types_are_those_of_helm(helm: Any, text: str) -> None:
    assert read("a.b", text, as_text=False) == helm.parse_set_string(f"a.b={text}")
    assert read("a.b", text, as_text=True) == helm.parse_set_string_values(f"a.b={text}")


@given(value=st.text("ab:/@.,\\{}=$ 01", max_size=12))
@examples(200)
def test_what_is_written_is_read_back_by_helm(helm: Any, value: str) -> None:
    text, as_text = set_values.write(value)
    # What Argo CD does with a value (cleanSetParameters): commas that nothing escapes are escaped.
    if not (text.startswith("{") and text.endswith("}")):
        escaped = "".join(
            "\\," if character == "," and text[at - 1 : at] != "\\" else character for at, character in enumerate(text)
        )
        parse = helm.parse_set_string_values if as_text else helm.parse_set_string
        assert parse(f"a={escaped}") == {"a": value}
