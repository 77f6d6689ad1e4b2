"""Which files are related to these charts, and how deep values are searched for in other kinds of file."""

from __future__ import annotations

import pytest

from migrator import sources
from migrator.errors import OutOfScopeError, UnrelatedError

from .texts import VALUES, indented


def below(depth: int) -> str:
    """An object of an unknown kind, with values below that many keys."""
    keys = "".join("  " * number + f"k{number}:\n" for number in range(depth))
    return f"apiVersion: example.com/v1\nkind: Platform\n{keys}{indented(VALUES, 2 * depth)}"


@pytest.mark.parametrize(("depth", "is_found"), [(1, True), (15, True), (16, True), (17, False)])
def test_values_are_found_at_most_sixteen_keys_deep(depth: int, is_found: bool) -> None:
    with pytest.raises(OutOfScopeError, match="is a Kubernetes object of kind Platform") as caught:
        sources.open_source(sources.read_bytes(below(depth).encode(), "object.yaml"))
    place = ".".join(f"k{number}" for number in range(depth))
    assert (f"with values of these charts at {place}." in str(caught.value)) is is_found
    assert caught.value.line == (2 + depth if is_found else 0)


SHAPE = "server: {uiConfig: {enabled: true}}\n"


@pytest.mark.parametrize("text", [SHAPE, 'a: "\\x41"\n', "replicas: 2\n"])
def test_a_file_that_mentions_none_of_these_charts_is_unrelated(text: str) -> None:
    with pytest.raises(UnrelatedError, match="has nothing to do with these charts"):
        sources.open_source(sources.read_bytes(text.encode(), "values.yaml"))


@pytest.mark.parametrize(("text", "chart"), [(SHAPE, "prefect-server"), (f'{SHAPE}a: "\\x41"\n', "")])
def test_bare_prefect_values_need_a_named_chart_or_an_escape(text: str, chart: str) -> None:
    source = sources.read_bytes(text.encode(), "values.yaml")
    assert sources.open_source(source, chart).bundles[0].layers == (source,)
