"""Which files are anybody's business here, and how deep values are looked for in one that is no values file."""

from __future__ import annotations

import pytest

from migrator import sources
from migrator.errors import OutOfScopeError, UnrelatedError

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


SHAPE = "server: {uiConfig: {enabled: true}}\n"


@pytest.mark.parametrize("text", [SHAPE, 'a: "\\x41"\n', "replicas: 2\n"])
def test_what_names_nothing_of_these_charts_is_nobodys_business(text: str) -> None:
    with pytest.raises(UnrelatedError, match="has nothing to do with these charts"):
        sources.open_source(sources.read_bytes(text.encode(), "values.yaml"))


@pytest.mark.parametrize(("text", "chart"), [(SHAPE, "prefect-server"), (f'{SHAPE}a: "\\x41"\n', "")])
def test_what_has_their_shape_is_theirs_where_something_tells(text: str, chart: str) -> None:
    source = sources.read_bytes(text.encode(), "values.yaml")
    assert sources.open_source(source, chart).bundles[0].layers == (source,)
