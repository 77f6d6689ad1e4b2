"""Whether a file is values of these charts, and where a file that cannot be edited in place has such values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrator import yamltext
from migrator.charts import roots
from migrator.charts.versions import CHARTS
from migrator.errors import MigratorError, OutOfScopeError
from migrator.sources import foreign
from migrator.sources.marks import hides_words, mentions
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Route, Value

_DEEPEST = 16
"""How deep values are searched for in a file; the deepest known case is Ansible's tasks in blocks, about ten keys."""
_ROOTS = {tuple(filter(None, roots.root_of_chart(chart).split("."))) for chart in CHARTS}
"""The route of Prefect's values in each chart."""


def refuse(source: Source, chart: str = "") -> None:
    """Raise UnrelatedError for a file that has nothing to do with these charts, OutOfScopeError for one without values.

    A document with the shape of their values counts as values, whatever the file's name, unless it is rendered first;
    so does one with keys of the `chart` that the user named.
    """
    name, data = source.name, source.stream.data
    documents = [each.data for each in source.stream.documents]
    if documents[0] is None:
        return  # reported elsewhere, before anything else
    has_values = any(map(foreign.has_values, documents))
    is_values = has_values and not foreign.is_rendered_first(name)
    error = (None if is_values else foreign.error_by_name(name)) or foreign.error_by_shape(name, documents[0])
    is_named = any(roots.may_belong_to(each, chart) for each in documents)
    if not mentions(name, data) and not is_named and not (hides_words(data) and has_values):
        raise foreign.unrelated_error(name, error)
    if error is not None:
        raise _with_place(error, source)


def _with_place(error: OutOfScopeError, source: Source) -> OutOfScopeError:
    """The error with the first place that has values, so that the user can extract them."""
    for document in source.stream.documents:
        route = next(_places_of_values(document.data, ()), None)
        if route is not None:
            specific = foreign.error_by_shape(source.name, document.data) or error
            return foreign.error_with_values(specific, tree.show(route), document.line(route))
    return error


def _places_of_values(data: Value, above: Route) -> Iterator[Route]:
    if isinstance(data, str):
        if "\n" in data and contains_values(data, _are_values):
            yield above
    elif isinstance(data, (dict, list)):
        if above and _are_values(data):
            yield above
        elif len(above) < _DEEPEST:
            for key, value in data.items() if isinstance(data, dict) else enumerate(data):
                yield from _places_of_values(value, (*above, key))


def _are_values(data: Value) -> bool:
    return roots.has_global_values(data) or any(root in _ROOTS for root in roots.prefect_roots([data]))


def contains_values(text: str, are_values: Callable[[Value], bool]) -> bool:
    """Whether a text in an object contains values; if it does not parse (a template), its words decide."""
    try:
        return are_values(yamltext.parse(text.encode("utf-8", "surrogatepass")).documents[0].data)
    except MigratorError:
        return roots.mentions_prefect(text)
