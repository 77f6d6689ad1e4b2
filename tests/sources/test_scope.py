"""How deep values are looked for in what is no values file."""

from __future__ import annotations

import pytest

from migrator import sources
from migrator.errors import OutOfScopeError

from .texts import VALUES, indented


def below(depth: int) -> str:
    """An object of no kind that is known here, with values below that many keys."""
    keys = "".join("  " * number + f"k{number}:\n" for number in range(depth))
    return f"apiVersion: example.com/v1\nkind: Platform\n{keys}{indented(VALUES, 2 * depth)}"


@pytest.mark.parametrize(("depth", "is_found"), [(1, True), (15, True), (16, True), (17, False)])
def test_values_are_found_below_sixteen_keys(depth: int, is_found: bool) -> None:
    with pytest.raises(OutOfScopeError, match="is a Kubernetes object of kind Platform") as caught:
        sources.open_source(sources.read_bytes(below(depth).encode(), "object.yaml"))
    place = ".".join(f"k{number}" for number in range(depth))
    assert (f"with values of these charts at {place}." in str(caught.value)) is is_found
    assert caught.value.line == (2 + depth if is_found else 0)
