"""A record is a `NamedTuple` to whoever uses it; only making the class costs less."""

from __future__ import annotations

import copy
import pickle
from typing import Any, NamedTuple

import pytest

from migrator.records import Record


class Ours(Record):
    """A record of three fields."""

    name: str
    line: int = 0
    why: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"{self.name}:{self.line}"


class Theirs(NamedTuple):
    name: str
    line: int = 0
    why: tuple[str, ...] = ()


class Empty(Record):
    """A record without fields."""


class Swapped(Ours):
    """A record that adds only behaviour."""

    @property
    def where(self) -> str:
        return f"{self.line}:{self.name}"


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("a",), {}),
    (("a", 1, ("b",)), {}),
    (("a",), {"why": ("b",)}),
    ((), {"name": "a", "line": 2}),
    ((), {"line": 2}),
    ((), {}),
    (("a", 1, (), "too many"), {}),
    (("a",), {"name": "twice"}),
    (("a",), {"unknown": 1}),
    (("a", 1, ()), {"line": 2}),
]


@pytest.mark.parametrize(("values", "named"), CALLS, ids=str)
def test_it_is_made_as_a_named_tuple_is(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    try:
        expected = Theirs(*values, **named)
    except TypeError:
        with pytest.raises(TypeError):
            Ours(*values, **named)
        return
    made = Ours(*values, **named)
    assert tuple(made) == tuple(expected)
    assert (made.name, made.line, made.why) == (expected.name, expected.line, expected.why)
    assert repr(made) == repr(expected).replace("Theirs", "Ours")
    assert made._asdict() == expected._asdict()
    assert hash(made) == hash(expected)


def test_an_error_names_the_record_its_fields_and_what_was_given() -> None:
    with pytest.raises(TypeError, match=r"Ours\(name, line, why\) got 1 values and \['colour'\]"):
        Ours("a", colour="red")  # type: ignore[call-arg]


def test_it_cannot_be_changed_and_holds_nothing_else() -> None:
    made = Ours("a")
    with pytest.raises(AttributeError):
        made.line = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        made.other = 2  # type: ignore[attr-defined]


def test_replace_leaves_the_original_and_refuses_an_unknown_field() -> None:
    made = Ours("a", 1)
    assert made._replace(line=2) == Ours("a", 2)
    assert type(made._replace(line=2)) is Ours
    assert made == Ours("a", 1)
    with pytest.raises(TypeError, match="no field lines"):
        made._replace(lines=2)  # type: ignore[call-arg]


def test_copies_and_pickles_are_records() -> None:
    made = Ours("a", 1, ("b",))
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert type(other) is Ours
        assert other == made


def test_it_is_taken_apart_by_position_and_by_pattern() -> None:
    name, line, _ = Ours("a", 1)
    assert (name, line) == ("a", 1)
    match Ours("a", 1):
        case Ours("a", line=number):
            assert number == 1
        case _:
            pytest.fail("the pattern does not match")


def test_methods_documentation_and_records_without_fields() -> None:
    assert Ours("a", 3).where == "a:3"
    assert Swapped("a", 3).where == "3:a"
    assert Ours.__doc__ == "A record of three fields."
    assert tuple(Empty()) == ()
