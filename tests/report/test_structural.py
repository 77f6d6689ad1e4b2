"""The structural diff says which values change, whatever the text looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.report import structural
from migrator.report.mask import Mask
from migrator.report.records import FileReport, Report
from migrator.values import tree
from migrator.values.edits import Value
from tests.examples import examples


def _diff(before: Any, after: Any, *, colour: bool = False, show_secrets: bool = False) -> str:
    file = FileReport("values.yaml", "pending", values_before=before, values_after=after)
    text = structural.diff(Report("diff", (file,)), mask=Mask(show_secrets), colour=colour)
    head, _, rest = text.partition("\n")
    assert "values.yaml" in head
    return rest


def _env(*entries: tuple[str, Value]) -> list[Value]:
    return [{"name": name, "value": value} for name, value in entries]


def _entry(name: str, below: str = "value") -> str:
    return f'.env[] | select(.name == "{name}") | .{below}'


def test_the_whole_report(report: Report) -> None:
    assert (
        structural.diff(report, mask=Mask())
        == f"""\
values.yaml
  - .infrahub["prefect-server"].server{_entry("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED")}: "false"
  + .infrahub["prefect-server"].backgroundServices.messaging.docket.url: "redis://cache:6379/2"
"""
    )


def test_equal_values_have_no_differences() -> None:
    assert _diff({"a": [1, 2]}, {"a": [1, 2]}) == "  no value changes\n"


def test_differences_are_in_the_order_of_the_file() -> None:
    before = {"a": 1, "b": {"x": 1}, "c": 3}
    after = {"d": 0, "b": {"y": 1, "x": 2}, "c": 4}
    assert _diff(before, after) == "  - .a: 1\n  ~ .b.x: 1 -> 2\n  + .b.y: 1\n  ~ .c: 3 -> 4\n  + .d: 0\n"


def test_a_removed_entry_does_not_shift_the_rest() -> None:
    before = {"env": _env(("A", "1"), ("B", "2"), ("C", "3"))}
    assert _diff(before, {"env": _env(("B", "2"), ("C", "3"))}) == f'  - {_entry("A")}: "1"\n'


def test_a_changed_entry_and_an_added_one() -> None:
    before = {"env": _env(("A", "1"), ("B", "2"))}
    after = {"env": _env(("NEW", ""), ("A", "one"), ("B", "2"))}
    assert _diff(before, after) == f'  ~ {_entry("A")}: "1" -> "one"\n  + {_entry("NEW")}: ""\n'


def test_an_emptied_list_names_the_removed_entries() -> None:
    assert _diff({"env": _env(("A", "1"))}, {"env": []}) == f'  - {_entry("A")}: "1"\n'


def test_a_list_that_becomes_null_is_a_changed_value() -> None:
    assert _diff({"env": []}, {"env": None}) == "  ~ .env: [] -> null\n"


def test_an_entry_whose_value_moves_to_a_secret() -> None:
    before: Value = {"env": [{"name": "A", "value": "1"}]}
    after: Value = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}
    assert _diff(before, after) == (
        f'  - {_entry("A")}: "1"\n'
        f'  + {_entry("A", "valueFrom.secretKeyRef.name")}: "s"\n'
        f'  + {_entry("A", "valueFrom.secretKeyRef.key")}: "k"\n'
    )  # fmt: skip


def test_only_the_order_changes() -> None:
    before = {"env": _env(("A", "1"), ("B", "2"), ("C", "3"))}
    after = {"env": _env(("C", "3"), ("A", "1"), ("B", "2"))}
    assert _diff(before, after) == "  = .env: the same entries in a different order: A, B, C -> C, A, B\n"


def test_order_and_entries_change() -> None:
    before = {"env": _env(("A", "1"), ("B", "2"), ("C", "3"))}
    after = {"env": _env(("C", "3"), ("A", "1"))}
    assert _diff(before, after) == (
        f'  - {_entry("B")}: "2"\n  = .env: the same entries in a different order: A, C -> C, A\n'
    )


def test_an_added_entry_changes_no_order() -> None:
    before = {"env": _env(("A", "1"), ("B", "2"))}
    assert _diff(before, {"env": _env(("N", "0"), *(("A", "1"), ("B", "2")))}) == f'  + {_entry("N")}: "0"\n'


def test_entries_of_the_same_name_are_told_apart() -> None:
    before = {"env": _env(("A", "1"), ("A", "2"))}
    assert _diff(before, {"env": _env(("A", "1"))}) == '  - [.env[] | select(.name == "A")] | .[1].value: "2"\n'


def test_keys_with_dots_are_quoted() -> None:
    assert _diff({"config": {"a.b": 1}}, {"config": {"a.b": 2}}) == '  ~ .config["a.b"]: 1 -> 2\n'


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (1, True, "1 -> true"),
        (1, 1.0, "1 -> 1.0"),
        ("1", 1, '"1" -> 1'),
        (None, "", 'null -> ""'),
        (0.1, 0.10000000000000002, "0.1 -> 0.10000000000000002"),
        ({}, [], "{} -> []"),
    ],
)
def test_a_changed_type_is_a_difference(before: Value, after: Value, line: str) -> None:
    assert _diff({"a": before}, {"a": after}) == f"  ~ .a: {line}\n"


@pytest.mark.parametrize("around", [lambda env: [env], lambda env: [{"name": "c", "env": env}]])
def test_a_changed_order_inside_another_list_is_shown(around: Callable[[Value], Value]) -> None:
    before, after = _env(("A", "x"), ("B", "x")), _env(("B", "x"), ("A", "x"))
    assert "A, B -> B, A" in _diff({"a": around(before)}, {"a": around(after)})


def test_nan_equals_itself() -> None:
    assert _diff({"a": float("nan")}, {"a": float("nan")}) == "  no value changes\n"


def test_a_changed_secret_shows_as_changed_but_masked() -> None:
    before: Value = {"auth": {"password": "hunter2-old"}, "env": _env(("API_TOKEN", "hunter2-old"))}
    after: Value = {"auth": {"password": "hunter2-new"}, "env": _env(("API_TOKEN", "hunter2-old"))}
    assert _diff(before, after) == '  ~ .auth.password: "***1" -> "***2"\n'
    assert _diff(before, after, show_secrets=True) == '  ~ .auth.password: "hunter2-old" -> "hunter2-new"\n'


def test_a_secret_of_which_only_the_type_changes() -> None:
    assert _diff({"password": 123456}, {"password": "123456"}) == '  ~ .password: "***1" (int) -> "***1" (str)\n'


def test_control_characters_are_shown_as_escapes() -> None:
    assert _diff({"a\x1b[2J": "x"}, {"a\x1b[2J": "\u202e\x9b"}) == '  ~ .["a\\u001b[2J"]: "x" -> "\\u202e\\x9b"\n'


def test_there_is_colour_only_on_request() -> None:
    assert "\x1b[33m" in _diff({"a": 1}, {"a": 2}, colour=True)
    assert "\x1b" not in _diff({"a": 1}, {"a": 2})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.5, 1.0]) | st.sampled_from(["", "a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "env", "x.y"]), inner, max_size=3)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from(["A", "B", "C"]), "value": inner}), max_size=3)
    ),
    max_leaves=8,
)


@examples(300)
@given(VALUES, VALUES)
def test_it_reports_no_change_if_and_only_if_the_values_are_equal(before: Value, after: Value) -> None:
    shown = _diff({"root": before}, {"root": after})
    assert (shown == "  no value changes\n") == tree.same(_sorted(before), _sorted(after)), shown


def _sorted(value: Value) -> Value:
    """The order of keys means nothing to Helm."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(child) for child in value] if isinstance(value, list) else value
